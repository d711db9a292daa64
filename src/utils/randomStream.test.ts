import { describe, expect, it } from 'vitest'
import { foldInKey, keyFromSeed } from '../ops/hostRandom.js'
import { drawKey, SeedScope, setRandomSeed } from './randomSeed.js'
import { RandomStream } from './randomStream.js'

const moments = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}
const draw = (count: number, one: () => number) => Array.from({ length: count }, one)

describe('RandomStream', () => {
  it('gives the same numbers for the same key, others for another', () => {
    const a = new RandomStream(keyFromSeed(7))
    const b = new RandomStream(keyFromSeed(7))
    const c = new RandomStream(foldInKey(keyFromSeed(7), 1))
    const first = draw(5, () => a.uniform())
    expect(draw(5, () => b.uniform())).toEqual(first)
    expect(draw(5, () => c.uniform())).not.toEqual(first)
  })

  it('has the moments of its distributions', () => {
    const stream = new RandomStream(keyFromSeed(1))
    const uniform = moments(draw(20_000, () => stream.uniform()))
    expect(uniform.mean).toBeCloseTo(0.5, 2)
    expect(uniform.deviation).toBeCloseTo(Math.sqrt(1 / 12), 2)
    const normal = moments(draw(20_000, () => stream.normal()))
    expect(Math.abs(normal.mean)).toBeLessThan(0.03)
    expect(Math.abs(normal.deviation - 1)).toBeLessThan(0.03)
    const truncated = draw(20_000, () => stream.truncatedNormal())
    expect(Math.max(...truncated.map(Math.abs))).toBeLessThanOrEqual(2)
    // The deviation of a normal cut at two standard deviations.
    expect(Math.abs(moments(truncated).deviation - 0.8796256610342398)).toBeLessThan(0.03)
  })
})

describe('setRandomSeed', () => {
  it('repeats what follows it', () => {
    setRandomSeed(5)
    const first = [drawKey(), drawKey()]
    setRandomSeed(5)
    expect([drawKey(), drawKey()]).toEqual(first)
    expect(first[0]).not.toEqual(first[1])
  })

  it('is not disturbed by a scope with a seed of its own', () => {
    setRandomSeed(5)
    const first = drawKey()
    const scoped = new SeedScope(9).run(drawKey)
    const second = drawKey()
    setRandomSeed(5)
    expect([drawKey(), drawKey()]).toEqual([first, second])
    expect(new SeedScope(9).run(drawKey)).toEqual(scoped)
  })
})
