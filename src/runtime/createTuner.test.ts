import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ExecutorOptions, TuningProgress } from '../graph/executor.js'
import { chosenTuner, chosenTuning } from './createTuner.js'
import { tuningLine } from './tuningLine.js'

afterEach(() => vi.unstubAllEnvs())

describe('chosenTuning', () => {
  it('is off unless asked for', async () => {
    vi.stubEnv('GRADUS_TUNE', undefined)
    expect(chosenTuning({})).toBeUndefined()
    expect(chosenTuning({ tune: false })).toBeUndefined()
    expect(await chosenTuner({})).toBeUndefined()
    expect(chosenTuning({ tune: true })).toEqual({})
    expect(chosenTuning({ tune: { budget: 50 } })).toEqual({ budget: 50 })
    expect(await chosenTuner({ tune: true })).toBeTypeOf('function')
  })

  it('does as GRADUS_TUNE says, whatever the options say', () => {
    vi.stubEnv('GRADUS_TUNE', '1')
    expect(chosenTuning({})).toEqual({})
    expect(chosenTuning({ tune: false })).toEqual({})
    expect(chosenTuning({ tune: { budget: 50 } })).toEqual({ budget: 50 })
    vi.stubEnv('GRADUS_TUNE', '0')
    expect(chosenTuning({ tune: true })).toBeUndefined()
    vi.stubEnv('GRADUS_TUNE', 'on')
    expect(() => chosenTuning({})).toThrow(/GRADUS_TUNE: expected 1 or 0; received "on"/)
  })

  it.each([
    ['fast', /tune: expected true, false or \{ budget, onProgress \}; received fast/],
    [null, /received null/],
    [{ budget: 0 }, /tune: expected a budget of more than 0 milliseconds; received 0/],
    [{ budget: Number.NaN }, /received NaN/],
    [{ budget: '5' }, /received 5/],
  ])('refuses %j', (tune, message) => {
    expect(() => chosenTuning({ tune } as ExecutorOptions)).toThrow(message)
  })
})

describe('tuningLine', () => {
  const progress: TuningProgress = {
    ...{ total: 11, done: 3, faster: 1, milliseconds: 2345, finished: false, keptIn: undefined },
  }
  const textOf = (isTTY: boolean, told: TuningProgress): string => {
    let text = ''
    tuningLine({ isTTY, write: (part) => (text += part) })(told)
    return text
  }

  it('is written over on a terminal, and not at all elsewhere, before the end', () => {
    expect(textOf(true, progress)).toBe('\r\x1b[KTuning products and convolutions: 3 of 11, 2.3 s')
    expect(textOf(false, progress)).toBe('')
  })

  it('says how it went', () => {
    expect(textOf(false, { ...progress, finished: true, keptIn: '/c/tuning.json' })).toBe(
      'Tuned 3 of 11 products and convolutions in 2.3 s (no time for the others): ' +
        '1 quicker than as the cost model cuts them. Kept in /c/tuning.json.\n',
    )
    expect(textOf(true, { ...progress, done: 11, finished: true })).toBe(
      '\r\x1b[KTuned 11 of 11 products and convolutions in 2.3 s: ' +
        '1 quicker than as the cost model cuts them. Not kept.\n',
    )
  })
})
