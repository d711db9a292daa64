import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { greaterEqual } from '../../ops/greaterEqual.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { multiply } from '../../ops/multiply.js'
import { randomNormal } from '../../ops/randomNormal.js'
import { randomUniform } from '../../ops/randomUniform.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { CallContext } from '../callContext.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

export interface NoiseOptions extends LayerOptions {
  /** Fixes this layer's draws, whatever the model's seed. */
  readonly seed?: number
}

/** Disturbs its input in training, and does nothing in inference. The shape stays. */
abstract class Noise extends SameShapeLayer {
  static override readonly options: OptionKeys<NoiseOptions> = { ...SameShapeLayer.options, seed: true }
  readonly seed: number | undefined

  constructor(options: NoiseOptions) {
    super(options)
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
  }

  override call(inputs: Tensor, { training, random }: CallContext): Tensor {
    const x = cast(inputs, 'float32')
    return training && this.isActive ? this.disturb(x, random.next(this.seed)) : x
  }

  protected abstract readonly isActive: boolean
  protected abstract disturb(x: Tensor, key: Tensor): Tensor

  override getConfig(): Config {
    return { ...super.getConfig(), seed: this.seed ?? null }
  }
}

/** `x + noise` in training, with noise from a normal distribution of mean 0 and this deviation (Keras's `GaussianNoise`). */
export class GaussianNoise extends Noise {
  static override readonly className = 'GaussianNoise'
  static override readonly samplewise = true
  static override readonly positional = ['stddev']

  readonly stddev: number

  constructor(stddev: number, options: NoiseOptions = {}) {
    super(options)
    if (!(stddev >= 0)) {
      throw new ArgumentError(`${this.title}: expected a stddev of at least 0, received ${show(stddev)}.`)
    }
    this.stddev = stddev
  }

  protected get isActive(): boolean {
    return this.stddev > 0
  }

  protected disturb(x: Tensor, key: Tensor): Tensor {
    return add(x, multiply(randomNormal(key, x.shape), this.stddev))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), stddev: this.stddev }
  }
}

abstract class RateNoise extends Noise {
  static override readonly positional = ['rate']

  readonly rate: number

  constructor(rate: number, options: NoiseOptions) {
    super(options)
    if (!(rate >= 0 && rate < 1)) {
      throw new ArgumentError(
        `${this.title}: expected a rate of at least 0 and below 1, received ${show(rate)}.`,
      )
    }
    this.rate = rate
  }

  protected get isActive(): boolean {
    return this.rate > 0
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate }
  }
}

/**
 * `x * noise` in training, with noise of mean 1 and deviation `sqrt(rate / (1 - rate))`, that of dropout with this rate
 * (Keras's `GaussianDropout`).
 */
export class GaussianDropout extends RateNoise {
  static override readonly className = 'GaussianDropout'
  static override readonly samplewise = true

  constructor(rate: number, options: NoiseOptions = {}) {
    super(rate, options)
  }

  protected disturb(x: Tensor, key: Tensor): Tensor {
    const deviation = Math.sqrt(this.rate / (1 - this.rate))
    return multiply(x, add(multiply(randomNormal(key, x.shape), deviation), 1))
  }
}

/** The least value that SELU tends to: -scale * alpha. */
const seluFloor = -1.0507009873554805 * 1.6732632423543772

/**
 * Dropout for SELU networks, in training: dropped values become SELU's floor, and the result is scaled and shifted so that mean 0
 * and variance 1 stay (Keras's `AlphaDropout`).
 *
 * Source: Klambauer et al., Self-normalizing neural networks, 2017.
 */
export class AlphaDropout extends RateNoise {
  static override readonly className = 'AlphaDropout'
  static override readonly samplewise = true

  /** Shape of the mask, where `null` takes the input's size. */
  readonly noiseShape: readonly (number | null)[] | undefined

  constructor(
    rate: number,
    options: NoiseOptions & { readonly noiseShape?: readonly (number | null)[] } = {},
  ) {
    super(rate, options)
    this.noiseShape = options.noiseShape
  }

  protected disturb(x: Tensor, key: Tensor): Tensor {
    const { rate } = this
    const shape = this.noiseShape?.map((size, axis) => size ?? x.shape[axis]) ?? x.shape
    const kept = greaterEqual(randomUniform(key, shape), rate)
    const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * seluFloor ** 2))
    const shift = -scale * seluFloor * rate
    return add(multiply(where(kept, x, seluFloor), scale), shift)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), noise_shape: this.noiseShape ?? null }
  }
}

/** Adds noise in training: see `GaussianNoise`. */
export const gaussianNoise = (stddev: number, options?: NoiseOptions) => new GaussianNoise(stddev, options)
/** Multiplies by noise in training: see `GaussianDropout`. */
export const gaussianDropout = (rate: number, options?: NoiseOptions) => new GaussianDropout(rate, options)
/** Dropout that keeps mean and variance after SELU: see `AlphaDropout`. */
export const alphaDropout = (rate: number, options?: ConstructorParameters<typeof AlphaDropout>[1]) =>
  new AlphaDropout(rate, options)
