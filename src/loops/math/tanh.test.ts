import { expect, it } from 'vitest'
import { worstOfUnary } from '../../testing/measureMath.js'
import { tanh } from './tanh.js'

it('is within 1 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(tanh, Math.tanh, {
    intervals: [
      [-10, 10],
      [-1, 1],
      [0.6, 0.65],
      [9, 9.1],
    ],
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
})
