import { describe, expect, it } from 'vitest'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { categoricalCrossentropy } from './categoricalCrossentropy.js'
import { klDivergence } from './klDivergence.js'

/** The course's facts about information, in bits. */
const bits = (nats: number): number => nats / Math.LN2
const crossentropy = (p: readonly number[], q: readonly number[]): number =>
  bits(referenceValues(categoricalCrossentropy(tensor([p]), tensor([q])))[0])
const divergence = (p: readonly number[], q: readonly number[]): number =>
  bits(referenceValues(klDivergence(tensor([p]), tensor([q])))[0])
/** A distribution's cross-entropy with itself. */
const entropy = (p: readonly number[]): number => crossentropy(p, p)
const shares = (...counts: number[]): number[] => {
  const total = counts.reduce((a, b) => a + b)
  return counts.map((count) => count / total)
}

describe('information', () => {
  it('has the entropies of the splits 26/4, 14/16 and 20/0', () => {
    expect(entropy(shares(26, 4))).toBeCloseTo(0.5665, 4)
    expect(entropy(shares(14, 16))).toBeCloseTo(0.9968, 4)
    expect(entropy(shares(20, 0))).toBeCloseTo(0, 6)
  })

  it('has 0.3677 bits of cross-entropy for a right class that got 0.775', () => {
    expect(crossentropy([0, 1, 0], [0.2, 0.775, 0.025])).toBeCloseTo(0.3677, 4)
  })

  it('has divergence 0 for equal distributions', () => {
    expect(divergence([0.2, 0.5, 0.3], [0.2, 0.5, 0.3])).toBe(0)
    expect(divergence([0.2, 0.5, 0.3], [0.3, 0.5, 0.2])).toBeGreaterThan(0)
  })

  it('has cross-entropy = entropy + divergence: weather told in 3 bits, or in 1 and 4', () => {
    const weather = [0.35, 0.35, 0.1, 0.1, 0.04, 0.04, 0.01, 0.01]
    const threeBits = weather.map(() => 1 / 8)
    expect(crossentropy(weather, threeBits)).toBeCloseTo(3, 6)
    expect(crossentropy(weather, threeBits)).toBeCloseTo(entropy(weather) + divergence(weather, threeBits), 6)

    // A code of 1 bit for sun and of 4 bits for each of eight others supposes these chances.
    const sunny = [0.75, ...new Array<number>(8).fill(0.25 / 8)]
    const oneOrFour = [1 / 2, ...new Array<number>(8).fill(1 / 16)]
    expect(crossentropy(sunny, oneOrFour)).toBeCloseTo(0.75 * 1 + 0.25 * 4, 6)
    expect(crossentropy(sunny, oneOrFour)).toBeCloseTo(entropy(sunny) + divergence(sunny, oneOrFour), 6)
  })
})
