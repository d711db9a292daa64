import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { scriptedFit } from '../testing/scriptedFit.js'
import { show } from '../utils/show.js'
import { earlyStopping } from './earlyStopping.js'
import { type EpochSchedule, learningRateScheduler } from './learningRateScheduler.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const rows = [{}, {}, {}, {}]

describe('LearningRateScheduler', () => {
  it('sets the rate of each epoch, from that of the one before', async () => {
    const schedule: EpochSchedule = (epoch, rate) => (epoch < 2 ? rate : rate / 2)
    const { rates, history } = await scriptedFit([learningRateScheduler(schedule)], rows)
    expect(rates).toEqual([1, 1, 0.5, 0.25])
    expect(history.history.learning_rate).toEqual(rates)
  })

  it('counts epochs from initialEpoch', async () => {
    const callback = learningRateScheduler((epoch) => epoch / 10)
    expect((await scriptedFit([callback], rows, { initialEpoch: 2 })).rates).toEqual([0.2, 0.3])
  })

  it('says what it does', async () => {
    const lines: string[] = []
    const output = { isTerminal: false, write: (text: string) => lines.push(text) }
    await scriptedFit([learningRateScheduler(() => 0.5, { verbose: 1 })], [{}], { output })
    expect(lines).toEqual(['Epoch 1: setting the learning rate to 0.5.\n'])
  })

  it('gives a key that can be monitored', async () => {
    const stopping = earlyStopping({ monitor: 'learning_rate', mode: 'min', patience: 1 })
    const { history } = await scriptedFit(
      [learningRateScheduler((epoch) => [3, 2, 2, 1][epoch]), stopping],
      rows,
    )
    expect(history.epoch.length).toBe(3)
  })

  it('refuses what is no schedule, and rates that are none', async () => {
    expect(() => learningRateScheduler(0.1 as never)).toThrow(/expected a function \(epoch, learningRate\)/)
    for (const rate of [-1, Number.NaN, '0.1']) {
      await expect(scriptedFit([learningRateScheduler(() => rate as number)], rows)).rejects.toThrow(
        `expected schedule to give a learning rate of at least 0, received ${show(rate)} for epoch 0`,
      )
    }
  })
})
