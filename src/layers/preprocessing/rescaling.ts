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
  /** Added after scaling: one number, or one for each channel. Default: 0. */
  readonly offset?: PerChannel
}

/** One number, or one for each place of the last axis. */
export type PerChannel = number | readonly number[]

/**
 * `x * scale + offset` in float32, in training and inference alike (Keras's `Rescaling`). The shape stays. Lists have a number for
 * each channel. With
 * `rescaling(1 / 255)` first, a model takes bytes as they are stored.
 */
export class Rescaling extends SameShapeLayer {
  static override readonly className = 'Rescaling'
  static override readonly samplewise = true
  static override readonly positional = ['scale']
  static override readonly options: OptionKeys<RescalingOptions> = { ...SameShapeLayer.options, offset: true }

  readonly scale: PerChannel
  readonly offset: PerChannel

  constructor(scale: PerChannel, options: RescalingOptions = {}) {
    super(options)
    this.scale = eachFinite(scale, `${this.title}: scale`)
    this.offset = eachFinite(options.offset ?? 0, `${this.title}: offset`)
    const list = [this.scale, this.offset].find((each) => Array.isArray(each) && each.length !== 1)
    if (list) this.inputSpec = { axes: { [-1]: (list as readonly number[]).length }, form: '[..., channels]' }
  }

  override call(inputs: Tensor): Tensor {
    const scaled = multiply(cast(inputs, 'float32'), this.scale)
    return this.offset === 0 ? scaled : add(scaled, this.offset)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset }
  }
}

const eachFinite = (value: PerChannel, what: string): PerChannel =>
  Array.isArray(value) ? value.map((each) => finite(each, what)) : finite(value as number, what)

/** Scales and shifts: see `Rescaling`. @example layers.rescaling(1 / 255) */
export const rescaling = (scale: PerChannel, options?: RescalingOptions): Rescaling =>
  new Rescaling(scale, options)
