import type { Tensor } from '../../graph/tensor.js'
import type { LayerOptions } from '../layer.js'
import { Layer } from '../layer.js'
import type { ShapesOf, Tensors } from '../tensors.js'

/** Gives what it is given, mask and all (Keras's `Identity`): a tensor, a list or an object of tensors. */
export class Identity<In extends Tensors = Tensor> extends Layer<In, In> {
  static override readonly className = 'Identity'
  static override readonly samplewise = true
  override supportsMasking = true

  override call(inputs: In): In {
    return inputs
  }

  override computeOutputShape(inputShape: ShapesOf<In>): ShapesOf<In> {
    return inputShape
  }
}

/** What it is given: see `Identity`. */
export const identity = <In extends Tensors = Tensor>(options?: LayerOptions): Identity<In> =>
  new Identity<In>(options)
