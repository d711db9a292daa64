import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { multiply } from '../../ops/multiply.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { finite } from '../../utils/numbers.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface RescalingOptions extends LayerOptions {
  /** Added after scaling. Default: 0. */
  readonly offset?: number
}

/**
 * `x * scale + offset` in float32, in training and inference alike (Keras's `Rescaling`). The shape stays. With
 * `rescaling(1 / 255)` first, a model takes bytes as they are stored.
 */
export class Rescaling extends SameShapeLayer {
  static override readonly className = 'Rescaling'
  static override readonly samplewise = true
  static override readonly positional = ['scale']
  static override readonly options: OptionKeys<RescalingOptions> = { ...SameShapeLayer.options, offset: true }

  readonly scale: number
  readonly offset: number

  constructor(scale: number, options: RescalingOptions = {}) {
    super(options)
    this.scale = finite(scale, `${this.title}: scale`)
    this.offset = finite(options.offset ?? 0, `${this.title}: offset`)
  }

  override call(inputs: Tensor): Tensor {
    const scaled = multiply(cast(inputs, 'float32'), this.scale)
    return this.offset === 0 ? scaled : add(scaled, this.offset)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset }
  }
}

/** Scales and shifts: see `Rescaling`. @example layers.rescaling(1 / 255) */
export const rescaling = (scale: number, options?: RescalingOptions): Rescaling =>
  new Rescaling(scale, options)
