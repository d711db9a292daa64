import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { finite } from '../utils/numbers.js'
import type { RandomStream } from '../utils/randomStream.js'
import { RandomInitializer, type SeededOptions } from './initializer.js'

export interface NormalOptions extends SeededOptions {
  /** Default: 0. */
  readonly mean?: number
  /** Standard deviation, at least 0. Default: 0.05. */
  readonly stddev?: number
}

/** Independent normal values `N(mean, stddev^2)` (Keras's `RandomNormal`). */
export class RandomNormal extends RandomInitializer {
  static readonly className: string = 'RandomNormal'
  static override readonly options: OptionKeys<NormalOptions> = {
    ...RandomInitializer.options,
    mean: true,
    stddev: true,
  }
  readonly mean: number
  readonly stddev: number

  constructor(options: NormalOptions = {}) {
    const { mean = 0, stddev = 0.05, seed } = checkedOptions(options, new.target, '{ seed: 1 }')
    super({ seed })
    this.mean = finite(mean, `${this.className}: mean`)
    this.stddev = finite(stddev, `${this.className}: stddev`)
    if (stddev < 0) {
      throw new ArgumentError(`${this.className}: expected a stddev of at least 0, received ${stddev}.`)
    }
  }

  protected override sampler(_: Shape, stream: RandomStream): () => number {
    return () => this.mean + this.stddev * stream.normal()
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mean: this.mean, stddev: this.stddev }
  }
}

/** As `RandomNormal`, but values beyond two standard deviations are drawn again (Keras's `TruncatedNormal`). */
export class TruncatedNormal extends RandomNormal {
  static override readonly className = 'TruncatedNormal'

  protected override sampler(_: Shape, stream: RandomStream): () => number {
    return () => this.mean + this.stddev * stream.truncatedNormal()
  }
}

export interface UniformOptions extends SeededOptions {
  /** Lower bound, included. Default: -0.05. */
  readonly minval?: number
  /** Upper bound, not included. Default: 0.05. */
  readonly maxval?: number
}

/** Independent values, uniform in `[minval, maxval)` (Keras's `RandomUniform`). */
export class RandomUniform extends RandomInitializer {
  static readonly className = 'RandomUniform'
  static override readonly options: OptionKeys<UniformOptions> = {
    ...RandomInitializer.options,
    minval: true,
    maxval: true,
  }
  readonly minval: number
  readonly maxval: number

  constructor(options: UniformOptions = {}) {
    const { minval = -0.05, maxval = 0.05, seed } = checkedOptions(options, new.target, '{ seed: 1 }')
    super({ seed })
    this.minval = finite(minval, 'RandomUniform: minval')
    this.maxval = finite(maxval, 'RandomUniform: maxval')
    if (minval > maxval) {
      throw new ArgumentError(
        `RandomUniform: expected minval <= maxval, received minval ${minval} and maxval ${maxval}.`,
      )
    }
  }

  protected override sampler(_: Shape, stream: RandomStream): () => number {
    return () => this.minval + (this.maxval - this.minval) * stream.uniform()
  }

  override getConfig(): Config {
    return { ...super.getConfig(), minval: this.minval, maxval: this.maxval }
  }
}

/** Normal values: see `RandomNormal`. */
export const randomNormal = (options?: NormalOptions): RandomNormal => new RandomNormal(options)
/** Normal values within two standard deviations: see `TruncatedNormal`. */
export const truncatedNormal = (options?: NormalOptions): TruncatedNormal => new TruncatedNormal(options)
/** Uniform values: see `RandomUniform`. */
export const randomUniform = (options?: UniformOptions): RandomUniform => new RandomUniform(options)
