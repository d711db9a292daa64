import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallbackLike, Logs } from '../../callbacks/index.js'
import * as callbacks from '../../callbacks/index.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import { scriptedFit } from '../../testing/scriptedFit.js'
import { toCamelCase } from '../../utils/naming.js'
import { compareAll, type Measurement, type Named } from '../compare.js'
import { compareJson } from '../configs.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, type KerasObject, object, type Settings } from '../kerasObject.js'
import type { KerasPeer, Precision } from '../kerasPeer.js'
import { floats, integers } from '../samples.js'
import type { ConformanceCase } from '../suite.js'

/**
 * Callbacks in fits whose logs are given: what they do with a sequence of numbers must be the same, to the epoch and to the byte,
 * whatever the rounding of a loss.
 */

/** The logs of a run's epochs, by columns. */
type Script = Readonly<Record<string, readonly number[]>>

const rowsOf = (script: Script): Logs[] =>
  Object.values(script)[0].map((_, epoch) =>
    Object.fromEntries(Object.entries(script).map(([key, values]) => [key, Math.fround(values[epoch])])),
  )

/** What Keras is asked to run. */
interface Asked {
  readonly callbacks: readonly KerasObject[]
  /** What a LearningRateScheduler multiplies the learning rate by. */
  readonly factors?: readonly number[]
}

interface Reply {
  readonly history: Named
  readonly rates: HostTensor
  readonly weight: HostTensor
}

function runKeras(peer: KerasPeer, script: Script, asked: Asked, precision: Precision): Promise<Reply> {
  const keys = Object.keys(script)
  const rows = rowsOf(script)
  const table = rows.flatMap((row) => keys.map((key) => row[key]))
  const request = { ...asked, keys, rows: floats([rows.length, keys.length], table) }
  return peer.ask<Reply>('script', request, precision)
}

/** Compares history, the learning rate of each epoch, and the number of the epoch whose weight is left. */
async function compareScript(
  peer: KerasPeer,
  script: Script,
  own: CallbackLike,
  asked: Asked,
): Promise<Measurement[]> {
  const named = ({ history, rates, weight }: Reply): Named => ({
    ...history,
    'learning rates': rates,
    'weight in the end': weight,
  })
  const { history, rates, weight } = await scriptedFit([own], rowsOf(script))
  const received = {
    history: Object.fromEntries(
      Object.entries(history.history).map(([key, values]) => [key, floats([values.length], values)]),
    ),
    rates: floats([rates.length], rates),
    weight: floats([1, 1], [weight]),
  }
  const ask = async (precision: Precision) => named(await runKeras(peer, script, asked, precision))
  return compareAll(named(received), await ask('float32'), () => ask('float64'))
}

/** Goes down, stays, comes up again, goes down further: what patience, thresholds and cooldowns are about. */
const wave = [
  ...[3, 2.5, 2.1, 2.05, 2.04, 2.2, 2.3, 2.25, 1.9, 1.91, 1.92, 1.9, 1.95, 1.5, 1.6, 1.7, 1.65, 1.8, 1.9, 2],
]
const script: Script = {
  val_loss: wave,
  loss: wave.map((value, i) => value * 0.9 ** i),
  val_binary_accuracy: wave.map((value) => 1 - value / 4),
  val_mae: wave.map(Math.sqrt),
}
const plateau: Script = { ...script, val_loss: wave.map((value, i) => (i < 3 ? value : 2.1)) }

const monitoring = (name: string, settings: Settings, given = script): ConformanceCase => {
  const keras = object(`callbacks.${name}`, settings)
  return {
    entries: [`callbacks.${name}`],
    name: `${describe(name, settings)} on given numbers`,
    run: (peer) => compareScript(peer, given, makeObject(keras) as CallbackLike, { callbacks: [keras] }),
  }
}

const earlyStopping: readonly Settings[] = [
  {},
  { patience: 2 },
  { patience: 4, restore_best_weights: true },
  { patience: 30, restore_best_weights: true },
  { patience: 2, min_delta: 0.05, restore_best_weights: true },
  { monitor: 'val_binary_accuracy', patience: 3 },
  { monitor: 'val_mae', patience: 3, restore_best_weights: true },
  { mode: 'max', patience: 4, restore_best_weights: true },
  { patience: 5, baseline: 2, restore_best_weights: true },
  { patience: 4, baseline: 1 },
  { patience: 1, start_from_epoch: 6, restore_best_weights: true },
]

const reduceLrOnPlateau: readonly Settings[] = [
  { patience: 2 },
  { factor: 0.5, patience: 1, min_lr: 0.2 },
  { factor: 0.5, patience: 1, min_delta: 0.1 },
  { monitor: 'val_binary_accuracy', factor: 0.9, patience: 1 },
  { mode: 'max', factor: 0.5, patience: 3, cooldown: 1 },
]

const factors = wave.map((_, epoch) => (epoch < 5 ? 1 : 0.9 + epoch / 100))

