import type { Tensor } from '../graph/tensor.js'
import { maximum } from '../ops/maximum.js'
import { Constraint } from './constraint.js'

/** `max(w, 0)` (Keras's `NonNeg`). */
export class NonNeg extends Constraint {
  static readonly className = 'NonNeg'

  override call(weight: Tensor): Tensor {
    return maximum(weight, 0)
  }
}

/** No weight below 0: see `NonNeg`. */
export const nonNeg = (): NonNeg => new NonNeg()
