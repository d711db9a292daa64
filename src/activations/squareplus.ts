import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface SquareplusOptions {
  /** How round the corner is: the value at 0 is `sqrt(b) / 2`. Default: 4. */
  readonly b?: number
}

const squareplusOptions: OptionKeys<SquareplusOptions> = { b: true }

/** `(x + sqrt(x^2 + b)) / 2`, elementwise: like softplus, without an exponential. */
export function squareplus(x: TensorLike, options: SquareplusOptions = {}): Tensor {
  checkOptions(options, 'squareplus', undefined, squareplusOptions)
  const { b = 4 } = options
  const value = floatTensor(x)
  return multiply(add(value, sqrt(add(square(value), b))), 0.5)
}
