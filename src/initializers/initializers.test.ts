import { describe, expect, it } from 'vitest'
import { setRandomSeed } from '../utils/randomSeed.js'
import { getInitializer, type InitializerName, serializeInitializer } from './get.js'
import { computeFans } from './varianceScaling.js'

const generate = (identifier: InitializerName, shape: readonly number[]) =>
  Array.from(getInitializer(identifier).generate(shape))
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe('computeFans', () => {
  it('counts a convolution kernel by its receptive field', () => {
    expect(computeFans([5, 5, 20, 50])).toEqual({ fanIn: 500, fanOut: 1250 })
    expect(computeFans([800, 500])).toEqual({ fanIn: 800, fanOut: 500 })
    expect(computeFans([7])).toEqual({ fanIn: 7, fanOut: 7 })
    expect(computeFans([])).toEqual({ fanIn: 1, fanOut: 1 })
  })
})

describe('initializers', () => {
  // [name, standard deviation, bound] for a kernel [120, 80].
  const expected: [InitializerName, number, number][] = [
    ['glorot_uniform', Math.sqrt(1 / 100), Math.sqrt(6 / 200)],
    ['glorot_normal', Math.sqrt(1 / 100), (2 * Math.sqrt(1 / 100)) / 0.87962566103423978],
    ['he_uniform', Math.sqrt(2 / 120), Math.sqrt(6 / 120)],
    ['he_normal', Math.sqrt(2 / 120), (2 * Math.sqrt(2 / 120)) / 0.87962566103423978],
    ['lecun_uniform', Math.sqrt(1 / 120), Math.sqrt(3 / 120)],
    ['lecun_normal', Math.sqrt(1 / 120), (2 * Math.sqrt(1 / 120)) / 0.87962566103423978],
    ['random_uniform', 0.1 / Math.sqrt(12), 0.05],
    ['truncated_normal', 0.05 * 0.87962566103423978, 0.1],
    ['variance_scaling', Math.sqrt(1 / 120), (2 * Math.sqrt(1 / 120)) / 0.87962566103423978],
    ['random_normal', 0.05, Number.POSITIVE_INFINITY],
  ]
  for (const [name, sd, bound] of expected) {
    it(`${name} has Keras's deviation and bound`, () => {
      setRandomSeed(11)
      const values = generate(name, [120, 80])
      expect(Math.abs(deviation(values) / sd - 1)).toBeLessThan(0.03)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
    })
  }

  it('gives constants', () => {
    expect(generate('zeros', [2])).toEqual([0, 0])
    expect(generate('ones', [2])).toEqual([1, 1])
    expect(getInitializer((shape) => shape.map((size) => size)).generate([3])).toEqual([3])
  })

  it('draws the same values for the same seed, and others for each weight', () => {
    setRandomSeed(3)
    const first = generate('he_normal', [4, 4])
    const second = generate('he_normal', [4, 4])
    setRandomSeed(3)
    expect(generate('he_normal', [4, 4])).toEqual(first)
    expect(second).not.toEqual(first)
  })

  it('survives a config round trip', () => {
    for (const [name] of expected) {
      const initializer = getInitializer(name)
      const again = getInitializer(serializeInitializer(initializer))
      expect(again.constructor).toBe(initializer.constructor)
      expect(again.getConfig()).toEqual(initializer.getConfig())
    }
  })

  it('suggests the nearest name', () => {
    expect(() => getInitializer('glorot_unifrom' as InitializerName)).toThrow(/Did you mean 'glorot_uniform'/)
  })
})
