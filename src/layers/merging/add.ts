import type { Tensor } from '../../graph/tensor.js'
import { add as addOp } from '../../ops/add.js'
import { Merge, mergeFunction, type TensorList } from './merge.js'

/** The sum of a list of tensors, element by element (Keras's `Add`). */
export class Add extends Merge {
  static override readonly className = 'Add'
  static override readonly samplewise = true

  protected override merge(inputs: TensorList): Tensor {
    return inputs.reduce((a, b) => addOp(a, b))
  }
}

/** The sum of a list of tensors: see `Add`. @example layers.add([shortcut, x]) */
export const add = mergeFunction((options) => new Add(options))
