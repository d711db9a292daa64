import type { Tensor } from '../graph/tensor.js'

/** `x` itself. */
export const linear = (x: Tensor): Tensor => x
