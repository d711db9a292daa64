import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as callbacks from '../../callbacks/index.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import { readEvents } from '../../testing/readEvents.js'
import { compareAll, type Measurement, type Named } from '../compare.js'
import { compareFit, type FitComparison } from '../compareFit.js'
import { weightsOf } from '../compareRun.js'
import { compareJson } from '../configs.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, type KerasObject, object, type Settings } from '../kerasObject.js'
import type { KerasPeer } from '../kerasPeer.js'
import { clusters, oneHot, perceptron } from '../perceptron.js'
import { floats, integers } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'
import { scriptedCases } from './scriptedCallbacks.js'

/** So few samples that the loss of validation soon rises again. */
const samples = 240

/** A network with an optimizer of its own for each run. */
function network(optimizer: () => optimizers.Optimizer, keras: KerasObject) {
  const { points, labels } = clusters(36, { rows: samples, features: 12, classes: 4 })
  const make = () => {
    const model = models.sequential(
      [
        layers.input([12]),
        layers.dense(32, { activation: 'relu' }),
        layers.dense(4, { activation: 'softmax' }),
      ],
      { seed: 6 },
    )
    model.compile({ loss: 'categorical_crossentropy', optimizer: optimizer(), metrics: ['accuracy'] })
    return model
  }
  const compile = { optimizer: keras, loss: 'categorical_crossentropy', metrics: ['accuracy'] }
  return { make, compile, x: points, y: oneHot(labels, 4) }
}

const adam = () =>
  network(() => optimizers.adam({ learningRate: 0.02 }), object('optimizers.Adam', { learning_rate: 0.02 }))

const fit: Settings = { epochs: 12, batch_size: 32, validation_split: 0.4 }

/** A fit with one callback, made from the same settings on both sides. */
const settingsCase = (
  name: string,
  settings: Settings,
  changes: Partial<FitComparison> = {},
): ConformanceCase => ({
  entries: [`callbacks.${name}`],
  name: describe(name, settings),
  run: (peer) =>
    compareFit(peer, {
      ...adam(),
      options: fit,
      callbacks: [object(`callbacks.${name}`, settings)],
      ...changes,
    }),
})

const rates = [0.05, 0.03, 0.02, 0.01, 0.005]

/** A user's own callback. */
class Rates extends callbacks.Callback<models.Model> {
  override onEpochBegin(epoch: number): void {
    if (this.model.optimizer) this.model.optimizer.learningRate = rates[epoch]
  }
}

/** The ways to set the learning rate of each epoch. */
const byRates: readonly ConformanceCase[] = Object.entries({
  LearningRateScheduler: () => callbacks.learningRateScheduler((epoch) => rates[epoch]),
  LambdaCallback: () =>
    callbacks.lambdaCallback({
      onEpochBegin(epoch) {
        const { optimizer } = this.model as models.Model
        if (optimizer) optimizer.learningRate = rates[epoch]
      },
    }),
  Callback: () => new Rates(),
}).map(([kind, make]) => ({
  entries: [`callbacks.${kind}`],
  name: `${kind} that sets the learning rate`,
  run: (peer) =>
    compareFit(peer, {
      ...adam(),
      options: { ...fit, epochs: rates.length },
      own: () => [make()],
      rates: { kind, rates },
    }),
}))

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-callbacks-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The file that is written: the same columns, and numbers as near as those of histories. */
const logged: ConformanceCase = {
  entries: ['callbacks.CSVLogger'],
  name: 'the file of a CSVLogger',
  run: (peer) =>
    inFolder(async (folder) => {
      const [ours, theirs] = [join(folder, 'gradus.csv'), join(folder, 'keras.csv')]
      const logger = object('callbacks.CSVLogger', { filename: theirs, separator: ';' })
      const own = () => [callbacks.csvLogger(ours, { separator: ';' })]
      const run = { ...adam(), options: { ...fit, epochs: 4 }, callbacks: [logger], own }
      const measured = await compareFit(peer, run)
      const [gradus, keras] = await Promise.all([ours, theirs].map(tableIn))
      const numbers = await compareAll(
        { 'numbers of the file': gradus.numbers },
        { 'numbers of the file': keras.numbers },
        async () => ({ 'numbers of the file': keras.numbers }),
        1e-4,
      )
      return [...measured, { ...compareJson(gradus.columns, keras.columns), what: 'columns' }, ...numbers]
    }),
}

async function tableIn(path: string): Promise<{ columns: string[]; numbers: HostTensor }> {
  const [columns, ...lines] = (await readFile(path, 'utf8'))
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(';'))
  return { columns, numbers: floats([lines.length, columns.length], lines.flat().map(Number)) }
}

