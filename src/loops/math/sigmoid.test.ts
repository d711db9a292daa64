import { expect, it } from 'vitest'
import { evaluateMath, worstOfUnary } from '../../testing/measureMath.js'
import { sigmoid } from './sigmoid.js'

const logistic = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

it('is within 2 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(sigmoid, logistic, {
    intervals: [
      [-90, 90],
      [-10, 10],
      [-2, 2],
      [-16, -15],
    ],
    // Denormal results are 0.
    skip: (exact) => exact !== 0 && Math.abs(exact) < 2 ** -126,
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(2)
})

it('is 0 and 1 at the infinities', () => {
  const input = Float32Array.of(-Infinity, Infinity, -90, 0)
  expect([...evaluateMath(sigmoid, [input], { fusedMulAdd: false })]).toEqual([0, 1, 0, 0.5])
})
