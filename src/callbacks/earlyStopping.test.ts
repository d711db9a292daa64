import { beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { scriptedFit } from '../testing/scriptedFit.js'
import type { CallbackLike, Logs } from './callback.js'
import { type EarlyStoppingOptions, earlyStopping } from './earlyStopping.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

const losses = (...values: number[]) => values.map((value) => ({ val_loss: value }))

/** How many epochs were run, and which one's weights are left. */
async function run(options: EarlyStoppingOptions, rows: readonly Record<string, number>[]) {
  const callback = earlyStopping(options)
  const { history, weight } = await scriptedFit([callback], rows)
  return { epochs: history.epoch.length, weight, callback }
}

describe('EarlyStopping', () => {
  it('ends training after epochs without improvement', async () => {
    const { epochs, weight, callback } = await run({ patience: 2 }, losses(3, 2, 2.5, 2, 1, 0))
    expect({ epochs, weight }).toEqual({ epochs: 4, weight: 4 })
    expect(callback).toMatchObject({ best: 2, bestEpoch: 1, stoppedEpoch: 3, wait: 2 })
  })

  it('does not end it before', async () => {
    expect((await run({ patience: 3 }, losses(3, 2, 2.5, 2, 1, 0))).epochs).toBe(6)
    expect((await run({}, losses(3, 2, 1))).epochs).toBe(3)
    expect((await run({}, losses(3, 3, 1))).epochs).toBe(2)
  })

  it('looks for a minimum or a maximum, by the metric or as told', async () => {
    const rows = [0.5, 0.6, 0.4, 0.3].map((value) => ({
      val_binary_accuracy: value,
      val_mae: 1 - value,
      loss: value,
    }))
    expect((await run({ monitor: 'val_binary_accuracy' }, rows)).epochs).toBe(3)
    expect((await run({ monitor: 'val_mae' }, rows)).epochs).toBe(3)
    expect((await run({ monitor: 'loss' }, rows)).epochs).toBe(2)
    expect((await run({ monitor: 'loss', mode: 'max' }, rows)).epochs).toBe(3)
    expect((await run({ monitor: 'val_binary_accuracy', mode: 'min' }, rows)).epochs).toBe(2)
  })

  it('counts only improvements by more than minDelta, whatever its sign', async () => {
    const rows = losses(1, 0.9, 0.85, 0.7)
    expect((await run({ minDelta: 0.08, patience: 1 }, rows)).epochs).toBe(3)
    expect((await run({ minDelta: -0.08, patience: 1 }, rows)).epochs).toBe(3)
    expect((await run({ minDelta: 0.04, patience: 1 }, rows)).epochs).toBe(4)
  })

  it('demands that a baseline be reached', async () => {
    expect((await run({ baseline: 0.5, patience: 2 }, losses(3, 2.5, 2.25, 2.3, 1))).epochs).toBe(4)
    expect((await run({ baseline: 2.4, patience: 2 }, losses(3, 2.5, 2.25, 2.3, 2.1))).epochs).toBe(5)
  })

  it('leaves the first epochs out', async () => {
    const { epochs, callback } = await run({ startFromEpoch: 2, patience: 1 }, losses(0, 1, 5, 4, 4, 1))
    expect(epochs).toBe(5)
    expect(callback.best).toBe(4)
  })

  it('does not take NaN for the best', async () => {
    const { epochs, callback } = await run({ patience: 2 }, losses(Number.NaN, 2, 1, 3))
    expect({ epochs, best: callback.best }).toEqual({ epochs: 4, best: 1 })
  })

  it('skips epochs that were not validated', async () => {
    const callback = earlyStopping({ patience: 1 })
    const rows: Logs[] = [{}, { val_loss: 2 }, {}, { val_loss: 1 }, {}, { val_loss: 3 }, {}, {}]
    const { history } = await scriptedFit([callback], rows, { validationFreq: 2 })
    expect(history.epoch.length).toBe(6)
  })

  it('starts anew in each run', async () => {
    const callback = earlyStopping({ patience: 1 })
    expect((await scriptedFit([callback], losses(1, 2))).history.epoch.length).toBe(2)
    expect((await scriptedFit([callback], losses(3, 2, 2))).history.epoch.length).toBe(3)
  })

  it('says what it does', async () => {
    const lines: string[] = []
    const output = { isTerminal: false, write: (text: string) => lines.push(text) }
    const callback = earlyStopping({ restoreBestWeights: true, verbose: 1 })
    await scriptedFit([callback], losses(1, 2, 3), { output, verbose: 0 })
    expect(lines).toEqual([
      'Epoch 2: early stopping\n',
      'Restoring model weights from the end of the best epoch: 1.\n',
    ])
  })
})

describe('restoreBestWeights', () => {
  const restore = { restoreBestWeights: true, patience: 2 } as const
  const rows = losses(3, 1, 2, 1.5, 0.5)

  it('leaves the weights of the best epoch when patience is over', async () => {
    const { epochs, weight } = await run(restore, rows)
    expect({ epochs, weight }).toEqual({ epochs: 4, weight: 2 })
  })

  it('and when the last epoch is done', async () => {
    expect((await run({ ...restore, patience: 9 }, losses(3, 1, 2))).weight).toBe(2)
    expect((await run({ ...restore, patience: 9 }, losses(3, 2, 1))).weight).toBe(3)
  })

  /** The weight that is left when a callback behind ends training in the third epoch. */
  async function weightAfter(end: CallbackLike['onEpochEnd'], signal?: AbortSignal): Promise<number> {
    const callback = earlyStopping({ ...restore, patience: 9 })
    const ends: CallbackLike = { onEpochEnd: (epoch, logs) => (epoch === 2 ? end?.(epoch, logs) : undefined) }
    const run = scriptedFit([callback, ends], losses(3, 1, 2, 0), { signal })
    await run.catch(() => {})
    return (await callback.model.weights[0].data())[0]
  }

  it('and after stopTraining, a signal, an error', async () => {
    const controller = new AbortController()
    expect(await weightAfter(() => controller.abort(), controller.signal)).toBe(2)
    const fails = () => {
      throw new Error('broken')
    }
    expect(await weightAfter(fails)).toBe(2)
    const callback = earlyStopping({ ...restore, patience: 9 })
    const stops: CallbackLike = { onEpochEnd: (epoch) => (callback.model.stopTraining = epoch === 2) }
    expect((await scriptedFit([callback, stops], losses(3, 1, 2, 0))).weight).toBe(2)
  })

  it('keeps the first weights if nothing was better than nothing', async () => {
    expect((await run(restore, losses(Number.NaN, Number.NaN, Number.NaN))).weight).toBe(1)
  })

  it('leaves weights alone if no epoch ended, and without the option', async () => {
    const callback = earlyStopping(restore)
    const fails: CallbackLike = {
      onEpochBegin() {
        callback.model.weights[0].write([42])
        throw new Error('broken')
      },
    }
    await expect(scriptedFit([callback, fails], rows)).rejects.toThrow('broken')
    expect((await callback.model.weights[0].data())[0]).toBe(42)
    expect((await run({ patience: 2 }, rows)).weight).toBe(4)
  })
})

describe('what EarlyStopping monitors', () => {
  const fails = (options: EarlyStoppingOptions, ...others: CallbackLike[]) => {
    const begun: CallbackLike = { onTrainBegin: () => Promise.reject(new Error('training began')) }
    return expect(scriptedFit([earlyStopping(options), begun, ...others], losses(1))).rejects
  }

  it('is known before the first batch, or an error that lists what there is', async () => {
    await fails({ monitor: 'val_los' }).toThrow(
      "EarlyStopping: the logs have no 'val_los' to monitor. Did you mean 'val_loss'? Known: 'binary_accuracy', 'loss', 'mae', " +
        "'val_binary_accuracy', 'val_loss', 'val_mae'.",
    )
    await expect(scriptedFit([earlyStopping()], losses(1), { validationData: undefined })).rejects.toThrow(
      /no 'val_loss' to monitor. There is no validation: give fit validationData or validationSplit/,
    )
  })

  it('may be a key that another callback adds, and then needs a mode', async () => {
    const adds: CallbackLike = {
      logKeys: ['f1'],
      onEpochEnd: (epoch, logs) => (logs.f1 = [1, 3, 2, 5][epoch]),
    }
    await fails({ monitor: 'f1' }, adds).toThrow(
      "cannot tell whether more or less of 'f1' is better. Set mode: 'max' or mode: 'min'.",
    )
    const rows = losses(1, 1, 1, 1)
    const { history } = await scriptedFit([adds, earlyStopping({ monitor: 'f1', mode: 'max' })], rows)
    expect(history.history.f1).toEqual([1, 3, 2])
  })

  it('is accuracy where acc is asked for', async () => {
    const rows = [0.5, 0.6, 0.4].map((value) => ({ val_binary_accuracy: value }))
    const { history } = await scriptedFit([earlyStopping({ monitor: 'val_binary_acc', patience: 1 })], rows)
    expect(history.epoch.length).toBe(3)
  })
})

describe('wrong options', () => {
  it('are named', () => {
    const message = (options: object) => {
      try {
        earlyStopping(options)
        return ''
      } catch (error) {
        return String(error)
      }
    }
    expect(message({ mode: 'best' })).toMatch(
      /EarlyStopping: mode: expected 'auto' or 'min' or 'max', received 'best'/,
    )
    expect(message({ patience: 1.5 })).toMatch(
      /EarlyStopping: patience: expected an integer of at least 0, received 1.5/,
    )
    expect(message({ patience: -1 })).toMatch(/received -1/)
    expect(message({ restore_best_weights: true })).toMatch(/EarlyStopping: .*Write 'restoreBestWeights'/)
    expect(message({ minDelta: Number.NaN })).toMatch(
      /minDelta: expected a number of at least 0, received NaN/,
    )
    expect(message({ baseline: Number.NaN })).toMatch(/baseline: expected a finite number/)
    expect(message({ startFromEpoch: -1 })).toMatch(/startFromEpoch/)
  })
})

describe('its state', () => {
  it('makes a run that goes on end as if it had not stopped', async () => {
    const options = { patience: 2, restoreBestWeights: true } as const
    const rows = losses(3, 1, 2, 1.5, 0.5)
    const first = earlyStopping(options)
    let state: unknown
    const keeps: CallbackLike = {
      onEpochEnd(epoch) {
        if (epoch === 2) state = structuredClone(first.getState())
      },
    }
    await scriptedFit([first, keeps], rows)
    const second = earlyStopping(options)
    const resumes: CallbackLike = { onTrainBegin: () => second.setState(state as never) }
    const { history, weight } = await scriptedFit([second, resumes], rows, { initialEpoch: 3 })
    expect(history.epoch).toEqual([3])
    expect(weight).toBe(2)
    expect(second.getState()).toEqual(first.getState())
  })
})
