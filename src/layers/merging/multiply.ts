import type { Tensor } from '../../graph/tensor.js'
import { multiply as multiplyOp } from '../../ops/multiply.js'
import { where } from '../../ops/where.js'
import { maskOf } from '../masks.js'
import { alongValues, Merge, mergeFunction, type TensorList } from './merge.js'

/**
 * The product of a list of tensors, element by element (Keras's `Multiply`). Steps that do not count in an input are factors
 * of 1; those that count in none become 0.
 */
export class Multiply extends Merge {
  static override readonly className = 'Multiply'
  static override readonly samplewise = true

  override call(inputs: TensorList): Tensor {
    const product = super.call(
      inputs.map((input) => {
        const mask = maskOf(input)
        return mask ? where(alongValues(mask, input), input, 1) : input
      }),
    )
    const mask = this.computeMask(inputs)
    return mask ? where(alongValues(mask, product), product, 0) : product
  }

  protected override merge(inputs: TensorList): Tensor {
    return inputs.reduce((a, b) => multiplyOp(a, b))
  }
}

/** The product of a list of tensors: see `Multiply`. @example layers.multiply([gate, x]) */
export const multiply = mergeFunction((options) => new Multiply(options))
