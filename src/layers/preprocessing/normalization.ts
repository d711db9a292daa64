import { ArgumentError, ShapeError, StateError } from '../../errors.js'
import { showShape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { divide } from '../../ops/divide.js'
import { maximum } from '../../ops/maximum.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { sqrt } from '../../ops/sqrt.js'
import { subtract } from '../../ops/subtract.js'
import { type NestedValues, tensor } from '../../ops/tensor.js'
import { transpose } from '../../ops/transpose.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config, ConfigValue } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { otherAxes, shapeAlong } from '../normalization/axes.js'
import { SameShapeLayer } from '../sameShape.js'
import { type AdaptData, batchesOf } from './adaptData.js'

export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis or axes along which each place has a mean and a variance of its own; `null`: one mean and variance for all. The
   * batch is axis 0. Default: -1.
   */
  readonly axis?: number | readonly number[] | null
  /** Means to take, with `variance`, instead of those of data: a number, or numbers that broadcast along `axis`. */
  readonly mean?: number | NestedValues
  /** Variances to take, with `mean`. */
  readonly variance?: number | NestedValues
  /** Turn normalised values back into the original ones. Default: false. */
  readonly invert?: boolean
}

/** The smallest deviation that is divided by: where values do not vary at all, their difference from the mean is 0. */
const SMALLEST_DEVIATION = 1e-7

/**
 * `(x - mean) / sqrt(variance)`, by statistics of data that the layer was adapted to, or that it was given (Keras's
 * `Normalization`). With `invert`: `mean + x sqrt(variance)`. The shape stays.
 *
 * @example
 * const normalization = layers.normalization()
 * await normalization.adapt(train.x)
 * const model = models.sequential([layers.input([13]), normalization, layers.dense(1)])
 */
