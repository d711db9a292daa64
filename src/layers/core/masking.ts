import type { Tensor } from '../../graph/tensor.js'
import { any } from '../../ops/any.js'
import { expandDims } from '../../ops/expandDims.js'
import { notEqual } from '../../ops/notEqual.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { LayerOptions } from '../layer.js'
import { withMask } from '../masks.js'
import { SameShapeLayer } from '../sameShape.js'

export interface MaskingOptions extends LayerOptions {
  /** A step of which all features have this value does not count. Default: 0. */
  readonly maskValue?: number
}

/**
 * Marks the steps of sequences `[batch, time, features]` that do not count, and makes them 0 (Keras's `Masking`). Layers behind
 * it that support masks leave these steps out.
 *
 * @example models.sequential([layers.masking(), layers.lstm(32), layers.dense(1)])
 */
export class Masking extends SameShapeLayer {
  static override readonly className = 'Masking'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<MaskingOptions> = {
    ...SameShapeLayer.options,
    maskValue: true,
  }

  readonly maskValue: number

  constructor(options: MaskingOptions = {}) {
    super(options)
    this.maskValue = options.maskValue ?? 0
    this.inputSpec = { minRank: 3, form: '[batch, time, features]' }
  }

  override call(inputs: Tensor): Tensor {
    const mask = any(notEqual(inputs, this.maskValue), { axis: -1 })
    return withMask(where(expandDims(mask, -1), inputs, 0), mask)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mask_value: this.maskValue }
  }
}

/** Marks steps that do not count: see `Masking`. */
export const masking = (options?: MaskingOptions): Masking => new Masking(options)
