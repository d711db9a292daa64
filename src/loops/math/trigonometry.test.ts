import { describe, expect, it } from 'vitest'
import { evaluateMath, worstOfUnary } from '../../testing/measureMath.js'
import { cos } from './cos.js'
import { sin } from './sin.js'

describe.each([
  { name: 'cos', op: cos, exactly: Math.cos, firstZero: Math.PI / 2 },
  { name: 'sin', op: sin, exactly: Math.sin, firstZero: 0 },
])('$name', ({ op, exactly, firstZero }) => {
  it('is within 2 ulp of the correctly rounded value up to 100,000', () => {
    const worst = worstOfUnary(op, exactly, {
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
    const worst = worstOfUnary(op, exactly, {
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
    const zeros = Float32Array.from({ length: 127320 }, (_, k) => firstZero + k * Math.PI)
    for (const fusedMulAdd of [true, false]) {
      const results = evaluateMath(op, [zeros], { fusedMulAdd })
      const errors = results.map((result, k) => {
        const exact = exactly(zeros[k])
        return Math.max(0, Math.abs(result - exact) - Math.abs(exact) * 2 ** -23)
      })
      expect(errors.reduce((most, error) => Math.max(most, error))).toBeLessThan(1e-12)
    }
  })

  it('stays in [-1, 1] where the reduction fails, and is NaN for infinities and NaN', () => {
    const large = Float32Array.of(1e6, -1e9, 1e20, 3e38)
    for (const value of evaluateMath(op, [large], { fusedMulAdd: true })) {
      expect(Math.abs(value)).toBeLessThanOrEqual(1)
    }
    const none = Float32Array.of(Infinity, -Infinity, Number.NaN, Number.NaN)
    expect([...evaluateMath(op, [none], { fusedMulAdd: true })]).toEqual([...none].map(() => Number.NaN))
    expect([...evaluateMath(op, [Float32Array.of(-0, 0, -0, 0)], { fusedMulAdd: false })]).toEqual(
      [-0, 0, -0, 0].map(exactly),
    )
  })
})
