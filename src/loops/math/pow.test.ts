import { describe, expect, it } from 'vitest'
import { evaluateMath, floatsEverywhere, specialFloats, worstCase } from '../../testing/measureMath.js'
import { pow } from './pow.js'

/** IEEE 754's pow: JavaScript's differs where the base is 1 or -1 and the exponent infinite or NaN. */
const reference = (x: number, y: number): number => {
  if (x === 1) return 1
  if (x === -1 && Math.abs(y) === Infinity) return 1
  return x ** y
}

const count = 1 << 14
let state = 7
const random = (low: number, high: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return low + ((high - low) * (state >>> 0)) / 2 ** 32
}

const expectAccurate = (x: Float32Array, y: Float32Array) => {
  for (const fusedMulAdd of [true, false]) {
    for (const width of [1, 4] as const) {
      const worst = worstCase(evaluateMath(pow, [x, y], { fusedMulAdd, width }), [x, y], reference)
      expect(worst.steps, worst.text).toBeLessThanOrEqual(1)
    }
  }
}

describe('pow is within 1 ulp of the correctly rounded value', () => {
  it('at all pairs of special values', () => {
    const pairs = specialFloats.flatMap((x) => specialFloats.map((y) => [x, y]))
    expectAccurate(
      Float32Array.from(pairs, ([x]) => x),
      Float32Array.from(pairs, ([, y]) => y),
    )
  })

  it('over all floats', () => {
    const x = floatsEverywhere(count)
    expectAccurate(
      x,
      x.map((_, i) => x[(i * 7919 + 13) % count]),
    )
  })

  it('for bases of any size and results from denormal to past overflow', () => {
    const x = Float32Array.from({ length: count }, () => Math.exp(random(-103, 88)))
    expectAccurate(
      x,
      x.map((base) => random(-105, 90) / Math.log(base)),
    )
  })

  it('for bases near 1 and large exponents', () => {
    const x = Float32Array.from({ length: count }, () => 1 + random(-0.5, 0.5) * 2 ** -random(0, 22))
    expectAccurate(
      x,
      x.map((base) => (base === 1 ? 3 : random(-105, 90) / Math.log(base))),
    )
  })

  it('for negative bases', () => {
    const x = Float32Array.from({ length: count }, () => random(-20, 0))
    expectAccurate(
      x,
      x.map((_, i) => (i % 16 === 0 ? 0.5 : Math.round(random(-12, 12)))),
    )
  })
})
