import { ShapeError } from '../errors.js'
import { type Shape, showShape, sizeOf } from '../graph/shape.js'
import type { Config } from '../utils/config.js'
import { finite } from '../utils/numbers.js'
import { Initializer } from './initializer.js'

/** The identity matrix times `gain` (Keras's `Identity`), cut off or filled with zeros where it is not square. Default gain: 1. */
export class Identity extends Initializer {
  static readonly className = 'Identity'
  static override readonly positional = ['gain']

  constructor(readonly gain = 1) {
    super()
    finite(gain, 'Identity: gain')
  }

  /** @throws ShapeError unless the weight is a matrix */
  override generate(shape: Shape): Float64Array {
    if (shape.length !== 2) {
      throw new ShapeError(`Identity: expected a matrix to initialise, received shape ${showShape(shape)}.`)
    }
    const values = new Float64Array(sizeOf(shape))
    for (let i = 0; i < Math.min(...shape); i++) values[i * shape[1] + i] = this.gain
    return values
  }

  override getConfig(): Config {
    return { gain: this.gain }
  }
}

/** The identity matrix: see `Identity`. */
export const identity = (gain?: number): Identity => new Identity(gain)
