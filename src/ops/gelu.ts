import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { add } from './add.js'
import { defineUnary } from './elementwise.js'
import { erf, errorFunction } from './erf.js'
import { exp } from './exp.js'
import { multiply } from './multiply.js'
import { square } from './square.js'
import { subtract } from './subtract.js'
import { tanh } from './tanh.js'
import type { TensorLike } from './tensor.js'

export interface GeluOptions {
  /** Whether the normal distribution is approximated with a tanh, within 5e-4. Default: false. */
  readonly approximate?: boolean
}

const geluOptions: OptionKeys<GeluOptions> = { approximate: true }

/**
 * The Gaussian error linear unit `x * P(X <= x)` for a standard normal X, elementwise: `x (1 + erf(x / sqrt(2))) / 2`, or
 * approximately `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
 *
 * Source: Hendrycks and Gimpel, Gaussian error linear units, 2016.
 */
export function gelu(x: TensorLike, options: GeluOptions = {}): Tensor {
  checkOptions(options, 'gelu', undefined, geluOptions)
  return options.approximate ? geluByTanh(x) : geluByErf(x)
}

const ROOT_OF_HALF = Math.SQRT1_2
const NORMAL_DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI)

const geluByErf = defineUnary({
  name: 'gelu',
  operand: 'float',
  expression(math, x) {
    const doubled = math.add(math.float(1), math.erf(math.mul(x, math.float(ROOT_OF_HALF))))
    return math.mul(math.mul(x, math.float(0.5)), doubled)
  },
  reference: (x) => 0.5 * x * (1 + errorFunction(x * ROOT_OF_HALF)),
  // P(X <= x) + x p(x)
  gradient({ x, dy }) {
    const cumulative = multiply(add(erf(multiply(x, ROOT_OF_HALF)), 1), 0.5)
    const density = multiply(exp(multiply(square(x), -0.5)), NORMAL_DENSITY_AT_0)
    return multiply(dy, add(cumulative, multiply(x, density)))
  },
})

const SLOPE = Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715

const geluByTanh = defineUnary({
  name: 'geluApproximate',
  operand: 'float',
  expression(math, x) {
    const cubic = math.mulAdd(math.mul(math.mul(x, x), x), math.float(CUBIC), x)
    const doubled = math.add(math.float(1), math.tanh(math.mul(cubic, math.float(SLOPE))))
    return math.mul(math.mul(x, math.float(0.5)), doubled)
  },
  reference: (x) => 0.5 * x * (1 + Math.tanh(SLOPE * (x + CUBIC * x ** 3))),
  // With t = tanh(u): (1 + t) / 2 + x (1 - t^2) u' / 2
  gradient({ x, dy }) {
    const t = tanh(multiply(multiply(x, add(multiply(square(x), CUBIC), 1)), SLOPE))
    const innerSlope = multiply(add(multiply(square(x), 3 * CUBIC), 1), SLOPE)
    const outer = multiply(multiply(x, subtract(1, square(t))), innerSlope)
    return multiply(dy, multiply(add(add(t, 1), outer), 0.5))
  },
})
