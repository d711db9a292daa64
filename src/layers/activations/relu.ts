import { type ReluOptions, relu as reluOf } from '../../activations/relu.js'
import type { Tensor } from '../../graph/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { atLeast } from '../../utils/numbers.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface ReLUOptions extends LayerOptions, ReluOptions {}

/**
 * The rectifier as a layer, elementwise: `max(x, 0)`, or with options `min(x, maxValue)` for `x > threshold`, else
 * `negativeSlope (x - threshold)` (Keras's `ReLU`). None of the options may be negative. The shape stays.
 */
export class ReLU extends SameShapeLayer {
  static override readonly className = 'ReLU'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ReLUOptions> = {
    ...SameShapeLayer.options,
    negativeSlope: true,
    maxValue: true,
    threshold: true,
  }

  readonly maxValue: number | undefined
  readonly negativeSlope: number
  readonly threshold: number

  constructor(options: ReLUOptions = {}) {
    super(options)
    const { maxValue, negativeSlope = 0, threshold = 0 } = options
    this.maxValue = maxValue === undefined ? undefined : atLeast(maxValue, 0, `${this.title}: maxValue`)
    this.negativeSlope = atLeast(negativeSlope, 0, `${this.title}: negativeSlope`)
    this.threshold = atLeast(threshold, 0, `${this.title}: threshold`)
  }

  override call(inputs: Tensor): Tensor {
    const { negativeSlope, maxValue, threshold } = this
    return reluOf(inputs, { negativeSlope, maxValue, threshold })
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      max_value: this.maxValue ?? null,
      negative_slope: this.negativeSlope,
      threshold: this.threshold,
    }
  }
}

/** The rectifier: see `ReLU`. @example layers.relu({ maxValue: 6 }) */
export const relu = (options?: ReLUOptions): ReLU => new ReLU(options)
