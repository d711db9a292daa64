import { expect, it } from 'vitest'
import { worstOfUnary } from '../../testing/measureMath.js'
import { log1p } from './log1p.js'

it('is within 1 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(log1p, Math.log1p, {
    intervals: [
      [-1, 3],
      [-0.5, 0.5],
      [-1e-6, 1e-6],
      [-0.3, -0.25],
      [1e6, 1e9],
    ],
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
})
