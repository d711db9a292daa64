import { expect, it } from 'vitest'
import { worstOfUnary } from '../../testing/measureMath.js'
import { expm1 } from './expm1.js'

it('is within 2 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(expm1, Math.expm1, {
    intervals: [
      [-20, 20],
      [-2, 2],
      [0.3, 1.1],
      [-1.1, -0.3],
      [88.6, 88.8],
      [-1e-7, 1e-7],
    ],
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(2)
})
