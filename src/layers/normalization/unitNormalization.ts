import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { maximum } from '../../ops/maximum.js'
import { multiply } from '../../ops/multiply.js'
import { rsqrt } from '../../ops/rsqrt.js'
import { square } from '../../ops/square.js'
import { sum } from '../../ops/sum.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { checkAxes } from '../checkAxes.js'
import { coversBatch } from '../coversBatch.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis or axes over which the norm is taken. Default: -1. */
  readonly axis?: number | readonly number[]
}

/** `x / |x|`, with the Euclidean norm over `axis` (Keras's `UnitNormalization`). Zeros stay zeros. The shape stays. */
export class UnitNormalization extends SameShapeLayer {
  static override readonly className = 'UnitNormalization'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<UnitNormalizationOptions> = {
    ...SameShapeLayer.options,
    axis: true,
  }

  readonly axis: readonly number[]

  constructor(options: UnitNormalizationOptions = {}) {
    super(options)
    const { axis = -1 } = options
    this.axis = typeof axis === 'number' ? [axis] : axis
  }

  override build(inputShape: BatchShape): void {
    checkAxes(this.title, this.axis, inputShape)
    this.couplesSamples ||= coversBatch(this.axis, inputShape)
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, 'float32')
    const squares = sum(square(x), { axis: this.axis, keepDims: true })
    return multiply(x, rsqrt(maximum(squares, 1e-12)))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis }
  }
}

/** Scales each sample to norm 1: see `UnitNormalization`. */
export const unitNormalization = (options?: UnitNormalizationOptions): UnitNormalization =>
  new UnitNormalization(options)
