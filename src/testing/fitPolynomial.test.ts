import { expect, it } from 'vitest'
import { fitPolynomial } from './fitPolynomial.js'

it('finds the polynomial of least error: Chebyshev, x^4 by a cubic', () => {
  // x^4 - T4(x) / 8 = x^2 - 1/8 is the best, with error 1/8.
  const { coefficients, error } = fitPolynomial((x) => x ** 4, -1, 1, 3)
  const expected = [-1 / 8, 0, 1, 0]
  coefficients.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 10))
  expect(error).toBeCloseTo(1 / 8, 10)
})

it('balances weighted errors, on any interval', () => {
  const weight = (x: number) => 1 / Math.exp(x)
  const { coefficients, error } = fitPolynomial(Math.exp, 1, 3, 2, weight)
  const errors = Array.from({ length: 2001 }, (_, i) => {
    const x = 1 + i / 1000
    return weight(x) * (coefficients[0] + x * (coefficients[1] + x * coefficients[2]) - Math.exp(x))
  })
  expect(Math.max(...errors)).toBeCloseTo(error, 6)
  expect(Math.min(...errors)).toBeCloseTo(-error, 6)
})
