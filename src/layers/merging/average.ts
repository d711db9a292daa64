import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { divide } from '../../ops/divide.js'
import { Merge, mergeFunction, type TensorList } from './merge.js'

/** The mean of a list of tensors, element by element (Keras's `Average`). */
export class Average extends Merge {
  static override readonly className = 'Average'
  static override readonly samplewise = true

  protected override merge(inputs: TensorList): Tensor {
    return divide(
      inputs.reduce((a, b) => add(a, b)),
      inputs.length,
    )
  }
}

/** The mean of a list of tensors: see `Average`. @example layers.average([a, b]) */
export const average = mergeFunction((options) => new Average(options))
