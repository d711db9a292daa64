import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import type { FitOptions } from '../models/fit.js'
import { loadModel } from '../models/loadModel.js'
import type { AnyModel } from '../models/model.js'
import { readVariables, stateVariables } from '../models/modelState.js'
import { sequential } from '../models/sequential.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import type { CallbackLike } from './callback.js'
import { type ModelCheckpointOptions, modelCheckpoint } from './modelCheckpoint.js'

let folder = ''
beforeEach(async () => {
  useExecutor(new ReferenceExecutor())
  folder = await mkdtemp(join(tmpdir(), 'gradus-checkpoint-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const x = [-2, -1, 0, 1, 2, 3].map((value) => [value])
const y = x.map(([value]) => [2 * value + 1])

function line() {
  const model = sequential([layers.input([1]), layers.dense(1, { kernelInitializer: 'zeros' })], {
    name: 'line',
  })
  model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.1 }), metrics: ['mae'] })
  return model
}

/** Three steps an epoch. */
const options: FitOptions<Tensor, Tensor> = { batchSize: 2, epochs: 3, verbose: 0, shuffle: false }
const valid = { validationData: [x, y] as [number[][], number[][]] }

const at = (name: string) => join(folder, name)
const names = async () => (await readdir(folder, { recursive: true })).sort()
const stateOf = async (model: unknown) => new Map(await readVariables(stateVariables(model as AnyModel)))

/** Losses that come one after another, whatever the model does. */
const losses = (...values: readonly number[]): CallbackLike => ({
  onEpochEnd(epoch, logs) {
    logs.val_loss = values[epoch]
  },
})

