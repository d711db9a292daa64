import { expect, it } from 'vitest'
import { erfcFloat64, erfFloat64 } from '../../testing/erfFloat64.js'
import { worstOfUnary } from '../../testing/measureMath.js'
import { erf } from './erf.js'

it('is within 1 ulp of the correctly rounded value', () => {
  const worst = worstOfUnary(erf, erfFloat64, {
    intervals: [
      [-5, 5],
      [-1, 1],
      [0.9, 0.95],
      [3.9, 4],
    ],
  })
  expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
})

it('is tested against a reference that is right: values of Abramowitz and Stegun, table 7.1', () => {
  const known = [
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
  ]
  for (const [x, value] of known) expect(Math.abs(erfFloat64(x) - value)).toBeLessThan(4e-16)
  // The series and the continued fraction meet at 2.
  expect(Math.abs(1 - erfcFloat64(2.0000001) - erfFloat64(1.9999999))).toBeLessThan(1e-8)
  expect(Math.abs(erfcFloat64(3) / 2.209049699858544e-5 - 1)).toBeLessThan(1e-13)
})
