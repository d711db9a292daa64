import { leakyRelu as leakyReluOf } from '../../activations/leakyRelu.js'
import type { Tensor } from '../../graph/tensor.js'
import { type Config, optionsOf } from '../../utils/config.js'
import { atLeast } from '../../utils/numbers.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

/**
 * `x` for `x > 0`, else `negativeSlope x`, elementwise (Keras's `LeakyReLU`). The slope is 0.3 unless given; that of the
 * activation named `'leaky_relu'` is 0.2. The shape stays.
 *
 * Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
 */
export class LeakyReLU extends SameShapeLayer {
  static override readonly className = 'LeakyReLU'
  static override readonly samplewise = true
  static override readonly positional = ['negative_slope']

  readonly negativeSlope: number

  constructor(negativeSlope = 0.3, options: LayerOptions = {}) {
    super(options)
    this.negativeSlope = atLeast(negativeSlope, 0, `${this.title}: negativeSlope`)
  }

  override call(inputs: Tensor): Tensor {
    return leakyReluOf(inputs, { negativeSlope: this.negativeSlope })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), negative_slope: this.negativeSlope }
  }

  /** Files of Keras 2 call the slope `alpha`. */
  static override fromConfig(config: Config): LeakyReLU {
    const slope = config.negative_slope ?? config.alpha
    return new LeakyReLU(
      typeof slope === 'number' ? slope : undefined,
      optionsOf(config, ['negative_slope', 'alpha', 'dtype']),
    )
  }
}

/** The leaky rectifier: see `LeakyReLU`. @example layers.dense(30, { activation: layers.leakyRelu(0.01) }) */
export const leakyRelu = (negativeSlope?: number, options?: LayerOptions): LeakyReLU =>
  new LeakyReLU(negativeSlope, options)
