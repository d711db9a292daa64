import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { add } from './add.js'
import { cos } from './cos.js'
import { log } from './log.js'
import { multiply } from './multiply.js'
import { unitUniform } from './randomUniform.js'
import { sqrt } from './sqrt.js'
import { subtract } from './subtract.js'
import type { TensorLike } from './tensor.js'

export interface RandomNormalOptions {
  /** Default: 0. */
  readonly mean?: TensorLike
  /** Standard deviation. Default: 1. */
  readonly stddev?: TensorLike
}

const randomNormalOptions: OptionKeys<RandomNormalOptions> = { mean: true, stddev: true }

/**
 * Normal random numbers by the Box-Muller transform: `mean + stddev * sqrt(-2 ln(1 - u)) * cos(2 pi v)`, with u and v the
 * uniform numbers of the element's two words. The largest magnitude is `sqrt(48 ln 2)`, about 5.77.
 */
export function randomNormal(key: TensorLike, shape: Shape, options: RandomNormalOptions = {}): Tensor {
  checkOptions(options, 'randomNormal', undefined, randomNormalOptions)
  const { mean = 0, stddev = 1 } = options
  const radius = sqrt(multiply(log(subtract(1, unitUniform(key, shape, 0))), -2))
  const standard = multiply(radius, cos(multiply(unitUniform(key, shape, 1), 2 * Math.PI)))
  if (mean === 0 && stddev === 1) return standard
  return add(multiply(standard, stddev), mean)
}
