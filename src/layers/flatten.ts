import type { Tensor } from '../graph/tensor.js'
import { reshape } from '../ops/reshape.js'
import type { Config } from '../utils/config.js'
import type { BatchShape } from './batchShape.js'
import { Layer, type LayerOptions } from './layer.js'

/**
 * Each sample as one row, in row-major order (Keras's `Flatten`): `[batch, ...sizes]` to `[batch, product of sizes]`.
 */
export class Flatten extends Layer {
  static override readonly className = 'Flatten'
  static override readonly samplewise = true

  constructor(options: LayerOptions = {}) {
    super(options)
    this.inputSpec = { minRank: 1, form: '[batch, ...]' }
  }

  override call(inputs: Tensor): Tensor {
    const [batch, ...sizes] = inputs.shape
    return reshape(inputs, [batch, sizes.reduce((a, b) => a * b, 1)])
  }

  override computeOutputShape([batch, ...sizes]: BatchShape): BatchShape {
    const size = sizes.reduce((product, one) => (product === null || one === null ? null : product * one), 1)
    return [batch, size]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' }
  }
}

/** Each sample as one row: see `Flatten`. */
export const flatten = (options?: LayerOptions): Flatten => new Flatten(options)