/** The files that are kept: the same names, and in each, when Gradus has read it, the same weights. */
const checkpoints = (settings: Settings, file: string): ConformanceCase => ({
  entries: ['callbacks.ModelCheckpoint'],
  name: `${describe('ModelCheckpoint', settings)} as ${file}`,
  run: (peer) =>
    inFolder(async (folder) => {
      const [ours, theirs] = [join(folder, 'gradus'), join(folder, 'keras')]
      await mkdir(theirs)
      const keras = object('callbacks.ModelCheckpoint', { filepath: join(theirs, file), ...settings })
      const filepath = join(ours, file)
      const own = () => [makeObject(object('callbacks.ModelCheckpoint', { filepath, ...settings })) as object]
      const run = { ...adam(), options: { ...fit, epochs: 6 }, callbacks: [keras], own }
      const measured = await compareFit(peer, run)
      const names = await Promise.all([ours, theirs].map(async (path) => (await readdir(path)).sort()))
      const read = async (path: string): Promise<Named> => {
        const weights = await weightsIn(path, run.make)
        return Object.fromEntries(weights.map((weight, i) => [`${basename(path)}: weight ${i}`, weight]))
      }
      const files: Measurement[] = []
      for (const name of names[1]) {
        const [gradus, expected] = await Promise.all([read(join(ours, name)), read(join(theirs, name))])
        files.push(...(await compareAll(gradus, expected, async () => expected, 1e-4)))
      }
      return [...measured, { ...compareJson(names[0], names[1]), what: 'names of files' }, ...files]
    }),
})

async function weightsIn(path: string, make: () => models.Model): Promise<HostTensor[]> {
  if (!path.endsWith('.weights.h5')) return weightsOf(await models.loadModel(path))
  const model = make()
  await model.loadWeights(path)
  return weightsOf(model)
}

/** What TensorBoard shows: the same curves, point by point, of training and of validation. */
const shown: ConformanceCase = {
  entries: ['callbacks.TensorBoard'],
  name: 'the curves that TensorBoard writes',
  run: (peer) =>
    inFolder(async (folder) => {
      const [ours, theirs] = [join(folder, 'gradus'), join(folder, 'keras')]
      const keras = object('callbacks.TensorBoard', { log_dir: theirs, update_freq: 2 })
      const own = () => [callbacks.tensorBoard({ logDir: ours, updateFreq: 2 })]
      // Epochs of 6 batches, and 4 of validation: Keras leaves out those whose last batch is not among the ones that it writes.
      const options = { ...fit, epochs: 4, batch_size: 24 }
      const run = { ...adam(), options, callbacks: [keras], own }
      const measured = await compareFit(peer, run)
      const [gradus, expected] = await Promise.all([ours, theirs].map(curvesIn))
      return [
        ...measured,
        { ...compareJson(gradus.points, expected.points), what: 'points' },
        ...(await compareAll(gradus.values, expected.values, async () => expected.values, 1e-4)),
      ]
    }),
}

/** The scalars in the event files of a folder: their steps, and their values, under `run: tag`. */
async function curvesIn(folder: string): Promise<{ points: Record<string, number[]>; values: Named }> {
  const curves: Record<string, { readonly step: number; readonly value: number }[]> = {}
  for (const run of ['train', 'validation']) {
    for (const file of await readdir(join(folder, run))) {
      for (const { tag, plugin, step, elements } of readEvents(join(folder, run, file))) {
        if (plugin !== 'scalars') continue
        const name = `${run}: ${tag}`
        curves[name] = [...(curves[name] ?? []), { step, value: Number(elements[0]) }]
      }
    }
  }
  const sorted = Object.entries(curves).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    points: Object.fromEntries(sorted.map(([name, curve]) => [name, curve.map(({ step }) => step)])),
    values: Object.fromEntries(
      sorted.map(([name, curve]) => [
        name,
        floats(
          [curve.length],
          curve.map(({ value }) => value),
        ),
      ]),
    ),
  }
}

/** Training goes on from what was kept when it broke off. */
const restored: ConformanceCase = {
  entries: ['callbacks.BackupAndRestore'],
  name: 'BackupAndRestore after an interruption',
  run: (peer) =>
    inFolder((folder) =>
      compareFit(peer, {
        ...perceptronRun(),
        options: { epochs: 6, batch_size: 32 },
        callbacks: [object('callbacks.BackupAndRestore', { backup_dir: join(folder, 'keras') })],
        own: () => [callbacks.backupAndRestore(join(folder, 'gradus'))],
        interrupt: 3,
        // Gradus's history knows them, Keras's does not.
        except: ['epochs before the interruption'],
      }),
    ),
}

