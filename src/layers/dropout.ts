import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import { greaterEqual } from '../ops/greaterEqual.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { multiply } from '../ops/multiply.js'
import { randomUniform } from '../ops/randomUniform.js'
import { where } from '../ops/where.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { show } from '../utils/show.js'
import type { CallContext } from './callContext.js'
import type { LayerOptions } from './layer.js'
import { SameShapeLayer } from './sameShape.js'

export interface DropoutOptions extends LayerOptions {
  /** Shape of the mask, where `null` takes the input's size and 1 shares one decision along the axis. Default: the input's. */
  readonly noiseShape?: readonly (number | null)[]
  /** Fixes this layer's masks, whatever the model's seed. */
  readonly seed?: number
}

/**
 * In training, sets each value to 0 with probability `rate` and multiplies the others by `1 / (1 - rate)`, so that their
 * expectation stays; in inference it does nothing (Keras's `Dropout`). The shape stays.
 *
 * Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
 */
export class Dropout extends SameShapeLayer {
  static override readonly className: string = 'Dropout'
  static override readonly samplewise = true
  static override readonly positional = ['rate']
  static override readonly options: OptionKeys<DropoutOptions> = {
    ...SameShapeLayer.options,
    noiseShape: true,
    seed: true,
  }

  readonly rate: number
  readonly noiseShape: readonly (number | null)[] | undefined
  readonly seed: number | undefined

  constructor(rate: number, options: DropoutOptions = {}) {
    super(options)
    if (!(rate >= 0 && rate <= 1)) {
      throw new ArgumentError(`${this.title}: expected a rate from 0 to 1, received ${show(rate)}.`)
    }
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.rate = rate
    this.noiseShape = options.noiseShape
    this.seed = options.seed
  }

  override call(inputs: Tensor, { training, random }: CallContext): Tensor {
    const x = cast(inputs, 'float32')
    if (!training || this.rate === 0) return x
    const shape = this.noiseShape?.map((size, axis) => size ?? x.shape[axis]) ?? x.shape
    const kept = greaterEqual(randomUniform(random.next(this.seed), shape), this.rate)
    // With a rate of 1 nothing is kept, and the factor must not be infinite.
    return where(kept, multiply(x, this.rate < 1 ? 1 / (1 - this.rate) : 0), 0)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      rate: this.rate,
      seed: this.seed ?? null,
      noise_shape: this.noiseShape ?? null,
    }
  }
}

/** Drops values in training: see `Dropout`. @example layers.dropout(0.5) */
export const dropout = (rate: number, options?: DropoutOptions): Dropout => new Dropout(rate, options)
