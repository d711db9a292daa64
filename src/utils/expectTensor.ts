import { ArgumentError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { ignoreRejections } from './ignoreRejections.js'
import { show } from './show.js'

/**
 * @param source what gave the value
 * @throws ArgumentError unless a function of a user's gave a tensor
 */
export function expectTensor(value: unknown, what: string, source = 'the function'): Tensor {
  if (value instanceof Tensor) return value
  ignoreRejections([value])
  throw new ArgumentError(
    `${what}: expected ${source} to give a tensor, received ${show(value)}. Compute with ops, and return what they give.`,
  )
}
