import { expect, it } from 'vitest'
import { worstOfUnary } from '../../testing/measureMath.js'
import { log } from './log.js'

it('is within 1 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(log, Math.log, {
    intervals: [
      [0, 4],
      [0.5, 1.5],
      [0.999, 1.001],
      [0, 1e-37],
      [0, 1e-44],
    ],
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
})