const multiplied: ConformanceCase = {
  entries: ['callbacks.LearningRateScheduler'],
  name: "LearningRateScheduler that multiplies the rate by each epoch's factor",
  run: (peer) => {
    const own = callbacks.learningRateScheduler((epoch, rate) => rate * factors[epoch])
    return compareScript(peer, script, own, { callbacks: [], factors })
  },
}

/** Numbers that programs write in different ways. */
const numbers: Script = {
  loss: [0.1, 1e-5, 123456.79, Number.NaN],
  mae: [1, 1e-4, 3e16, Number.POSITIVE_INFINITY],
  binary_accuracy: [0, 0.5, 0.3333333, 1],
  val_loss: [2.5, -1.5e-7, 1e10, Number.NEGATIVE_INFINITY],
  val_mae: [0.25, 9999.5, 65504, 3.4e38],
  val_binary_accuracy: [0.75, 0.1, 0.2, 0.9],
}

/** The lines of the files that both sides write in some runs must be the same. */
const logged = (settings: Settings, runs: number): ConformanceCase => ({
  entries: ['callbacks.CSVLogger'],
  name: `the bytes of the file of ${describe('CSVLogger', settings)} after ${runs} runs`,
  run: async (peer) => {
    const folder = mkdtempSync(join(tmpdir(), 'gradus-conformance-'))
    const files = ['gradus.csv', 'keras.csv'].map((file) => join(folder, file))
    const [own, keras] = files.map((filename) => object('callbacks.CSVLogger', { filename, ...settings }))
    try {
      for (let run = 0; run < runs; run++) {
        await scriptedFit([makeObject(own) as CallbackLike], rowsOf(numbers))
        await runKeras(peer, numbers, { callbacks: [keras] }, 'float32')
      }
      const [gradusLines, kerasLines] = files.map((file) => readFileSync(file, 'utf8').split('\n'))
      return [{ ...compareJson(gradusLines, kerasLines), what: `${kerasLines.length} lines` }]
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
})

/** Moments in Keras's spelling. */
const moments = [
  ...['train_begin', 'epoch_begin', 'train_batch_begin', 'train_batch_end'],
  ...['test_begin', 'test_batch_begin', 'test_batch_end', 'test_end', 'epoch_end', 'train_end'],
  ...['predict_begin', 'predict_batch_begin', 'predict_batch_end', 'predict_end'],
]
const hookOf = (moment: string) => toCamelCase(`on_${moment}`)

/** A callback that writes down the place and the number of each moment. */
const recorder = (told: number[], offset = 0): CallbackLike =>
  Object.fromEntries(
    moments.map((moment, place) => [
      hookOf(moment),
      (first: unknown) => void told.push(place + offset, typeof first === 'number' ? first : -1),
    ]),
  )

/** Which moments callbacks are told of, in which order, and their numbers. */
const ordered = (kind: string, run: (told: number[]) => Promise<unknown>): ConformanceCase => ({
  entries: [`callbacks.${kind}`],
  name: `the moments that a ${kind} is told of, in their order`,
  run: async (peer) => {
    const told: number[] = []
    await run(told)
    const keras = await peer.ask<{ readonly moments: HostTensor }>('moments', { kind, names: moments })
    const gradus = integers([told.length / 2, 2], Int32Array.from(told))
    return compareAll({ moments: gradus }, { moments: keras.moments }, async () => keras as never, 0)
  },
})

/** Follows fit with validation, evaluate and predict. */
async function followAll(callback: CallbackLike): Promise<void> {
  const model = models.sequential([layers.input([1]), layers.dense(1)])
  model.compile({ loss: 'mse', optimizer: 'sgd' })
  const x = [[1], [1], [1], [1]]
  const options = { batchSize: 2, verbose: 0, callbacks: [callback] } as const
  await model.fit(x, x, { ...options, epochs: 2, validationData: [x, x] })
  await model.evaluate(x, x, options)
  await model.predict(x, options)
}

/** A loop of one's own over a list of two, told of all moments in the order of their names. */
async function followList(told: number[]): Promise<void> {
  const list = new callbacks.CallbackList([recorder(told), recorder(told, 1000)])
  for (const moment of moments) {
    const number = /batch|epoch/.test(moment) ? [0] : []
    await list.tell(hookOf(moment) as 'onEpochBegin', ...(number as [number]))
  }
}

class Recorder extends callbacks.Callback {
  constructor(told: number[]) {
    super()
    Object.assign(this, recorder(told))
  }
}

export const scriptedCases: readonly ConformanceCase[] = [
  ...earlyStopping.map((settings) => monitoring('EarlyStopping', settings)),
  ...reduceLrOnPlateau.map((settings) => monitoring('ReduceLROnPlateau', settings)),
  monitoring('ReduceLROnPlateau', { factor: 0.7, patience: 2, cooldown: 3 }, plateau),
  multiplied,
  logged({}, 1),
  logged({ separator: ';' }, 2),
  logged({ append: true }, 2),
  ordered('Callback', (told) => followAll(new Recorder(told))),
  ordered('LambdaCallback', (told) => followAll(callbacks.lambdaCallback(recorder(told)))),
  ordered('CallbackList', followList),
]
