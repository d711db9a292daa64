import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { reshape } from '../../ops/reshape.js'
import { type Config, optionsOf } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { Layer, type LayerOptions } from '../layer.js'
import { layerFromConfig } from '../registry.js'
import { serializeSettings } from '../serializeLayer.js'

/**
 * Applies a layer to each step of a sequence, with the same weights (Keras's `TimeDistributed`).
 *
 * Input `[batch, time, ...]`, output `[batch, time, ...]` of what the layer gives for `[batch, ...]`. All steps are computed as one
 * batch; so batch normalisation in training takes its statistics over all of them, where Keras takes them step by step.
 *
 * @example layers.timeDistributed(layers.conv2d(8, 3))
 */
export class TimeDistributed extends Layer {
  static override readonly className = 'TimeDistributed'
  static override readonly samplewise = true
  static override readonly positional = ['layer']

  constructor(
    readonly layer: Layer,
    options: LayerOptions = {},
  ) {
    super(options)
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.title}: expected a layer such as layers.dense(10), received ${show(layer)}.`,
      )
    }
    this.supportsMasking = true
    this.inputSpec = { minRank: 3, form: '[batch, time, ...]' }
  }

  override build(inputShape: BatchShape): void {
    if (!this.layer.built) this.layer.build(stepShape(inputShape))
  }

  override call(inputs: Tensor, context: CallContext): Tensor {
    const [batch, time, ...rest] = inputs.shape
    // As in Keras, the layer is computed without what surrounds a call: its activity penalty does not count.
    const outputs = this.layer.call(reshape(inputs, [batch * time, ...rest]), { ...context, mask: undefined })
    return reshape(outputs, [batch, time, ...outputs.shape.slice(1)])
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const [batch, ...rest] = this.layer.computeOutputShape(stepShape(inputShape))
    return [batch, inputShape[1], ...rest]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: serializeSettings(this.layer) }
  }

  static override fromConfig(config: Config): TimeDistributed {
    const layer = config.layer as { readonly class_name: string; readonly config: Config }
    return new TimeDistributed(
      layerFromConfig(layer) as unknown as Layer,
      optionsOf(config, ['layer', 'dtype']),
    )
  }
}

const stepShape = (shape: BatchShape): BatchShape => shape.toSpliced(1, 1)

/** A layer at each step of a sequence: see `TimeDistributed`. */
export const timeDistributed = (layer: Layer, options?: LayerOptions): TimeDistributed =>
  new TimeDistributed(layer, options)
