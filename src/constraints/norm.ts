import type { Tensor } from '../graph/tensor.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { sum } from '../ops/sum.js'

export interface NormAxisOptions {
  /**
   * The axis, or axes, along which the norm is taken. Default: 0, so that of a kernel `[inputs, units]` each unit's
   * incoming weights are a vector. For a convolution's kernel `[height, width, channels, filters]`: `[0, 1, 2]`.
   */
  readonly axis?: number | readonly number[]
}

/** `sqrt(sum(w^2))` along axes, which are kept with length 1. */
export const normAlong = (weight: Tensor, axis: number | readonly number[]): Tensor =>
  sqrt(sum(square(weight), { axis, keepDims: true }))

/** Added to norms that are divided by, so that zeros stay zeros: Keras's `backend.epsilon()`. */
export const NORM_EPSILON = 1e-7
