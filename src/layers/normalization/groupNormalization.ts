import { ArgumentError } from '../../errors.js'
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

export interface GroupNormalizationOptions extends LayerOptions {
  /** Groups of channels that are normalised together; -1 for one group each. Default: 32. */
  readonly groups?: number
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
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance of each sample over all places and the
 * channels of one group (Keras's `GroupNormalization` with its default axis, the last). The shape stays.
 *
 * Source: Wu and He, Group normalization, 2018.
 */
export class GroupNormalization extends Layer {
  static override readonly className = 'GroupNormalization'
  override supportsMasking = true

  readonly groups: number
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly betaInitializer: Initializer
  readonly gammaInitializer: Initializer
  gamma: Variable | undefined
  beta: Variable | undefined

  constructor(options: GroupNormalizationOptions = {}) {
    super(options)
    this.groups = options.groups ?? 32
    this.epsilon = options.epsilon ?? 1e-3
    this.center = options.center ?? true
    this.scale = options.scale ?? true
    this.betaInitializer = getInitializer(options.betaInitializer ?? 'zeros')
    this.gammaInitializer = getInitializer(options.gammaInitializer ?? 'ones')
    this.inputSpec = { minRank: 2, form: '[batch, ..., channels]' }
  }

  override build(inputShape: BatchShape): void {
    const channels = knownSize(this.title, inputShape, -1, 'channels')
    const groups = this.groups === -1 ? channels : this.groups
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected groups that divide the ${channels} channels, received ${this.groups}. ` +
          'Use a divisor, or -1 for one group for each channel.',
      )
    }
    const shape = [channels]
    if (this.scale) this.gamma = this.addWeight({ name: 'gamma', shape, initializer: this.gammaInitializer })
    if (this.center) this.beta = this.addWeight({ name: 'beta', shape, initializer: this.betaInitializer })
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const channels = x.shape[x.rank - 1]
    const groups = this.groups === -1 ? channels : this.groups
    const grouped = reshape(x, [x.shape[0], -1, groups, channels / groups])
    const over = { axis: [1, 3], keepDims: true }
    const inverse = rsqrt(add(variance(grouped, over), this.epsilon))
    const normalized = reshape(multiply(subtract(grouped, mean(grouped, over)), inverse), x.shape)
    const scaled = this.gamma ? multiply(normalized, this.gamma.value()) : normalized
    return this.beta ? add(scaled, this.beta.value()) : scaled
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      groups: this.groups,
      axis: -1,
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

/** Normalises groups of channels: see `GroupNormalization`. */
export const groupNormalization = (options?: GroupNormalizationOptions): GroupNormalization =>
  new GroupNormalization(options)
