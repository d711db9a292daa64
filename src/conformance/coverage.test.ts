import { describe, expect, it } from 'vitest'
import { accountFor } from './coverage.js'
import { reasons } from './notDone.js'
import { sampleCases } from './sampleCases.js'
import type { Suite } from './suite.js'

const suiteOf = (...entries: string[]): Suite => ({
  name: 'losses',
  cases: entries.map((entry) => ({ entries: [entry], name: entry, run: async () => [] })),
})

const inventory = (...names: string[][]) => ({
  entries: names.map((each) => ({ names: each, isClass: true })),
})
const none = new Set<string>()
const later = 'layers.RandomHue'

/** Faults about entries of the inventory, not about the table's other reasons. */
const faultsOf = (names: string[][], suite: Suite) =>
  accountFor(inventory(...names), [suite], none).faults.filter(({ text }) => !text.includes('no such entry'))

describe('accountFor', () => {
  it('counts aliases once, and takes a case of any name', () => {
    const { entries } = accountFor(
      inventory(['losses.Huber', 'losses.huber_alias']),
      [suiteOf('losses.huber_alias')],
      none,
    )
    expect(entries).toEqual([{ name: 'losses.huber_alias', aliases: ['losses.Huber'], state: 'done' }])
  })

  it('finds entries without case or reason', () => {
    expect(faultsOf([['losses.Huber']], suiteOf())).toHaveLength(1)
    expect(faultsOf([['losses.Huber']], suiteOf('losses.Huber'))).toEqual([])
    expect(reasons[later].state).toBe('later')
    expect(faultsOf([[later]], suiteOf())).toEqual([])
  })

  it('finds reasons that are not true any more, and cases of what Keras has not', () => {
    expect(faultsOf([[later]], suiteOf(later))[0].text).toContain('must go')
    const { faults } = accountFor(inventory(), [suiteOf('losses.Nothing')], none)
    expect(faults.map(({ text }) => text)).toContain('losses.Nothing: Keras has no such entry.')
  })

  it('does not call done what differs', () => {
    const names = inventory(['losses.Huber'])
    const [entry] = accountFor(names, [suiteOf('losses.Huber')], new Set(['losses.Huber'])).entries
    expect(entry.state).toBe('differs')
  })
})

describe('sampleCases', () => {
  const suite = suiteOf(...Array.from({ length: 120 }, (_, i) => `losses.L${i}`))

  it('draws the same cases for the same seed, others for another', () => {
    const names = (seed: number) => sampleCases(suite, seed).map(({ name }) => name)
    expect(names(1)).toEqual(names(1))
    expect(names(1)).not.toEqual(names(2))
    expect(new Set(names(1)).size).toBe(10)
  })
})
