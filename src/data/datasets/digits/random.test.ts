import { describe, expect, it } from 'vitest'
import { SampleRandom } from './random.js'

const draw = (seed: number, stream: number, index: number) => {
  const random = new SampleRandom(seed, stream, index)
  return [random.bits(), random.bits(), random.bits(), random.bits()].join()
}

describe('SampleRandom', () => {
  it('gives every key its own numbers, and the same ones again', () => {
    const keys: [number, number, number][] = []
    for (const seed of [0, 1, 2, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
      for (const stream of [0, 1, 512, 1023])
        for (const index of [0, 1, 2, 2 ** 31]) keys.push([seed, stream, index])
    }
    const drawn = keys.map((key) => draw(...key))
    expect(new Set(drawn).size).toBe(keys.length)
    expect(keys.map((key) => draw(...key))).toEqual(drawn)
  })

  it('has the moments of a uniform and of a bell-shaped distribution', () => {
    const count = 20_000
    let sum = 0
    let squares = 0
    let bellSum = 0
    let bellSquares = 0
    for (let index = 0; index < count; index++) {
      // A fresh key each time: neighbouring keys must not be correlated.
      const random = new SampleRandom(3, 0, index)
      const uniform = random.uniform(0, 1)
      const bell = random.bell(2)
      sum += uniform
      squares += uniform * uniform
      bellSum += bell
      bellSquares += bell * bell
    }
    // Five standard errors of each estimate.
    expect(Math.abs(sum / count - 1 / 2)).toBeLessThan((5 * 0.289) / Math.sqrt(count))
    expect(Math.abs(squares / count - 1 / 3)).toBeLessThan((5 * 0.298) / Math.sqrt(count))
    expect(Math.abs(bellSum / count)).toBeLessThan((5 * 2) / Math.sqrt(count))
    expect(Math.abs(bellSquares / count - 4)).toBeLessThan((5 * 5.2) / Math.sqrt(count))
  })

  it('picks each of n with the same frequency', () => {
    const random = new SampleRandom(1, 2, 3)
    const counts = new Array<number>(7).fill(0)
    for (let k = 0; k < 7000; k++) counts[random.integer(7)]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000 * (6 / 7)))
  })
})
