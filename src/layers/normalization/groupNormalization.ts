import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { subtract } from '../../ops/subtract.js'
import { variance } from '../../ops/variance.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import { otherAxes, shapeAlong } from './axes.js'
import { ScaledNormalization, type ScaledNormalizationOptions } from './scaledNormalization.js'

export interface GroupNormalizationOptions extends ScaledNormalizationOptions {
  /** Groups of channels that are normalised together; -1 for one group each. Default: 32. */
  readonly groups?: number
  /** The axis of the channels. Default: -1. */
  readonly axis?: number
}

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance of each sample over all places and the
 * channels of one group (Keras's `GroupNormalization`). The shape stays.
 *
 * Source: Wu and He, Group normalization, 2018.
 */
export class GroupNormalization extends ScaledNormalization {
  static override readonly className = 'GroupNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<GroupNormalizationOptions> = {
    ...ScaledNormalization.options,
    groups: true,
    axis: true,
  }

  readonly groups: number
  readonly axis: number

  constructor(options: GroupNormalizationOptions = {}) {
    super(options)
    this.groups = options.groups ?? 32
    this.axis = options.axis ?? -1
    this.inputSpec = { minRank: 2, form: '[batch, ..., channels]' }
  }

  override build(inputShape: BatchShape): void {
    const channels = knownSize(this.title, inputShape, this.axis, 'channels')
    const groups = this.groups === -1 ? channels : this.groups
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected groups that divide the ${channels} channels, received ${this.groups}. ` +
          'Use a divisor, or -1 for one group for each channel.',
      )
    }
    this.addScaleAndShift([channels])
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const axis = this.axis < 0 ? this.axis + x.rank : this.axis
    const channels = x.shape[axis]
    const groups = this.groups === -1 ? channels : this.groups
    // The axis of channels becomes two: groups, and channels of a group.
    const grouped = reshape(x, x.shape.toSpliced(axis, 1, groups, channels / groups))
    const over = { axis: otherAxes(grouped.rank, [0, axis]), keepDims: true }
    const inverse = rsqrt(add(variance(grouped, over), this.epsilon))
    const normalized = reshape(multiply(subtract(grouped, mean(grouped, over)), inverse), x.shape)
    return this.scaleAndShift(normalized, shapeAlong(x.shape, [axis]))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), groups: this.groups, axis: this.axis }
  }
}

/** Normalises groups of channels: see `GroupNormalization`. */
export const groupNormalization = (options?: GroupNormalizationOptions): GroupNormalization =>
  new GroupNormalization(options)
