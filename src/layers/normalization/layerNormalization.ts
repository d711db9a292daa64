import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../../initializers/get.js'
import type { Initializer } from '../../initializers/initializer.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { subtract } from '../../ops/subtract.js'
import { variance } from '../../ops/variance.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import { Layer, type LayerOptions } from '../layer.js'

export interface LayerNormalizationOptions extends LayerOptions {
  /** The axis or axes over which each sample is normalised. Default: -1. */
  readonly axis?: number | readonly number[]
  /** Added to the variance. Default: 0.001. */
  readonly epsilon?: number
  /** Whether a learned `beta` is added. Default: true. */
  readonly center?: boolean
  /** Whether a learned `gamma` scales. Default: true. */
  readonly scale?: boolean
  /** Default: `'zeros'`. */
  readonly betaInitializer?: InitializerLike
  /** Default: `'ones'`. */
  readonly gammaInitializer?: InitializerLike
}

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased) variance of each sample over `axis`
 * (Keras's `LayerNormalization`). `gamma` and `beta` have the sizes of these axes. The shape stays.
 *
 * Source: Ba, Kiros and Hinton, Layer normalization, 2016.
 */
export class LayerNormalization extends Layer {
  static override readonly className = 'LayerNormalization'
  override supportsMasking = true

  readonly axis: readonly number[]
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly betaInitializer: Initializer
  readonly gammaInitializer: Initializer
  gamma: Variable | undefined
  beta: Variable | undefined

  constructor(options: LayerNormalizationOptions = {}) {
    super(options)
    const { axis = -1 } = options
    this.axis = typeof axis === 'number' ? [axis] : axis
    this.epsilon = options.epsilon ?? 1e-3
    this.center = options.center ?? true
    this.scale = options.scale ?? true
    this.betaInitializer = getInitializer(options.betaInitializer ?? 'zeros')
    this.gammaInitializer = getInitializer(options.gammaInitializer ?? 'ones')
    this.inputSpec = { minRank: 2, form: '[batch, ...]' }
  }

  override build(inputShape: BatchShape): void {
    const shape = this.axis.map((axis) => knownSize(this.title, inputShape, axis, 'features'))
    if (this.scale) this.gamma = this.addWeight({ name: 'gamma', shape, initializer: this.gammaInitializer })
    if (this.center) this.beta = this.addWeight({ name: 'beta', shape, initializer: this.betaInitializer })
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const over = { axis: this.axis, keepDims: true }
    const inverse = rsqrt(add(variance(x, over), this.epsilon))
    const normalized = multiply(subtract(x, mean(x, over)), inverse)
    const axes = this.axis.map((axis) => (axis < 0 ? axis + x.rank : axis))
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1))
    const scaled = this.gamma ? multiply(normalized, reshape(this.gamma.value(), shape)) : normalized
    return this.beta ? add(scaled, reshape(this.beta.value(), shape)) : scaled
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      beta_initializer: serializeInitializer(this.betaInitializer),
      gamma_initializer: serializeInitializer(this.gammaInitializer),
      beta_regularizer: null,
      gamma_regularizer: null,
      beta_constraint: null,
      gamma_constraint: null,
    }
  }
}

/** Normalises each sample over its features: see `LayerNormalization`. */
export const layerNormalization = (options?: LayerNormalizationOptions): LayerNormalization =>
  new LayerNormalization(options)
