import { ArgumentError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { show } from './show.js'

/** @throws ArgumentError unless a function of a user's gave a tensor */
export function expectTensor(value: unknown, what: string): Tensor {
  if (value instanceof Tensor) return value
  throw new ArgumentError(
    `${what}: expected the function to give a tensor, received ${show(value)}. Compute with ops, and return what they give.`,
  )
}
