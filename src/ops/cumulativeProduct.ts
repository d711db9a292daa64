import type { Tensor } from '../graph/tensor.js'
import { add } from './add.js'
import { type CumulativeAttributes, defineCumulative } from './cumulative.js'
import { multiply } from './multiply.js'
import { pad } from './pad.js'

/** Running product `x[0] * ... * x[i]` along an axis. Booleans and `uint8` are multiplied as `int32`. */
export const cumulativeProduct = defineCumulative({
  name: 'cumulativeProduct',
  combine: 'product',
  initial: 1,
  reference: (a, b) => a * b,
  // y[j] is what lies before x[i], times x[i], times what lies between i and j. So without division, which zeros would spoil:
  // dx[i] = (product before i) * s[i], with s[i] = dy[i] + x[i + 1] s[i + 1].
  gradient: ({ x, dy, options }) =>
    multiply(cumulativeProduct(x, { ...options, exclusive: true }), sumsOfProducts(x, dy, options)),
})

/**
 * `s[i] = dy[i] + x[i + 1] dy[i + 1] + x[i + 1] x[i + 2] dy[i + 2] + ...` in the direction of the run; for an exclusive one,
 * with `dy` one further on. Twice as many terms are summed in each step.
 */
function sumsOfProducts(x: Tensor, dy: Tensor, { axis, exclusive, reverse }: CumulativeAttributes): Tensor {
  const ahead = (value: Tensor, by: number) =>
    pad(
      value,
      value.shape.map((_, a) => (a !== axis ? [0, 0] : reverse ? [by, -by] : [-by, by])),
    )
  let sums = exclusive ? ahead(dy, 1) : dy
  let products = ahead(x, 1)
  for (let terms = 1; terms < x.shape[axis]; terms *= 2) {
    sums = add(sums, multiply(products, ahead(sums, terms)))
    products = multiply(products, ahead(products, terms))
  }
  return sums
}
