import { describe, expect, it } from 'vitest'
import { Samples } from './samples.js'
import { compareDistributions, kolmogorovSmirnov } from './statistics.js'

describe('kolmogorovSmirnov', () => {
  it('is the largest distance of the two stairs', () => {
    expect(kolmogorovSmirnov([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0)
    expect(kolmogorovSmirnov([1, 2], [3, 4])).toBe(1)
    expect(kolmogorovSmirnov([1, 2, 3, 4], [2.5, 3, 4, 5])).toBe(0.5)
  })
})

describe('compareDistributions', () => {
  const faults = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    compareDistributions(a, b)
      .filter(({ verdict }) => verdict !== 'agrees')
      .map(({ what }) => what)
  const normal = (seed: number, scale = 1) => new Samples(seed).normal([50_000], scale).data

  it('passes two samples of one distribution', () => {
    expect(faults(normal(1), normal(2))).toEqual([])
  })

  it('tells other scales, places and forms apart', () => {
    expect(faults(normal(1, 1.05), normal(2))).toContain('standard deviation')
    expect(
      faults(
        normal(1).map((value) => value + 0.05),
        normal(2),
      ),
    ).toContain('mean')
    const uniform = new Samples(3).uniform([50_000], -Math.sqrt(3), Math.sqrt(3)).data
    expect(faults(uniform, normal(2))).toEqual(['distribution'])
  })
})
