import { describe, expect, it } from 'vitest'
import { evaluateMath, worstOfUnary } from '../../testing/measureMath.js'
import { cos } from './cos.js'

describe('cos', () => {
  it('is within 2 ulp of the correctly rounded value up to 100,000', () => {
    const worst = worstOfUnary(cos, Math.cos, {
      intervals: [
        [-4, 4],
        [-1e-30, 1e-30],
        [-1e-42, 1e-42],
        [-1000, 1000],
        [-100000, 100000],
        [99999, 100000],
      ],
      everywhere: false,
    })
    expect(worst.steps, worst.text).toBeLessThanOrEqual(2)
  })

  it('is so up to 400,000, but near its zeros', () => {
    const worst = worstOfUnary(cos, Math.cos, {
      intervals: [
        [-400000, 400000],
        [399000, 400000],
      ],
      everywhere: false,
      skip: (exact) => Math.abs(exact) < 1e-5,
    })
    expect(worst.steps, worst.text).toBeLessThanOrEqual(2)
  })

  it('has an absolute error below 10^-12 at its zeros', () => {
    const offset = Math.cos(0) === 0 ? 0 : 0.5
    const zeros = Float32Array.from({ length: 127320 }, (_, k) => (k + offset) * Math.PI)
    for (const fusedMulAdd of [true, false]) {
      const results = evaluateMath(cos, [zeros], { fusedMulAdd })
      const errors = results.map((result, k) => {
        const exact = Math.cos(zeros[k])
        return Math.max(0, Math.abs(result - exact) - Math.abs(exact) * 2 ** -23)
      })
      expect(errors.reduce((most, error) => Math.max(most, error))).toBeLessThan(1e-12)
    }
  })

  it('stays in [-1, 1] where the reduction fails, and is NaN for infinities and NaN', () => {
    const large = Float32Array.of(1e6, -1e9, 1e20, 3e38)
    for (const value of evaluateMath(cos, [large], { fusedMulAdd: true })) {
      expect(Math.abs(value)).toBeLessThanOrEqual(1)
    }
    const none = Float32Array.of(Infinity, -Infinity, Number.NaN, Number.NaN)
    expect([...evaluateMath(cos, [none], { fusedMulAdd: true })]).toEqual([...none].map(() => Number.NaN))
    expect([...evaluateMath(cos, [Float32Array.of(-0, 0, -0, 0)], { fusedMulAdd: false })]).toEqual(
      [-0, 0, -0, 0].map(Math.cos),
    )
  })
})
