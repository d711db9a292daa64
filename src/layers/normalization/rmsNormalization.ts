import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { mean } from '../../ops/mean.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { square } from '../../ops/square.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'
import { shapeAlong } from './axes.js'

export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis or axes over which each sample is normalised. Default: -1. */
  readonly axis?: number | readonly number[]
  /** Added to the mean of squares. Default: 0.000001. */
  readonly epsilon?: number
}

/**
 * `scale x / sqrt(mean of x^2 + epsilon)`, with the mean of each sample over `axis` (Keras's `RMSNormalization`). The learned
 * `scale` has the sizes of these axes, and begins as ones. The shape stays.
 *
 * Source: Zhang and Sennrich, Root mean square layer normalization, 2019.
 */
export class RMSNormalization extends SameShapeLayer {
  static override readonly className = 'RMSNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<RMSNormalizationOptions> = {
    ...SameShapeLayer.options,
    axis: true,
    epsilon: true,
  }

  readonly axis: readonly number[]
  readonly epsilon: number

  constructor(options: RMSNormalizationOptions = {}) {
    super(options)
    const { axis = -1 } = options
    this.axis = typeof axis === 'number' ? [axis] : axis.toSorted((a, b) => a - b)
    this.epsilon = options.epsilon ?? 1e-6
    this.inputSpec = { minRank: 2, form: '[batch, ...]' }
  }

  override build(inputShape: BatchShape): void {
    const shape = this.axis.map((axis) => knownSize(this.title, inputShape, axis, 'features'))
    this.addWeight({ name: 'scale', shape, initializer: 'ones' })
  }

  override call(inputs: Tensor): Tensor {
    const [scale] = this.ownBuiltWeights
    const x = cast(inputs, 'float32')
    const inverse = rsqrt(add(mean(square(x), { axis: this.axis, keepDims: true }), this.epsilon))
    return multiply(multiply(x, inverse), reshape(scale.value(), shapeAlong(x.shape, this.axis)))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis, epsilon: this.epsilon }
  }
}

/** Scales each sample by its root mean square: see `RMSNormalization`. */
export const rmsNormalization = (options?: RMSNormalizationOptions): RMSNormalization =>
  new RMSNormalization(options)
