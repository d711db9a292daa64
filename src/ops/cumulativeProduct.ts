import { defineCumulative } from './cumulative.js'
import { cumulativeSum } from './cumulativeSum.js'
import { divide } from './divide.js'
import { multiply } from './multiply.js'

/**
 * Running product `x[0] * ... * x[i]` along an axis. Booleans and `uint8` are multiplied as `int32`. The gradient divides
 * by `x`, as TensorFlow's does, and is NaN or infinite where an element is 0.
 */
export const cumulativeProduct = defineCumulative({
  name: 'cumulativeProduct',
  combine: 'product',
  initial: 1,
  reference: (a, b) => a * b,
  // x[i] is a factor of each y[j] that runs over it, where dy[j] * y[j] / x[i] is its share.
  gradient: ({ x, y, dy, options }) =>
    divide(cumulativeSum(multiply(dy, y), { ...options, reverse: !options.reverse }), x),
})
