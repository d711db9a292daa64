import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import * as callbacks from './index.js'

let folder = ''
beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  folder = mkdtempSync(join(tmpdir(), 'gradus-resumed-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a, b], i) => [a * b + 0.5 * Math.sin(17 * i)])

/** Trains with everything that remembers something, until an end that may come from outside. */
async function train(name: string, ends: callbacks.CallbackLike, useEma: boolean) {
  const model = sequential(
    [layers.input([2]), layers.dense(8, { activation: 'tanh' }), layers.dropout(0.2), layers.dense(1)],
    { seed: 1 },
  )
  model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.05, useEma }) })
  const stopping = callbacks.earlyStopping({ patience: 6, restoreBestWeights: true })
  const { history } = await model.fit(x, y, {
    ...{ epochs: 40, batchSize: 5, validationSplit: 0.25, evaluateTraining: true, seed: 2, verbose: 0 },
    callbacks: [
      ...(useEma ? [callbacks.swapEmaWeights({ swapOnEpoch: true })] : []),
      stopping,
      callbacks.reduceLrOnPlateau({ factor: 0.5, patience: 2, cooldown: 1 }),
      callbacks.csvLogger(join(folder, `${name}.csv`)),
      callbacks.backupAndRestore(join(folder, name), { saveFreq: 3 }),
      ends,
    ],
  })
  const weights = await Promise.all(model.weights.map((weight) => weight.data()))
  const { best, bestEpoch, stoppedEpoch } = stopping
  return {
    history,
    weights,
    best,
    bestEpoch,
    stoppedEpoch,
    log: readFileSync(join(folder, `${name}.csv`), 'utf8'),
  }
}

/** Breaks training off at a moment of an epoch; of a batch, at this one or one behind it. */
function failingAt(moment: string, at: number, batch = 0): callbacks.CallbackLike {
  let epoch = -1
  const fail = (number = at) => {
    const isThere = moment !== 'onTrainBatchEnd' || number >= batch
    if (epoch >= at && isThere) throw new Error('broken')
  }
  const begin = (number: number) => {
    epoch = number
    if (moment === 'onEpochBegin') fail()
  }
  return moment === 'onEpochBegin' ? { onEpochBegin: begin } : { onEpochBegin: begin, [moment]: fail }
}

describe('a run that is broken off and resumed', () => {
  it.each([false, true])('ends as one that was not, moving averages: %s', async (useEma) => {
    const whole = await train('whole', {}, useEma)
    expect(whole.history.loss.length).toBeGreaterThan(8)
    for (const ends of [
      failingAt('onEpochEnd', 1),
      failingAt('onTrainBatchEnd', 3, 1),
      failingAt('onTestBegin', 5),
      failingAt('onEpochBegin', 8),
    ]) {
      await expect(train('parts', ends, useEma)).rejects.toThrow('broken')
    }
    expect(await train('parts', {}, useEma)).toEqual(whole)
  })
})
