import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { divide } from '../../ops/divide.js'
import { multiply } from '../../ops/multiply.js'
import { power } from '../../ops/power.js'
import { reshape } from '../../ops/reshape.js'
import { square } from '../../ops/square.js'
import { sumPool } from '../../ops/sumPool.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface LocalResponseNormalizationOptions extends LayerOptions {
  /** Channels on each side that count. Default: 5. */
  readonly depthRadius?: number
  /** Default: 1. */
  readonly bias?: number
  /** Default: 1. */
  readonly alpha?: number
  /** Default: 0.5. */
  readonly beta?: number
}

/**
 * `x / (bias + alpha * sum of squares of the 2 depthRadius + 1 channels around)^beta`, as in AlexNet and VGG's A-LRN. Names
 * and defaults are those of `tf.nn.local_response_normalization`; AlexNet's are radius 2, bias 2, alpha 0.0001, beta 0.75.
 * The shape stays.
 *
 * Source: Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural networks, 2012.
 */
export class LocalResponseNormalization extends SameShapeLayer {
  static override readonly className = 'LocalResponseNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<LocalResponseNormalizationOptions> = {
    ...SameShapeLayer.options,
    depthRadius: true,
    bias: true,
    alpha: true,
    beta: true,
  }

  readonly depthRadius: number
  readonly bias: number
  readonly alpha: number
  readonly beta: number

  constructor(options: LocalResponseNormalizationOptions = {}) {
    super(options)
    this.depthRadius = options.depthRadius ?? 5
    this.bias = options.bias ?? 1
    this.alpha = options.alpha ?? 1
    this.beta = options.beta ?? 0.5
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const channels = x.shape[x.rank - 1]
    // Channels as places of a sequence with one channel: the sum over neighbours is a window sum.
    const sequence = reshape(square(x), [x.size / channels, channels, 1])
    const { depthRadius: radius } = this
    const sums = sumPool(sequence, { size: [2 * radius + 1], strides: [1], padding: [[radius, radius]] })
    return divide(x, power(add(multiply(reshape(sums, x.shape), this.alpha), this.bias), this.beta))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depth_radius: this.depthRadius,
      bias: this.bias,
      alpha: this.alpha,
      beta: this.beta,
    }
  }
}

/** Divides by the activity of neighbouring channels: see `LocalResponseNormalization`. */
export const localResponseNormalization = (
  options?: LocalResponseNormalizationOptions,
): LocalResponseNormalization => new LocalResponseNormalization(options)
