import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../errors.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { foldIn, splitKey } from './foldIn.js'
import {
  foldInKey,
  hostRandomBits,
  hostRandomNormal,
  hostRandomUniform,
  keyFromSeed,
  randomPermutation,
} from './hostRandom.js'
import { randomBits } from './randomBits.js'
import { randomNormal } from './randomNormal.js'
import { randomUniform } from './randomUniform.js'
import { tensor } from './tensor.js'

const key = keyFromSeed(2 ** 40 + 12345)
const keyTensor = tensor(Int32Array.from(key))

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length
const moment = (values: ArrayLike<number>, power: number): number =>
  mean(Array.from(values, (value) => value ** power))

describe('random numbers', () => {
  it('are the same in a graph and on the host', () => {
    expect(referenceValues(randomBits(keyTensor, [3, 5]))).toEqual(Array.from(hostRandomBits(key, 15)))
    expect(referenceValues(foldIn(keyTensor, 7))).toEqual([...foldInKey(key, 7)])
    expect(referenceValues(splitKey(keyTensor, 3)[2])).toEqual([...foldInKey(key, 2)])
    const host = hostRandomUniform(key, 100)
    referenceValues(randomUniform(keyTensor, [100])).forEach((value, i) => {
      expect(value).toBe(Math.floor(host[i] * 2 ** 24) / 2 ** 24)
    })
  })

  it('are uniform: the moments of 20,000 lie within 4 standard errors', () => {
    for (const values of [
      hostRandomUniform(key, 20000),
      referenceValues(randomUniform(keyTensor, [20000])),
    ]) {
      expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 20000))
      expect(Math.abs(moment(values, 2) - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / 20000))
    }
  })

  it('are normal: the moments of 20,000 lie within 4 standard errors', () => {
    const asked = referenceValues(randomNormal(keyTensor, [20000], { mean: 3, stddev: 2 })).map(
      (z) => (z - 3) / 2,
    )
    for (const values of [hostRandomNormal(key, 20000), asked]) {
      expect(Math.abs(mean(values))).toBeLessThan(4 * Math.sqrt(1 / 20000))
      expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20000))
      expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 20000))
    }
  })

  it('give permutations in which each number stands once, and every place is equally likely', () => {
    expect(Array.from(randomPermutation(key, 100)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    )
    const counts = new Map<string, number>()
    for (let n = 0; n < 6000; n++) {
      const order = randomPermutation(foldInKey(key, n), 3).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000))
  })

  it('differ between seeds that differ in their upper bits only', () => {
    expect(keyFromSeed(1)).not.toEqual(keyFromSeed(2 ** 32 + 1))
  })

  it('refuse seeds that are no whole number', () => {
    expect(() => keyFromSeed(0.5)).toThrow(ArgumentError)
    expect(() => keyFromSeed(-1)).toThrow(ArgumentError)
  })
})
