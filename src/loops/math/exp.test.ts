import { expect, it } from 'vitest'
import { evaluateMath, worstOfUnary } from '../../testing/measureMath.js'
import { exp } from './exp.js'

it('is within 1 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(exp, Math.exp, {
    intervals: [
      [-90, 90],
      [-1, 1],
      [-87.34, -87],
      [88.6, 88.8],
    ],
    // Denormal results are 0.
    skip: (exact) => exact !== 0 && Math.abs(exact) < 2 ** -126,
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
})

it('gives 0 for denormal results, infinity past the largest float, and keeps NaN', () => {
  const input = Float32Array.of(-88, -104, -Infinity, -3e38, 88.73, Infinity, Number.NaN, 0)
  const expected = [0, 0, 0, 0, Infinity, Infinity, Number.NaN, 1]
  expect([...evaluateMath(exp, [input], { fusedMulAdd: true })]).toEqual(expected)
})
