import { ShapeError } from '../../errors.js'
import { showShape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { isTracing } from '../../graph/trace.js'
import type { Variable } from '../../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../../initializers/get.js'
import type { Initializer } from '../../initializers/initializer.js'
import { add } from '../../ops/add.js'
import { broadcastTo } from '../../ops/broadcastTo.js'
import { cast } from '../../ops/cast.js'
import { divide } from '../../ops/divide.js'
import { expandDims } from '../../ops/expandDims.js'
import { maximum } from '../../ops/maximum.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { negative } from '../../ops/negative.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { slice } from '../../ops/slice.js'
import { square } from '../../ops/square.js'
import { stopGradient } from '../../ops/stopGradient.js'
import { subtract } from '../../ops/subtract.js'
import { sum } from '../../ops/sum.js'
import { variance } from '../../ops/variance.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { knownSize } from '../knownSize.js'
import { otherAxes, shapeAlong } from './axes.js'
import { ScaledNormalization, type ScaledNormalizationOptions } from './scaledNormalization.js'

export interface BatchNormalizationOptions extends ScaledNormalizationOptions {
  /** The axis of features, which keep statistics of their own. Default: -1. */
  readonly axis?: number
  /** How much of the old moving statistics stays at each step, from 0 to 1. Default: 0.99. */
  readonly momentum?: number
  /** Default: `'zeros'`. */
  readonly movingMeanInitializer?: InitializerLike
  /** Default: `'ones'`. */
  readonly movingVarianceInitializer?: InitializerLike
}

/** Mean and variance of each feature. */
interface Statistics {
  /** The mean, less the offset. */
  readonly centre: Tensor
  /** Default: 0. */
  readonly offset?: Tensor
  readonly spread: Tensor
}

/** What Keras adds to the number of places that a mask leaves. */
const MASK_EPSILON = 1e-7

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta` for each feature (Keras's `BatchNormalization`).
 *
 * In training, mean and (biased) variance are those of the batch, over all axes but `axis` (of steps that a mask leaves out,
 * without them), and the moving statistics move towards them: `moving = momentum moving + (1 - momentum) batch`. In inference,
 * and whenever `trainable` is false, the moving statistics are used and stay as they are. The shape stays.
 *
 * Source: Ioffe and Szegedy, Batch normalization, 2015.
 */
export class BatchNormalization extends ScaledNormalization {
  static override readonly className = 'BatchNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<BatchNormalizationOptions> = {
    ...ScaledNormalization.options,
    axis: true,
    momentum: true,
    movingMeanInitializer: true,
    movingVarianceInitializer: true,
  }

  readonly axis: number
  readonly momentum: number
  readonly movingMeanInitializer: Initializer
  readonly movingVarianceInitializer: Initializer
  movingMean: Variable | undefined
  movingVariance: Variable | undefined

  constructor(options: BatchNormalizationOptions = {}) {
    super(options)
    this.axis = options.axis ?? -1
    this.momentum = options.momentum ?? 0.99
    this.movingMeanInitializer = getInitializer(options.movingMeanInitializer ?? 'zeros')
    this.movingVarianceInitializer = getInitializer(options.movingVarianceInitializer ?? 'ones')
    this.inputSpec = { minRank: 2, form: '[batch, ..., features]' }
  }

  override build(inputShape: BatchShape): void {
    const shape = [knownSize(this.title, inputShape, this.axis, 'features')]
    this.inputSpec = { minRank: 2, axes: { [this.axis]: shape[0] }, form: '[batch, ..., features]' }
    this.addScaleAndShift(shape)
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

  override call(inputs: Tensor, { training, fixedStatistics, mask }: CallContext): Tensor {
    const x = cast(inputs, 'float32')
    const [movingMean, movingVariance] = this.ownBuiltWeights.slice(-2)
    const isTraining = training && this.trainable && !fixedStatistics
    const { centre, offset, spread }: Statistics = isTraining
      ? this.batchStatistics(x, mask)
      : { centre: movingMean.value(), spread: movingVariance.value() }
    if (isTraining && isTracing()) {
      this.move(movingMean, offset ? add(centre, offset) : centre)
      this.move(movingVariance, spread)
    }
    const inverse = rsqrt(add(spread, this.epsilon))
    const factor = this.gamma ? multiply(inverse, this.gamma.value()) : inverse
    const along = (values: Tensor) => reshape(values, shapeAlong(x.shape, [this.axis]))
    const scaled = multiply(subtract(x, along(centre)), along(factor))
    const [shift, beta] = [offset && multiply(offset, factor), this.beta?.value()]
    if (shift) return add(scaled, along(beta ? subtract(beta, shift) : negative(shift)))
    return beta ? add(scaled, along(beta)) : scaled
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      moving_mean_initializer: serializeInitializer(this.movingMeanInitializer),
      moving_variance_initializer: serializeInitializer(this.movingVarianceInitializer),
      synchronized: false,
    }
  }

  /**
   * Mean and variance of the batch, over the places that count. Without a mask one pass gives both,
   *
   *     mean = centre + E[x - centre],   variance = E[(x - centre)^2] - E[x - centre]^2,
   *
   * and so it is with the sums of their gradient. Any centre is right; with one of the values themselves little is lost to rounding,
   * however far from 0 they all lie.
   */
  private batchStatistics(x: Tensor, mask: Tensor | undefined): Statistics {
    const axis = otherAxes(x.rank, [this.axis])
    if (!mask && x.size > 0) {
      const one = x.shape.map((size, i) => (axis.includes(i) ? 1 : size))
      const first = slice(
        x,
        x.shape.map(() => 0),
        one,
      )
      const centre = stopGradient(first)
      const distance = subtract(x, centre)
      const offset = mean(distance, { axis })
      const spread = subtract(mean(square(distance), { axis }), square(offset))
      return { centre: reshape(centre, [-1]), offset, spread: maximum(spread, 0) }
    }
    if (!mask) return { centre: mean(x, { axis }), spread: variance(x, { axis }) }
    if (mask.rank !== x.rank - 1) {
      throw new ShapeError(
        `${this.title}: expected a mask of one axis less than the input ${showShape(x.shape)}, received ${showShape(mask.shape)}.`,
      )
    }
    const counts = broadcastTo(cast(expandDims(mask, -1), 'float32'), x.shape)
    const number = add(sum(counts, { axis, keepDims: true }), MASK_EPSILON)
    const average = divide(sum(multiply(counts, x), { axis, keepDims: true }), number)
    const squares = multiply(counts, square(subtract(x, average)))
    const spread = divide(sum(squares, { axis, keepDims: true }), number)
    return { centre: reshape(average, [-1]), spread: reshape(spread, [-1]) }
  }

  /** Inside a step: moving statistics go towards those of the batch. */
  private move(moving: Variable, batch: Tensor): void {
    moving.assign(
      add(multiply(moving.value(), this.momentum), multiply(stopGradient(batch), 1 - this.momentum)),
    )
  }
}

/** Normalises features by batch statistics: see `BatchNormalization`. @example layers.batchNormalization() */
export const batchNormalization = (options?: BatchNormalizationOptions): BatchNormalization =>
  new BatchNormalization(options)
