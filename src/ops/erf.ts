import { defineUnary } from './elementwise.js'
import { exp } from './exp.js'
import { multiply } from './multiply.js'
import { negative } from './negative.js'
import { square } from './square.js'

/** The error function `2 / sqrt(pi) * integral from 0 to x of e^(-t^2) dt`, elementwise. */
export const erf = defineUnary({
  name: 'erf',
  operand: 'float',
  expression: (math, x) => math.erf(x),
  reference: errorFunction,
  gradient: ({ x, dy }) => multiply(dy, multiply(exp(negative(square(x))), 2 / Math.sqrt(Math.PI))),
})

/**
 * The error function in float64, by the series `2 / sqrt(pi) * e^(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!!`, whose terms all
 * have the sign of x, so that nothing cancels (Abramowitz and Stegun 7.1.6). Beyond 6 it is 1 to the last bit.
 */
export function errorFunction(x: number): number {
  if (Number.isNaN(x) || Math.abs(x) > 6) return Number.isNaN(x) ? x : Math.sign(x)
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > Math.abs(total) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}