export class Normalization extends SameShapeLayer {
  static override readonly className = 'Normalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<NormalizationOptions> = {
    ...SameShapeLayer.options,
    axis: true,
    mean: true,
    variance: true,
    invert: true,
  }

  /** The axes with statistics of their own. */
  readonly axis: readonly number[]
  readonly invert: boolean
  /** What was given, as it stands in configs. */
  private readonly given: { readonly mean: Tensor; readonly variance: Tensor } | undefined
  private readonly givenConfig: Config
  /** The means that the layer was adapted to, once built. */
  mean: Variable | undefined
  /** The variances that the layer was adapted to, once built. */
  variance: Variable | undefined

  constructor(options: NormalizationOptions = {}) {
    super(options)
    const { axis = -1, mean, variance } = options
    this.axis = axis === null ? [] : typeof axis === 'number' ? [axis] : axis
    this.invert = options.invert ?? false
    this.givenConfig = { mean: plain(mean), variance: plain(variance) }
    if (mean === undefined && variance === undefined) return
    if (mean === undefined || variance === undefined) {
      throw new ArgumentError(`${this.title}: expected mean and variance together, received one of them.`)
    }
    const given = { mean: tensor(mean), variance: tensor(variance) }
    const [shape, other] = [given.mean.shape, given.variance.shape]
    if (String(shape) !== String(other) || shape.length > this.axis.length) {
      throw new ShapeError(
        `${this.title}: expected mean and variance of one shape, of ${this.axis.length} axes at most, as axis has; received ` +
          `${showShape(shape)} and ${showShape(other)}.`,
      )
    }
    this.given = given
  }

  override build(inputShape: BatchShape): void {
    const rank = inputShape.length
    if (this.axis.some((axis) => !Number.isInteger(axis) || axis < -rank || axis >= rank)) {
      throw new ArgumentError(
        `${this.title}: axis: expected axes of an input ${showBatchShape(inputShape)}, received [${this.axis}].`,
      )
    }
    const kept = this.keptAxes(rank)
    const shape = kept.map((axis) => knownSize(this.title, inputShape, axis, 'statistics'))
    this.inputSpec = {
      rank,
      axes: Object.fromEntries(kept.map((axis, i) => [axis, shape[i]])),
      form: '[batch, ...]',
    }
    if (this.given) return
    const statistic = { shape, trainable: false }
    this.mean = this.addWeight({ ...statistic, name: 'mean', initializer: 'zeros' })
    this.variance = this.addWeight({ ...statistic, name: 'variance', initializer: 'ones' })
    // Keras keeps it in its files, and never counts.
    this.addWeight({ name: 'count', shape: [], initializer: 'zeros', dtype: 'int32', trainable: false })
  }

  /**
   * Takes mean and (biased) variance of samples, in place of what the layer had. In a stream, batches are as `fit` takes them.
   * @throws StateError if the layer was given a mean; ShapeError if samples do not fit what it was built for
   */
  async adapt(data: AdaptData): Promise<void> {
    if (this.given) {
      throw new StateError(
        `${this.title}: adapt: its mean and variance were given to it. Make it without them to adapt it to data.`,
      )
    }
    const moments = new Moments()
    const batches = batchesOf(data, this.title, this.builtInputShape?.slice(1), (batch) => {
      if (!this.built) this.build(batch.shape)
      this.checkInput(batch.shape)
      // Values of one statistic come to lie apart by their number.
      const kept = this.keptAxes(batch.rank)
      return transpose(batch, [...otherAxes(batch.rank, kept), ...kept])
    })
    for await (const { data: elements } of batches) moments.take(elements, this.mean?.size ?? 1)
    this.mean?.write(moments.mean)
    this.variance?.write(moments.variance)
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const [mean, variance] = this.statistics(x)
    const deviation = maximum(sqrt(variance), SMALLEST_DEVIATION)
    return this.invert ? add(mean, multiply(x, deviation)) : divide(subtract(x, mean), deviation)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis, invert: this.invert, ...this.givenConfig }
  }

  /** Mean and variance in a shape that broadcasts to the input's. */
  private statistics(x: Tensor): readonly [Tensor, Tensor] {
    if (!this.given) {
      const [mean, variance] = this.ownBuiltWeights
      const shape = shapeAlong(x.shape, this.axis)
      return [reshape(mean.value(), shape), reshape(variance.value(), shape)]
    }
    const { mean, variance } = this.given
    // What was given belongs to the last of the axes with statistics of their own.
    const kept = this.keptAxes(x.rank).slice(this.axis.length - mean.rank)
    const sizes = new Map(kept.map((axis, i) => [axis, mean.shape[i]]))
    const shape = x.shape.map((_, axis) => sizes.get(axis) ?? 1)
    return [reshape(cast(mean, 'float32'), shape), reshape(cast(variance, 'float32'), shape)]
  }

  private keptAxes(rank: number): number[] {
    return this.axis.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b)
  }
}

/** Mean and variance of each of several quantities over batches, in float64. */
class Moments {
  private count = 0
  private means = new Float64Array(0)
  /** Sums of squared differences from the mean. */
  private squares = new Float64Array(0)

  get mean(): Float64Array {
    return this.means
  }

  get variance(): Float64Array {
    return this.squares.map((sum) => sum / this.count)
  }

  /** Takes a batch in which the quantities alternate: `groups` values of one sample, then of the next. */
  take(values: ArrayLike<number>, groups: number): void {
    if (this.count === 0) {
      this.means = new Float64Array(groups)
      this.squares = new Float64Array(groups)
    }
    const count = values.length / groups
    const [means, squares] = [new Float64Array(groups), new Float64Array(groups)]
    for (let i = 0; i < values.length; i++) means[i % groups] += values[i] / count
    for (let i = 0; i < values.length; i++) squares[i % groups] += (values[i] - means[i % groups]) ** 2
    // Two batches' sums around their own means become one around the common mean (Chan, Golub and LeVeque, 1979).
    const total = this.count + count
    for (let group = 0; group < groups; group++) {
      const apart = means[group] - this.means[group]
      this.means[group] += (apart * count) / total
      this.squares[group] += squares[group] + (apart ** 2 * this.count * count) / total
    }
    this.count = total
  }
}

/** Given numbers as JSON. */
const plain = (values: number | NestedValues | undefined): ConfigValue =>
  values === undefined ? null : JSON.parse(JSON.stringify(values))

/** Brings data to mean 0 and variance 1: see `Normalization`. */
export const normalization = (options?: NormalizationOptions): Normalization => new Normalization(options)
