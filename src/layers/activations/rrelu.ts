import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { greater } from '../../ops/greater.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { multiply } from '../../ops/multiply.js'
import { randomUniform } from '../../ops/randomUniform.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { CallContext } from '../callContext.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface RReLUOptions extends LayerOptions {
  /** The smallest slope. Default: 1/8. */
  readonly lower?: number
  /** The largest slope. Default: 1/3. */
  readonly upper?: number
  /** Fixes this layer's slopes, whatever the model's seed. */
  readonly seed?: number
}

/**
 * The randomized leaky rectifier: `x` for `x > 0`, else `a x`. In training `a` is drawn for each element, uniform in
 * `[lower, upper)`; in inference it is their mean. The shape stays. Keras has no name for it; the defaults are the paper's.
 *
 * Source: Xu et al., Empirical evaluation of rectified activations in convolutional network, 2015.
 */
export class RReLU extends SameShapeLayer {
  static override readonly className = 'RReLU'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<RReLUOptions> = {
    ...SameShapeLayer.options,
    lower: true,
    upper: true,
    seed: true,
  }

  readonly lower: number
  readonly upper: number
  readonly seed: number | undefined

  constructor(options: RReLUOptions = {}) {
    super(options)
    const { lower = 1 / 8, upper = 1 / 3, seed } = options
    if (!(Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper)) {
      throw new ArgumentError(
        `${this.title}: expected finite slopes with lower <= upper, received lower ${lower} and upper ${upper}.`,
      )
    }
    if (seed !== undefined) keyFromSeed(seed)
    this.lower = lower
    this.upper = upper
    this.seed = seed
  }

  override call(inputs: Tensor, { training, random }: CallContext): Tensor {
    const x = cast(inputs, 'float32')
    const { lower, upper } = this
    const slope = training
      ? add(multiply(randomUniform(random.next(this.seed), x.shape), upper - lower), lower)
      : (lower + upper) / 2
    return where(greater(x, 0), x, multiply(x, slope))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), lower: this.lower, upper: this.upper, seed: this.seed ?? null }
  }
}

/** The rectifier with random slopes: see `RReLU`. @example layers.rrelu() */
export const rrelu = (options?: RReLUOptions): RReLU => new RReLU(options)
