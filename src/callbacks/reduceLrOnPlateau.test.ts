import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { scriptedFit } from '../testing/scriptedFit.js'
import type { CallbackLike } from './callback.js'
import { type ReduceLrOnPlateauOptions, reduceLrOnPlateau } from './reduceLrOnPlateau.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const losses = (...values: number[]) => values.map((value) => ({ val_loss: value }))

const run = (options: ReduceLrOnPlateauOptions, ...values: number[]) =>
  scriptedFit([reduceLrOnPlateau(options)], losses(...values))

describe('ReduceLROnPlateau', () => {
  it('lowers the rate after epochs without improvement, and ends nothing', async () => {
    const { rates, history } = await run({ factor: 0.5, patience: 2 }, 3, 2, 2, 2, 2, 2, 1)
    expect(rates).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25])
    expect(history.epoch.length).toBe(7)
  })

  it("logs each epoch's rate, as History shows", async () => {
    const { rates, history } = await run({ factor: 0.5, patience: 1 }, 3, 3, 3)
    expect(rates).toEqual([1, 1, 0.5])
    expect(history.history.learning_rate).toEqual(rates)
  })

  it('waits while it cools down', async () => {
    const { rates } = await run({ factor: 0.5, patience: 1, cooldown: 2 }, 1, 1, 1, 1, 1, 1, 1)
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125])
  })

  it('goes no lower than minLr', async () => {
    const { rates } = await run({ factor: 0.1, patience: 1, minLr: 0.05 }, 1, 1, 1, 1, 1)
    expect(rates).toEqual([1, 1, 0.1, 0.05, 0.05])
  })

  it('takes an improvement of 0.0001 or less for none', async () => {
    const { rates } = await run({ factor: 0.5, patience: 1 }, 1, 0.99995, 0.9998, 0.9996)
    expect(rates).toEqual([1, 1, 0.5, 0.5])
  })

  it('says what it does, on a line of its own below a bar', async () => {
    const lines: string[] = []
    const output = { isTerminal: true, write: (text: string) => lines.push(text) }
    const callback = reduceLrOnPlateau({ factor: 0.5, patience: 1, verbose: 1 })
    await scriptedFit([callback], losses(1, 1), { output, verbose: 1 })
    expect(lines).toContain('\nEpoch 2: reducing the learning rate to 0.5.\n')
  })

  it('refuses factors that lower nothing, and a rate that a schedule rules', async () => {
    for (const factor of [1, 0, -0.5, Number.NaN]) {
      expect(() => reduceLrOnPlateau({ factor })).toThrow(
        /ReduceLROnPlateau: expected a factor between 0 and 1, by which the learning rate is multiplied/,
      )
    }
    const model = sequential([layers.input([1]), layers.dense(1)])
    const learningRate = optimizers.schedules.exponentialDecay(0.1, 10, 0.5)
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate }) })
    const callbacks = [reduceLrOnPlateau({ monitor: 'loss' })]
    await expect(model.fit([[1]], [[1]], { verbose: 0, callbacks })).rejects.toThrow(
      /ReduceLROnPlateau: the optimizer's learning rate follows a schedule/,
    )
    expect((await model.optimizer?.iterations.data())?.[0]).toBe(0)
  })

  it('has a state with which a run goes on as if it had not stopped', async () => {
    const options = { factor: 0.5, patience: 2, cooldown: 1 }
    const values = [1, 1, 1, 1, 1, 1, 1, 1]
    const whole = await run(options, ...values)
    const first = reduceLrOnPlateau(options)
    const states: unknown[] = []
    const keeps: CallbackLike = { onEpochEnd: () => void states.push(structuredClone(first.getState())) }
    await scriptedFit([first, keeps], losses(...values))
    for (const epoch of [1, 2, 3, 5]) {
      const second = reduceLrOnPlateau(options)
      const resumes: CallbackLike = {
        onTrainBegin() {
          second.setState(states[epoch] as never)
          if (second.model.optimizer) second.model.optimizer.learningRate = whole.rates[epoch + 1]
        },
      }
      const { rates } = await scriptedFit([second, resumes], losses(...values), { initialEpoch: epoch + 1 })
      expect(rates).toEqual(whole.rates.slice(epoch + 1))
    }
  })
})
