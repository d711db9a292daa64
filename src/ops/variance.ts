import type { Tensor } from '../graph/tensor.js'
import { mean } from './mean.js'
import { checkReduction, type ReductionOptions } from './reduction.js'
import { sqrt } from './sqrt.js'
import { square } from './square.js'
import { subtract } from './subtract.js'
import { asTensor, type TensorLike } from './tensor.js'

/** `mean((x - mean(x))^2)` along axes: the variance of the whole population (divided by n, as in Keras). */
export function variance(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'variance')
  const value = asTensor(x)
  const centre = mean(value, { axis: options.axis, keepDims: true })
  return mean(square(subtract(value, centre)), options)
}

/** The square root of `variance`. */
export function standardDeviation(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'standardDeviation')
  return sqrt(variance(x, options))
}
