import { describe, expect, it } from 'vitest'
import { keyFromSeed } from '../ops/hostRandom.js'
import { shuffledParts, stratifiedParts } from './parts.js'

const key = keyFromSeed(3)
const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b)

describe('shuffled parts', () => {
  it('are two parts without anything in common', () => {
    const { train, test } = shuffledParts(10, { train: 7, test: 3 }, key)
    expect([train.length, test.length]).toEqual([7, 3])
    expect(sorted(Int32Array.of(...train, ...test))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(shuffledParts(10, { train: 2, test: 3 }, key).test).toHaveLength(3)
  })
})

describe('stratified parts', () => {
  /** How many of each class are among some rows. */
  const count = (classes: readonly number[], rows: Int32Array) => {
    const counts: number[] = []
    for (const row of rows) counts[classes[row]] = (counts[classes[row]] ?? 0) + 1
    return counts
  }

  it('have the same share of each class', () => {
    const classes = [...new Array(60).fill(0), ...new Array(30).fill(1), ...new Array(10).fill(2)]
    const { train, test } = stratifiedParts(classes, { train: 80, test: 20 }, key)
    expect(count(classes, train)).toEqual([48, 24, 8])
    expect(count(classes, test)).toEqual([12, 6, 2])
    expect(new Set([...train, ...test]).size).toBe(100)
  })

  it('round the largest remainders up, so that parts are full', () => {
    // Shares of 10: 5.5, 3.0, 1.5 of 11, 6, 3.
    const classes = [...new Array(11).fill(0), ...new Array(6).fill(1), ...new Array(3).fill(2)]
    const { train, test } = stratifiedParts(classes, { train: 10, test: 10 }, key)
    expect([train.length, test.length]).toEqual([10, 10])
    const counts = count(classes, train)
    expect(counts[1]).toBe(3)
    expect([
      [6, 3, 1],
      [5, 3, 2],
    ]).toContainEqual(counts)
  })

  it('are mixed, and others for another key', () => {
    const classes = Array.from({ length: 40 }, (_, i) => Math.floor(i / 20))
    const { train } = stratifiedParts(classes, { train: 20, test: 20 }, key)
    expect([...train].map((row) => classes[row])).not.toEqual([...train].map((row) => classes[row]).sort())
    expect(stratifiedParts(classes, { train: 20, test: 20 }, key).train).toEqual(train)
    expect(stratifiedParts(classes, { train: 20, test: 20 }, keyFromSeed(4)).train).not.toEqual(train)
  })
})
