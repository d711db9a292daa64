import type { Elements } from '../graph/dtype.js'
import { type Shape, sizeOf } from '../graph/shape.js'
import type { InitialValues } from '../graph/variable.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { drawKey } from '../utils/randomSeed.js'
import { RandomStream } from '../utils/randomStream.js'

/** Makes the first values of a weight. Subclass it, or pass a function `(shape) => numbers` where one is expected. */
export abstract class Initializer implements Configurable {
  /** Config keys of the constructor's positional arguments, in order; the rest are options. */
  static readonly positional: readonly string[] = []

  get className(): string {
    return classNameOf(this)
  }

  /** The values for a weight of this shape in row-major order, in float64. */
  abstract generate(shape: Shape): ArrayLike<number>

  /** The same values for a variable, which may take them when it needs them. */
  initialValues(shape: Shape): InitialValues {
    return this.generate(shape)
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return {}
  }
}

export interface SeededOptions {
  /**
   * Fixes the numbers drawn: an initializer with a seed gives the same values at each call, as in Keras. Without one,
   * each weight gets its own, fixed by `utils.setRandomSeed` or the model's `seed`.
   */
  readonly seed?: number
}

/** An initializer that draws each value from one distribution, on the host in float64. */
export abstract class RandomInitializer extends Initializer {
  static readonly options: OptionKeys<SeededOptions> = { seed: true }
  readonly seed: number | undefined

  constructor(options: SeededOptions = {}) {
    super()
    checkOptions(options, this.className, '{ seed: 1 }', new.target.options)
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
  }

  /** Draws one value of a weight of this shape. */
  protected abstract sampler(shape: Shape, stream: RandomStream): () => number

  override generate(shape: Shape): Float64Array {
    const values = new Float64Array(sizeOf(shape))
    this.drawing(shape)(values)
    return values
  }

  override initialValues(shape: Shape): InitialValues {
    // A subclass may make its values in a way of its own.
    const isOwn = this.generate !== RandomInitializer.prototype.generate
    return isOwn ? super.initialValues(shape) : this.drawing(shape)
  }

  /** What draws the values: the same at each call. */
  private drawing(shape: Shape): (target: Float64Array | Elements) => void {
    const key = this.seed === undefined ? drawKey() : keyFromSeed(this.seed)
    return (target) => {
      const sample = this.sampler(shape, new RandomStream(key))
      for (let i = 0; i < target.length; i++) target[i] = sample()
    }
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null }
  }
}
