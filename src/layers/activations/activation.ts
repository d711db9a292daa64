import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Config } from '../../utils/config.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

/** An activation as a layer of its own (Keras's `Activation`). The shape stays. */
export class Activation extends SameShapeLayer {
  static override readonly className = 'Activation'
  static override readonly samplewise = true
  static override readonly positional = ['activation']

  readonly activation: ActivationFunction

  constructor(activation: ActivationLike, options: LayerOptions = {}) {
    super(options)
    this.activation = getActivation(activation)
  }

  override call(inputs: Tensor): Tensor {
    return this.activation(inputs)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: serializeActivation(this.activation) }
  }
}

/** An activation as a layer: see `Activation`. @example layers.activation('relu') */
export const activation = (identifier: ActivationLike, options?: LayerOptions): Activation =>
  new Activation(identifier, options)
