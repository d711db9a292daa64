import type { Tensor } from '../../graph/tensor.js'
import { subtract as subtractOp } from '../../ops/subtract.js'
import { Merge, mergeFunction, type TensorList } from './merge.js'

/** The first of two tensors minus the second, element by element (Keras's `Subtract`). */
export class Subtract extends Merge {
  static override readonly className = 'Subtract'
  static override readonly samplewise = true
  protected override readonly inputCount = 2

  protected override merge([a, b]: TensorList): Tensor {
    return subtractOp(a, b)
  }
}

/** The difference of two tensors: see `Subtract`. @example layers.subtract([a, b]) */
export const subtract = mergeFunction((options) => new Subtract(options))
