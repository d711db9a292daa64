import { describe, expect, it } from 'vitest'
import { erfcFloat64 } from '../../testing/erfFloat64.js'
import { fitPolynomial } from '../../testing/fitPolynomial.js'
import { erfCoefficients, erfcLogCoefficients, erfThreshold } from './erf.js'
import { expCoefficients } from './exp.js'
import { logCoefficients } from './log.js'
import { atanhCoefficients, exp2Coefficients } from './pow.js'
import { tanhCoefficients, tanhThreshold } from './tanh.js'
import { cosCoefficients, sinCoefficients } from './trigonometry.js'

/** The sum of a series given by its terms, smallest first. */
const sum = (term: (k: number) => number, count = 40): number => {
  let total = 0
  for (let k = count - 1; k >= 0; k--) total += term(k)
  return total
}
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

interface Made {
  readonly name: string
  readonly coefficients: readonly number[]
  readonly f: (x: number) => number
  readonly low: number
  readonly high: number
  /** Turns an error of the polynomial into one of the function's result, relative unless said otherwise. */
  readonly weight: (x: number) => number
  /** The bound that is documented beside the coefficients. */
  readonly bound: number
}

// Weights that are 0 at 0 are raised a little, so that the fit stays defined there.
const tiny = 1e-9

const made: readonly Made[] = [
  {
    name: 'exp',
    coefficients: expCoefficients,
    f: (r) => sum((k) => r ** k / factorial(k + 2), 20),
    low: -Math.LN2 / 2 - 0.001,
    high: Math.LN2 / 2 + 0.001,
    weight: (r) => (r * r) / Math.exp(r) + tiny,
    bound: 2 ** -27,
  },
  {
    name: 'log',
    coefficients: logCoefficients,
    f: (x) =>
      Math.abs(x) > 0.05 ? (Math.log1p(x) - x + (x * x) / 2) / x ** 3 : sum((k) => (-x) ** k / (k + 3)),
    low: Math.SQRT1_2 - 1,
    high: Math.SQRT2 - 1,
    weight: (x) => (x === 0 ? 0 : Math.abs(x ** 3 / Math.log1p(x))) + tiny,
    bound: 2 ** -28,
  },
  {
    name: 'tanh',
    coefficients: tanhCoefficients,
    f: (z) =>
      z > 0.01
        ? (Math.tanh(Math.sqrt(z)) / Math.sqrt(z) - 1) / z
        : -1 / 3 + z * (2 / 15 + z * (-17 / 315 + z * (62 / 2835 + z * (-1382 / 155925)))),
    low: 0,
    high: tanhThreshold ** 2,
    weight: (z) => z + tiny,
    bound: 2 ** -27,
  },
  {
    name: 'sin',
    coefficients: sinCoefficients,
    f: (z) => sum((k) => -((-z) ** k) / factorial(2 * k + 3), 12),
    low: 0,
    high: 0.64,
    weight: (z) => z + tiny,
    bound: 2 ** -27,
  },
  {
    name: 'cos',
    coefficients: cosCoefficients,
    f: (z) => sum((k) => (-z) ** k / factorial(2 * k + 4), 12),
    low: 0,
    high: 0.64,
    weight: (z) => z * z + tiny,
    bound: 2 ** -30,
  },
  {
    name: 'atanh',
    coefficients: atanhCoefficients,
    f: (z) => sum((k) => (3 * z ** k) / (2 * k + 5)),
    low: 0,
    high: 0.02945,
    weight: (z) => (z * z) / 3 + 1e-12,
    bound: 2 ** -36,
  },
  {
    name: 'exp2',
    coefficients: exp2Coefficients,
    f: (r) => sum((k) => (Math.LN2 ** (k + 1) * r ** k) / factorial(k + 1), 20),
    low: -0.501,
    high: 0.501,
    weight: (r) => Math.abs(r) / 2 ** r + 1e-12,
    bound: 2 ** -25,
  },
  {
    name: 'erf',
    coefficients: erfCoefficients,
    f: (z) => (2 / Math.sqrt(Math.PI)) * sum((k) => (-z) ** k / (factorial(k) * (2 * k + 1))) - 1,
    low: 0,
    high: 0.93 ** 2,
    weight: () => 1,
    bound: 2 ** -26,
  },
  {
    name: 'log of erfc (absolute error)',
    coefficients: erfcLogCoefficients,
    f: (t) => Math.log(erfcFloat64(t)) / t,
    low: 0.92,
    high: 4,
    weight: (t) => erfcFloat64(t) * t,
    bound: 2 ** -27,
  },
]

describe('coefficients', () => {
  it.each(made)(
    'of $name are those of the best fit, rounded',
    ({ coefficients, f, low, high, weight, bound }) => {
      const best = fitPolynomial(f, low, high, coefficients.length - 1, weight)
      let largest = 0
      for (let i = 0; i <= 2000; i++) {
        const x = low + ((high - low) * i) / 2000
        const value = coefficients.reduceRight((total, c) => total * x + Math.fround(c), 0)
        largest = Math.max(largest, weight(x) * Math.abs(value - f(x)))
      }
      expect(largest).toBeLessThan(bound)
      // Rounding the coefficients to float32 costs no more than a quarter of a last place of the result.
      expect(largest).toBeLessThan(best.error + 0.25 * 2 ** -24)
    },
  )

  it('lie below the thresholds between the polynomials', () => {
    expect(erfThreshold).toBeGreaterThan(0.92)
    expect(erfThreshold).toBeLessThan(0.93)
  })
})
