import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { subtract } from '../../ops/subtract.js'
import { variance } from '../../ops/variance.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import { shapeAlong } from './axes.js'
import { ScaledNormalization, type ScaledNormalizationOptions } from './scaledNormalization.js'

export interface LayerNormalizationOptions extends ScaledNormalizationOptions {
  /** The axis or axes over which each sample is normalised. Default: -1. */
  readonly axis?: number | readonly number[]
}

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased) variance of each sample over `axis`
 * (Keras's `LayerNormalization`). `gamma` and `beta` have the sizes of these axes. The shape stays.
 *
 * Source: Ba, Kiros and Hinton, Layer normalization, 2016.
 */
export class LayerNormalization extends ScaledNormalization {
  static override readonly className = 'LayerNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<LayerNormalizationOptions> = {
    ...ScaledNormalization.options,
    axis: true,
  }

  readonly axis: readonly number[]

  constructor(options: LayerNormalizationOptions = {}) {
    super(options)
    const { axis = -1 } = options
    this.axis = typeof axis === 'number' ? [axis] : axis
    this.inputSpec = { minRank: 2, form: '[batch, ...]' }
  }

  override build(inputShape: BatchShape): void {
    this.addScaleAndShift(this.axis.map((axis) => knownSize(this.title, inputShape, axis, 'features')))
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const over = { axis: this.axis, keepDims: true }
    const inverse = rsqrt(add(variance(x, over), this.epsilon))
    const normalized = multiply(subtract(x, mean(x, over)), inverse)
    return this.scaleAndShift(normalized, shapeAlong(x.shape, this.axis))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis }
  }
}

/** Normalises each sample over its features: see `LayerNormalization`. */
export const layerNormalization = (options?: LayerNormalizationOptions): LayerNormalization =>
  new LayerNormalization(options)
