import { beforeEach, describe, expect, it } from 'vitest'
import { NumericError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/index.js'
import { log } from '../ops/log.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import type { CallbackLike } from './callback.js'
import { earlyStopping } from './earlyStopping.js'
import { terminateOnNan } from './terminateOnNan.js'

beforeEach(() => useExecutor(new ReferenceExecutor()))

// The fifth batch of two has a logarithm of a negative number, in the second epoch of four batches each: no shuffling.
const x = [[5], [6], [7], [8], [1], [-9]]
const y = x.map(() => [0])
const options = { batchSize: 2, epochs: 3, shuffle: false } as const

const made = (nonFinite = true) => {
  const model = sequential(
    [
      layers.input([1]),
      layers.dense(1, { kernelInitializer: 'ones', useBias: false }),
      layers.lambda(log, { name: 'log' }),
    ],
    { name: 'm' },
  )
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e-3 }), guards: { nonFinite } })
  return model
}

describe('TerminateOnNaN', () => {
  it('ends training with the report of layer and batch, and keeps the model of before', async () => {
    const written: string[] = []
    const output = { isTerminal: false, write: (text: string) => written.push(text) }
    const guard = terminateOnNan()
    const ended: unknown[] = []
    const ends: CallbackLike = { onTrainEnd: (_, failure) => void ended.push(failure) }
    const model = made()
    const callbacks = [guard, ends]
    const { epoch, history } = await model.fit(x, y, { ...options, verbose: 0, output, callbacks })
    expect(epoch).toEqual([0])
    expect(guard.failure).toBeInstanceOf(NumericError)
    expect(guard.failure?.message).toMatch(
      /Model 'm': the loss became NaN in epoch 1 of 3, batch 3 of 3.*'log'/,
    )
    expect(written).toEqual([`${guard.failure?.message}\n`])
    expect(history.loss).toEqual([Number.NaN])
    expect(ended).toEqual([undefined])
    const part = made()
    await part.fit(x.slice(0, 4), y.slice(0, 4), { ...options, epochs: 1, verbose: 0 })
    expect(await model.weights[0].data()).toEqual(await part.weights[0].data())
  })

  it('throws it, if told so', async () => {
    const guard = terminateOnNan({ raiseError: true })
    const run = made().fit(x, y, { ...options, verbose: 0, callbacks: [guard] })
    await expect(run).rejects.toThrow(/the loss became NaN/)
    expect(guard.failure).toBeDefined()
  })

  it('forgets the last run', async () => {
    const guard = terminateOnNan()
    const output = { isTerminal: false, write: () => {} }
    await made().fit(x, y, { ...options, verbose: 0, output, callbacks: [guard] })
    await made().fit(x.slice(0, 4), y.slice(0, 4), { ...options, verbose: 0, callbacks: [guard] })
    expect(guard.failure).toBeUndefined()
  })

  it('leaves the best weights where EarlyStopping restores them', async () => {
    const guard = terminateOnNan()
    const output = { isTerminal: false, write: () => {} }
    const model = made()
    const stopping = earlyStopping({ monitor: 'loss', restoreBestWeights: true, patience: 5 })
    // In the second epoch the last batch goes wrong.
    const late: CallbackLike = { onEpochEnd: (epoch) => epoch === 0 && model.weights[0].write([-1]) }
    const callbacks = [guard, stopping, late]
    await model.fit(x.slice(0, 4), y.slice(0, 4), { ...options, verbose: 0, output, callbacks })
    expect(guard.failure?.message).toMatch(/in epoch 2 of 3, batch 1 of 2/)
    const part = made()
    await part.fit(x.slice(0, 4), y.slice(0, 4), { ...options, epochs: 1, verbose: 0 })
    expect(await model.weights[0].data()).toEqual(await part.weights[0].data())
  })

  it('cannot do its work without the guard', async () => {
    const run = made(false).fit(x, y, { ...options, verbose: 0, callbacks: [terminateOnNan()] })
    await expect(run).rejects.toThrow(/TerminateOnNaN.*needs the guard against NaN/)
  })
})
