import type { Tensor } from '../../graph/tensor.js'
import { isTracing } from '../../graph/trace.js'
import type { Variable } from '../../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../../initializers/get.js'
import type { Initializer } from '../../initializers/initializer.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { stopGradient } from '../../ops/stopGradient.js'
import { subtract } from '../../ops/subtract.js'
import { variance } from '../../ops/variance.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { knownSize } from '../knownSize.js'
import { Layer, type LayerOptions } from '../layer.js'
import { otherAxes } from './axes.js'

export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis of features, which keep statistics of their own. Default: -1. */
  readonly axis?: number
  /** How much of the old moving statistics stays at each step, from 0 to 1. Default: 0.99. */
  readonly momentum?: number
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
  /** Default: `'zeros'`. */
  readonly movingMeanInitializer?: InitializerLike
  /** Default: `'ones'`. */
  readonly movingVarianceInitializer?: InitializerLike
}

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta` for each feature (Keras's `BatchNormalization`).
 *
 * In training, mean and (biased) variance are those of the batch, over all axes but `axis`, and the moving statistics
 * move towards them: `moving = momentum moving + (1 - momentum) batch`. In inference, and whenever `trainable` is false, the
 * moving statistics are used and stay as they are. The shape stays.
 *
 * Source: Ioffe and Szegedy, Batch normalization, 2015.
 */
export class BatchNormalization extends Layer {
  static override readonly className = 'BatchNormalization'

  readonly axis: number
  readonly momentum: number
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly betaInitializer: Initializer
  readonly gammaInitializer: Initializer
  readonly movingMeanInitializer: Initializer
  readonly movingVarianceInitializer: Initializer
  gamma: Variable | undefined
  beta: Variable | undefined
  movingMean: Variable | undefined
  movingVariance: Variable | undefined

  constructor(options: BatchNormalizationOptions = {}) {
    super(options)
    this.axis = options.axis ?? -1
    this.momentum = options.momentum ?? 0.99
    this.epsilon = options.epsilon ?? 1e-3
    this.center = options.center ?? true
    this.scale = options.scale ?? true
    this.betaInitializer = getInitializer(options.betaInitializer ?? 'zeros')
    this.gammaInitializer = getInitializer(options.gammaInitializer ?? 'ones')
    this.movingMeanInitializer = getInitializer(options.movingMeanInitializer ?? 'zeros')
    this.movingVarianceInitializer = getInitializer(options.movingVarianceInitializer ?? 'ones')
    this.inputSpec = { minRank: 2, form: '[batch, ..., features]' }
  }

  override build(inputShape: BatchShape): void {
    const shape = [knownSize(this.title, inputShape, this.axis, 'features')]
    this.inputSpec = { minRank: 2, axes: { [this.axis]: shape[0] }, form: '[batch, ..., features]' }
    if (this.scale) this.gamma = this.addWeight({ name: 'gamma', shape, initializer: this.gammaInitializer })
    if (this.center) this.beta = this.addWeight({ name: 'beta', shape, initializer: this.betaInitializer })
    const moving = { shape, trainable: false }
    this.movingMean = this.addWeight({
      ...moving,
      name: 'moving_mean',
      initializer: this.movingMeanInitializer,
    })
    this.movingVariance = this.addWeight({
      ...moving,
      name: 'moving_variance',
      initializer: this.movingVarianceInitializer,
    })
  }

  override call(inputs: Tensor, { training }: CallContext): Tensor {
    const x = cast(inputs, 'float32')
    const [movingMean, movingVariance] = this.weights.slice(-2)
    const [average, spread] =
      training && this.trainable
        ? this.batchStatistics(x, movingMean, movingVariance)
        : [movingMean.value(), movingVariance.value()]
    const inverse = rsqrt(add(spread, this.epsilon))
    const factor = this.gamma ? multiply(inverse, this.gamma.value()) : inverse
    const normalized = multiply(subtract(x, this.along(x, average)), this.along(x, factor))
    return this.beta ? add(normalized, this.along(x, this.beta.value())) : normalized
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      beta_initializer: serializeInitializer(this.betaInitializer),
      gamma_initializer: serializeInitializer(this.gammaInitializer),
      moving_mean_initializer: serializeInitializer(this.movingMeanInitializer),
      moving_variance_initializer: serializeInitializer(this.movingVarianceInitializer),
      beta_regularizer: null,
      gamma_regularizer: null,
      beta_constraint: null,
      gamma_constraint: null,
      synchronized: false,
    }
  }

  /** Mean and variance of the batch. Inside a step, the moving statistics take their part of them. */
  private batchStatistics(x: Tensor, movingMean: Variable, movingVariance: Variable): [Tensor, Tensor] {
    const axis = otherAxes(x.rank, [this.axis])
    const average = mean(x, { axis })
    const spread = variance(x, { axis })
    if (isTracing()) {
      const move = (moving: Variable, batch: Tensor) =>
        moving.assign(
          add(multiply(moving.value(), this.momentum), multiply(stopGradient(batch), 1 - this.momentum)),
        )
      move(movingMean, average)
      move(movingVariance, spread)
    }
    return [average, spread]
  }

  /** Values of the features, placed along their axis so that they broadcast against the input. */
  private along(x: Tensor, values: Tensor): Tensor {
    const axis = this.axis < 0 ? this.axis + x.rank : this.axis
    return reshape(
      values,
      x.shape.map((size, i) => (i === axis ? size : 1)),
    )
  }
}

/** Normalises features by batch statistics: see `BatchNormalization`. @example layers.batchNormalization() */
export const batchNormalization = (options?: BatchNormalizationOptions): BatchNormalization =>
  new BatchNormalization(options)
