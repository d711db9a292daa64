import { ShapeError } from '../errors.js'
import { type Shape, showShape, sizeOf } from '../graph/shape.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { finite } from '../utils/numbers.js'
import { drawKey } from '../utils/randomSeed.js'
import { RandomStream } from '../utils/randomStream.js'
import { Initializer, type SeededOptions } from './initializer.js'

export interface OrthogonalOptions extends SeededOptions {
  /** Factor of the orthogonal matrix. Default: 1. */
  readonly gain?: number
}

/**
 * A random orthogonal matrix times `gain` (Keras's `Orthogonal`), uniform among all. A kernel of more than two axes is taken
 * as a matrix of its last axis against all others. Its columns are orthonormal, or its rows where there are fewer of them.
 *
 * Source: Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, 2013.
 */
export class Orthogonal extends Initializer {
  static readonly className = 'Orthogonal'
  static readonly options: OptionKeys<OrthogonalOptions> = { seed: true, gain: true }
  readonly gain: number
  readonly seed: number | undefined

  constructor(options: OrthogonalOptions = {}) {
    const { gain = 1, seed } = checkedOptions(options, new.target, '{ seed: 1 }')
    super()
    this.gain = finite(gain, 'Orthogonal: gain')
    if (seed !== undefined) keyFromSeed(seed)
    this.seed = seed
  }

  /** @throws ShapeError for a weight with fewer than two axes */
  override generate(shape: Shape): Float64Array {
    if (shape.length < 2) {
      throw new ShapeError(
        `Orthogonal: expected a weight of at least two axes to initialise, received shape ${showShape(shape)}.`,
      )
    }
    const columns = shape[shape.length - 1]
    const rows = sizeOf(shape.slice(0, -1))
    const stream = new RandomStream(this.seed === undefined ? drawKey() : keyFromSeed(this.seed))
    const vectors = orthonormalVectors(Math.min(rows, columns), Math.max(rows, columns), stream)
    const values = new Float64Array(rows * columns)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = rows < columns ? vectors[row][column] : vectors[column][row]
        values[row * columns + column] = this.gain * value
      }
    }
    return values
  }

  override getConfig(): Config {
    return { seed: this.seed ?? null, gain: this.gain }
  }
}

/**
 * Random orthonormal vectors: normal ones, each freed of its parts along those before it (Gram and Schmidt). This is the Q
 * of a QR decomposition whose R has a positive diagonal, which makes it uniform among orthogonal matrices.
 */
function orthonormalVectors(count: number, length: number, stream: RandomStream): Float64Array[] {
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => stream.normal())
    // The second time takes out what rounding left in the first.
    for (const _ of [1, 2]) {
      for (const other of vectors) addScaled(vector, other, -dot(vector, other))
      const norm = Math.sqrt(dot(vector, vector))
      for (let j = 0; j < length; j++) vector[j] /= norm
    }
    vectors.push(vector)
  }
  return vectors
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * other[i]
}

/** A random orthogonal matrix: see `Orthogonal`. */
export const orthogonal = (options?: OrthogonalOptions): Orthogonal => new Orthogonal(options)