function perceptronRun() {
  const { compile, x, y } = perceptron(samples)
  return { make: () => perceptron(samples).model, compile, x, y }
}

/** From the third epoch on the steps are so large that the loss is not finite any more. */
function exploding() {
  const schedule = { boundaries: [11], values: [0.02, 1e25] }
  return network(
    () =>
      optimizers.sgd({
        learningRate: optimizers.schedules.piecewiseConstantDecay(schedule.boundaries, schedule.values),
      }),
    object('optimizers.SGD', {
      learning_rate: object('optimizers.schedules.PiecewiseConstantDecay', schedule),
    }),
  )
}

const averaged = () =>
  network(
    () => optimizers.adam({ learningRate: 0.02, useEma: true, emaMomentum: 0.9 }),
    object('optimizers.Adam', { learning_rate: 0.02, use_ema: true, ema_momentum: 0.9 }),
  )

const losses = [1, 0.8, 0.7, 0.72, 0.71, 0.69, 0.75, 0.74, 0.73, 0.72]

/** A training loop by hand, whose callbacks are told by a list of them. */
const told: ConformanceCase = {
  entries: ['callbacks.CallbackList'],
  name: 'a CallbackList told by hand, with EarlyStopping',
  async run(peer: KerasPeer): Promise<Measurement[]> {
    const settings = { monitor: 'loss', patience: 2 }
    const keras = await peer.ask<{ losses: HostTensor; epochs: HostTensor }>('told', {
      callbacks: [object('callbacks.EarlyStopping', settings)],
      losses,
    })
    const history = new callbacks.History()
    const list = new callbacks.CallbackList([callbacks.earlyStopping(settings)], [history])
    const { model } = perceptron(samples)
    list.begin(model, {
      epochs: losses.length,
      steps: 1,
      verbose: 0,
      output: { isTerminal: false, write() {} },
    })
    await list.during('Train', async () => {
      for (const [epoch, loss] of losses.entries()) {
        await list.tell('onEpochBegin', epoch)
        await list.tell('onEpochEnd', epoch, { loss })
        if (model.stopTraining) break
      }
      return {}
    })
    const gradus = {
      losses: floats([history.epoch.length], history.history.loss),
      epochs: integers([history.epoch.length], history.epoch),
    }
    return compareAll(gradus, { ...keras }, async () => ({ ...keras }))
  },
}

const listed = (...settings: Settings[]): readonly Settings[] => settings

export const callbackSuite: Suite = {
  name: 'callbacks',
  cases: [
    settingsCase('History', {}, { callbacks: [], options: { ...fit, batch_size: 50 } }),
    ...listed(
      { monitor: 'val_loss', patience: 2 },
      { monitor: 'val_loss', patience: 3, restore_best_weights: true },
      { monitor: 'val_accuracy', patience: 2, min_delta: 0.01, start_from_epoch: 2 },
      { monitor: 'loss', patience: 2, mode: 'min', baseline: 0.3 },
    ).map((settings) => settingsCase('EarlyStopping', settings)),
    ...listed(
      { monitor: 'val_loss', factor: 0.5, patience: 1 },
      { monitor: 'val_loss', factor: 0.2, patience: 1, cooldown: 2, min_lr: 0.002 },
      { monitor: 'accuracy', mode: 'max', factor: 0.3, patience: 1, min_delta: 0.02 },
    ).map((settings) => settingsCase('ReduceLROnPlateau', settings)),
    settingsCase('SwapEMAWeights', {}, averaged()),
    settingsCase('SwapEMAWeights', { swap_on_epoch: true }, averaged()),
    // Gradus takes the step that went wrong back, so its last epoch is that of the steps before.
    settingsCase('TerminateOnNaN', {}, { ...exploding(), except: ['last epoch', 'weights'] }),
    ...byRates,
    logged,
    checkpoints({ save_best_only: true, monitor: 'val_loss' }, 'best.keras'),
    checkpoints({ save_best_only: true, monitor: 'val_accuracy', initial_value_threshold: 0.5 }, 'best.h5'),
    checkpoints({ monitor: 'val_loss' }, 'epoch-{epoch:02d}.keras'),
    checkpoints({ save_weights_only: true, save_freq: 7 }, '{epoch}-{batch}.weights.h5'),
    shown,
    restored,
    told,
    ...scriptedCases,
  ],
}
