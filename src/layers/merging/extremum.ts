import type { Tensor } from '../../graph/tensor.js'
import { where } from '../../ops/where.js'
import { maskOf } from '../masks.js'
import { alongValues, Merge, type TensorList } from './merge.js'

/** Base of `Maximum` and `Minimum`: steps that do not count in an input leave the result to the others. */
export abstract class Extremum extends Merge {
  protected abstract choose(a: Tensor, b: Tensor): Tensor

  override call(inputs: TensorList): Tensor {
    if (inputs.every((input) => !maskOf(input))) return super.call(inputs)
    const [first, ...rest] = inputs.map((values) => ({ values, mask: maskOf(values) }))
    return rest.reduce((a, b) => {
      const right = b.mask ? where(alongValues(b.mask, b.values), b.values, a.values) : b.values
      const left = a.mask ? where(alongValues(a.mask, a.values), a.values, right) : a.values
      const mask = a.mask && b.mask && this.computeMask([a.values, b.values])
      return { values: this.choose(left, right), mask }
    }, first).values
  }

  protected override merge(inputs: TensorList): Tensor {
    return inputs.reduce((a, b) => this.choose(a, b))
  }
}
