import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import { sigmoid } from '../ops/sigmoid.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface SwishOptions {
  /** The scale b: 0 gives `x / 2`, a large one nearly the rectifier. Default: 1, which is `silu`. */
  readonly beta?: number
}

const swishOptions: OptionKeys<SwishOptions> = { beta: true }

/**
 * `x / (1 + e^(-beta x))`, elementwise. The name `'swish'` means a scale of 1, as in Keras.
 * Source: Ramachandran et al., Searching for activation functions, 2017.
 */
export function swish(x: TensorLike, options: SwishOptions = {}): Tensor {
  checkOptions(options, 'swish', undefined, swishOptions)
  const { beta = 1 } = options
  const value = floatTensor(x)
  return multiply(value, sigmoid(multiply(value, beta)))
}