describe('modelCheckpoint', () => {
  it('saves after each epoch what the model is then', async () => {
    const model = line()
    const states: unknown[] = []
    await model.fit(x, y, {
      ...options,
      ...valid,
      callbacks: [
        modelCheckpoint(at('{epoch:02d}-{val_loss:.2f}.keras')),
        { onEpochEnd: async () => void states.push(await stateOf(model)) },
      ],
    })
    const saved = await names()
    expect(saved.map((name) => name.slice(0, 3))).toEqual(['01-', '02-', '03-'])
    for (const [i, name] of saved.entries())
      expect(await stateOf(await loadModel(at(name)))).toEqual(states[i])
  })

  it('begins the last file while those of other callbacks are written', async () => {
    const others: CallbackLike = {
      onTrainEnd: () =>
        vi.waitFor(() => expect(existsSync(at('last.keras'))).toBe(true), { timeout: 20_000 }),
    }
    await line().fit(x, y, { ...options, epochs: 1, callbacks: [others, modelCheckpoint(at('last.keras'))] })
  })

  it('saves after every so many batches, counted over epochs, what the model is just then', async () => {
    const model = line()
    const states: unknown[] = []
    const steps: number[] = []
    await model.fit(x, y, {
      ...options,
      callbacks: [
        modelCheckpoint(at('{epoch}.{batch}-{loss:.1f}.keras'), { saveFreq: 4 }),
        // Not asked to wait: without the checkpoint the next step would be running already.
        { asyncSafe: true, onTrainBatchEnd: async () => void states.push(await stateOf(model)) },
        { onTrainBatchEnd: () => void steps.push(0) },
      ],
    })
    const saved = await names()
    expect(saved.map((name) => name.slice(0, 4))).toEqual(['2.1-', '3.2-'])
    expect(await stateOf(await loadModel(at(saved[0])))).toEqual(states[3])
    expect(await stateOf(await loadModel(at(saved[1])))).toEqual(states[7])
  })

  it('needs the model to itself only after batches that are due', async () => {
    const inFlight: number[] = []
    let [begun, ended] = [0, 0]
    await line().fit(x, y, {
      ...options,
      callbacks: [
        modelCheckpoint(at('a.keras'), { saveFreq: 4 }),
        {
          asyncSafe: true,
          onTrainBatchBegin: () => void begun++,
          onTrainBatchEnd: () => void inFlight.push(begun - ++ended),
        },
      ],
    })
    // The last of an epoch has none behind it; neither have the fourth and the eighth.
    expect(inFlight).toEqual([1, 1, 0, 0, 1, 0, 1, 0, 0])
  })

  it.each([
    ['the loss', { monitor: 'val_loss' }, [3, 4, 2], ['1', '3']],
    ['more', { monitor: 'val_loss', mode: 'max' }, [3, 4, 2], ['1', '2']],
    ['a threshold', { monitor: 'val_loss', initialValueThreshold: 2.5 }, [3, 4, 2], ['3']],
    ['what is no number', { monitor: 'val_loss' }, [Number.NaN, 4, Number.NaN], ['2']],
  ] as const)('saves the best only, by %s', async (_what, monitored, values, expected) => {
    const best = modelCheckpoint(at('{epoch}.keras'), { ...monitored, saveBestOnly: true })
    await line().fit(x, y, { ...options, ...valid, callbacks: [losses(...values), best] })
    expect(await names()).toEqual(expected.map((epoch) => `${epoch}.keras`))
    expect(best.best).toBe(values[Number(expected.at(-1)) - 1])
  })

  it('goes by the metric: of mae less is better; epochs that are not validated are never the best', async () => {
    const best = modelCheckpoint(at('{epoch}.keras'), { monitor: 'val_mae', saveBestOnly: true })
    await line().fit(x, y, { ...options, ...valid, epochs: 4, validationFreq: 2, callbacks: [best] })
    expect(await names()).toEqual(['2.keras', '4.keras'])
  })

  it('saves weights alone, into a folder that it makes', async () => {
    const model = line()
    const weights = (ending: string) =>
      modelCheckpoint(at(`deep/er/{epoch}.${ending}`), { saveWeightsOnly: true })
    await model.fit(x, y, {
      ...options,
      epochs: 1,
      callbacks: [weights('weights.h5'), weights('safetensors')],
    })
    for (const name of ['1.weights.h5', '1.safetensors']) {
      const other = line()
      await other.loadWeights(at(`deep/er/${name}`))
      expect(await other.predict(x, { verbose: 0 }).then((output) => output.array())).toEqual(
        await model.predict(x, { verbose: 0 }).then((output) => output.array()),
      )
    }
  })

  it('says what it does in the words of Keras', async () => {
    const written: string[] = []
    const output = { isTerminal: false, write: (part: string) => void written.push(part) }
    const best = modelCheckpoint(at('best.keras'), { monitor: 'val_loss', saveBestOnly: true, verbose: 1 })
    const each = modelCheckpoint(at('each.keras'), { verbose: 1 })
    await line().fit(x, y, { ...options, ...valid, output, callbacks: [losses(3, 4, 2), best, each] })
    const text = written.join('')
    expect(text.split('\n').filter((row) => row !== '' && !row.includes('finished'))).toEqual([
      `Epoch 1: val_loss improved from None to 3.00000, saving model to ${at('best.keras')}`,
      `Epoch 1: saving model to ${at('each.keras')}`,
      'Epoch 2: val_loss did not improve from 3.00000',
      `Epoch 2: saving model to ${at('each.keras')}`,
      `Epoch 3: val_loss improved from 3.00000 to 2.00000, saving model to ${at('best.keras')}`,
      `Epoch 3: saving model to ${at('each.keras')}`,
    ])
    expect(text.match(/finished saving model to .*best.keras/g)).toHaveLength(2)
    expect(text.match(/finished saving model to .*each.keras/g)).toHaveLength(3)
  })

  it('has written all when fit ends, whatever ended it', async () => {
    const failing: CallbackLike = {
      onEpochEnd() {
        throw new Error('enough')
      },
    }
    const callbacks = [modelCheckpoint(at('a.keras')), failing]
    await expect(line().fit(x, y, { ...options, callbacks })).rejects.toThrow('enough')
    expect(await names()).toEqual(['a.keras'])
    await loadModel(at('a.keras'))
  })

  it('that cannot write ends training with the reason, and the old file is as it was', async () => {
    await line().fit(x, y, { ...options, epochs: 1, callbacks: [modelCheckpoint(at('old.keras'))] })
    const before = await readFile(at('old.keras'))
    await mkdir(at('new.keras'))
    const callbacks = [modelCheckpoint(at('new.keras'))]
    await expect(line().fit(x, y, { ...options, callbacks })).rejects.toThrow(
      /new.keras: expected a file to write, found a folder of this name/,
    )
    expect(await readFile(at('old.keras'))).toEqual(before)
    expect((await stat(at('new.keras'))).isDirectory()).toBe(true)
  })

  const made = (path: string, given?: ModelCheckpointOptions) => () => modelCheckpoint(path, given)
  it.each([
    [
      'another ending',
      made('a.onnx'),
      /expected a file that ends in .keras or .h5 \(weights alone: set saveWeightsOnly\), received 'a.onnx'/,
    ],
    ['weights as a model', made('a.weights.h5'), /ends in .keras or .h5/],
    [
      'a model as weights',
      made('a.keras', { saveWeightsOnly: true }),
      /ends in .weights.h5 or .safetensors \(since saveWeightsOnly is set\)/,
    ],
    [
      'a frequency of nothing',
      made('a.keras', { saveFreq: 0 }),
      /saveFreq 'epoch' or a number of batches of at least 1, received 0/,
    ],
    [
      "Keras's spelling",
      made('a.keras', { save_freq: 1 } as never),
      /received 'save_freq'. Write 'saveFreq'/,
    ],
  ])('refuses %s', (_what, make, message) => {
    expect(make).toThrow(message)
  })

  it.each([
    [
      'what is monitored',
      'a.keras',
      { saveBestOnly: true, monitor: 'val_los' },
      /the logs have no 'val_los' to monitor. Did you mean 'val_loss'/,
    ],
    [
      'what is in the path',
      '{val_lss}.keras',
      {},
      /names 'val_lss', which is not known there. Did you mean 'val_loss'/,
    ],
    ['a batch where epochs are saved', '{batch}.keras', {}, /names 'batch', which is not known there/],
    [
      'validation where batches are saved',
      '{val_loss}.keras',
      { saveFreq: 2 },
      /names 'val_loss', which is not known there/,
    ],
    ['the best of it', 'a.keras', { saveFreq: 2, saveBestOnly: true }, /no 'val_loss' to monitor/],
  ] as const)('refuses, before the first batch, %s', async (_what, path, given, message) => {
    const batches: number[] = []
    const callbacks = [
      modelCheckpoint(at(path), given as ModelCheckpointOptions),
      { onTrainBatchBegin: (batch: number) => void batches.push(batch) },
    ]
    await expect(line().fit(x, y, { ...options, ...valid, callbacks })).rejects.toThrow(message)
    expect(batches).toEqual([])
    expect(existsSync(folder) && (await names())).toEqual([])
  })
})
