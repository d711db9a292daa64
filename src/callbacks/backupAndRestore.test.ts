import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import * as layers from '../layers/index.js'
import * as metrics from '../metrics/index.js'
import type { FitOptions } from '../models/fit.js'
import { Model, type StepLogs } from '../models/model.js'
import { stateVariables } from '../models/modelState.js'
import { type Sequential, sequential } from '../models/sequential.js'
import type { StepBatch } from '../models/stepBatch.js'
import type { TrainingStep } from '../models/trainingStep.js'
import * as ops from '../ops/index.js'
import * as optimizers from '../optimizers/index.js'
import { joinBytes } from '../saving/storedArray.js'
import { exponentialDecay } from '../schedules/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { type BackupAndRestoreOptions, backupAndRestore } from './backupAndRestore.js'
import { Callback, type CallbackLike, type Logs } from './callback.js'
import { csvLogger } from './csvLogger.js'
import { earlyStopping } from './earlyStopping.js'
import { reduceLrOnPlateau } from './reduceLrOnPlateau.js'
import { decodeState, encodeState } from './trainingStateFile.js'

const silent = { verbose: 0 } as const
let folder = ''
beforeEach(async () => {
  useExecutor(new ReferenceExecutor())
  folder = join(await mkdtemp(join(tmpdir(), 'gradus-backup-')), 'backup')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

/** Points in the plane, labelled by their quadrant's sign. */
const x = Array.from({ length: 14 }, (_, i) => [Math.cos(i * 2.4), Math.sin(i * 2.4)])
const y = x.map(([a, b]) => Number(a * b > 0))

/** All kinds of state: dropout, moving statistics, Adam's slots, a metric that is made when it sees its first batch. */
function network(optimizer: optimizers.Optimizer = optimizers.adam({ learningRate: 0.05 })) {
  const model = sequential(
    [
      layers.input([2]),
      layers.dense(5, { activation: 'tanh' }),
      layers.batchNormalization(),
      layers.dropout(0.4),
      layers.dense(2, { activation: 'softmax' }),
    ],
    { seed: 3 },
  )
  model.compile({
    loss: 'sparse_categorical_crossentropy',
    optimizer,
    metrics: ['accuracy', new metrics.SparseTopKCategoricalAccuracy({ k: 1 })],
  })
  return model
}

/** All that a model would go on from. */
async function stateOf(model: Model): Promise<Record<string, number[]>> {
  const values = [...stateVariables(model as never)].map(
    async ([name, variable]) => [name, Array.from(await variable.data())] as const,
  )
  return Object.fromEntries(await Promise.all(values))
}

interface Run {
  readonly model?: () => Model
  readonly options: FitOptions<Tensor, Tensor>
  readonly data?: () => readonly [x: never, y?: never]
  readonly callbacks?: () => CallbackLike[]
  readonly backup?: BackupAndRestoreOptions
}

/** Runs `fit` in what stands for a process of its own: nothing is left of an earlier one but the folder. */
async function start(run: Run, extra: CallbackLike[] = [], signal?: AbortSignal) {
  const model = (run.model ?? network)()
  const [given, labels] = run.data?.() ?? [x as never, y as never]
  const kept = run.backup ? [backupAndRestore(folder, run.backup)] : []
  // In front of the others: what it keeps must not depend on its place.
  const callbacks = [...kept, ...(run.callbacks?.() ?? []), ...extra]
  const options = { ...silent, ...run.options, signal, callbacks }
  const { history, epoch } = await (labels === undefined
    ? model.fit(given, options as never)
    : model.fit(given, labels, options as never))
  return { state: await stateOf(model), history, epoch }
}

class Crash extends Error {}

/** Ends a run in the middle, as if it were killed: after so many steps. */
const crashAfter = (steps: number): CallbackLike => {
  let left = steps
  return {
    name: 'crash',
    // The next step may be running already, as it is in most runs.
    asyncSafe: true,
    onTrainBatchEnd() {
      if (--left === 0) throw new Crash()
    },
  }
}

/** Ends a run by its signal after so many steps. */
function abortAfter(steps: number): { readonly callback: CallbackLike; readonly signal: AbortSignal } {
  const controller = new AbortController()
  let left = steps
  const onTrainBatchEnd = () => {
    if (--left === 0) controller.abort(new Crash())
  }
  return { callback: { name: 'abort', asyncSafe: true, onTrainBatchEnd }, signal: controller.signal }
}

/** Four steps of four samples an epoch, the last of two; three epochs. */
const options: FitOptions<Tensor, Tensor> = { batchSize: 4, epochs: 3, seed: 5, validationSplit: 0 }

it('writes its state after the files of which the state tells', async () => {
  const found: string[][] = []
  const states = async () => (await readdir(folder)).filter((name) => !/lock/.test(name))
  const checkpoint: CallbackLike = { filesWritten: async () => void found.push(await states()) }
  const backup = backupAndRestore(folder, { deleteCheckpoint: false })
  await network().fit(x, y, { ...silent, epochs: 1, callbacks: [backup, checkpoint] })
  expect(found).toEqual([[]])
  expect(await states()).not.toEqual([])
})

describe('a run that was interrupted by its signal', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 11, 12])('after step %i ends as if it had not been', async (steps) => {
    const run: Run = { options: { ...options, validationData: [x, y] }, backup: {} }
    const whole = await start({ ...run, backup: undefined })
    const { callback, signal } = abortAfter(steps)
    await expect(start(run, [callback], signal)).rejects.toBeInstanceOf(Crash)
    expect(await start(run)).toEqual(whole)
  })

  it('has ended after the steps that were under way', async () => {
    const { callback, signal } = abortAfter(1)
    let told = 0
    const counting = { asyncSafe: true, onTrainBatchEnd: () => void told++ }
    await expect(start({ options, backup: {} }, [callback, counting], signal)).rejects.toBeInstanceOf(Crash)
    expect(told).toBe(2)
  })

  it('saves nothing where there was no step yet', async () => {
    const controller = new AbortController()
    const abort: CallbackLike = { onTrainBegin: () => controller.abort(new Crash()) }
    await expect(start({ options, backup: {} }, [abort], controller.signal)).rejects.toBeInstanceOf(Crash)
    expect(existsSync(join(folder, 'latest.safetensors'))).toBe(false)
  })
})

describe('a run that crashed', () => {
  it.each([
    ['epoch', 6],
    ['epoch', 8],
    ['epoch', 9],
    [1, 3],
    [1, 4],
    [3, 5],
    [3, 7],
    [5, 12],
  ] as const)('with saveFreq %s, in step %i, ends as if it had not', async (saveFreq, steps) => {
    const run: Run = { options: { ...options, validationData: [x, y] }, backup: { saveFreq } }
    const whole = await start({ ...run, backup: undefined })
    await expect(start(run, [crashAfter(steps)])).rejects.toBeInstanceOf(Crash)
    expect(existsSync(join(folder, 'latest.safetensors'))).toBe(true)
    expect(await start(run)).toEqual(whole)
  })

  it('goes on several times', async () => {
    const run: Run = { options, backup: { saveFreq: 2 } }
    const whole = await start({ ...run, backup: undefined })
    for (const steps of [3, 1, 5, 2]) {
      await expect(start(run, [crashAfter(steps)])).rejects.toBeInstanceOf(Crash)
    }
    expect(await start(run)).toEqual(whole)
  })
})

/** Crashes a run in several places, and compares each with one that was left alone. */
async function expectResumable(run: Omit<Run, 'backup'>, crashes: readonly number[], saveFreq = 1) {
  const whole = await start(run)
  for (const steps of crashes) {
    const kept = { ...run, backup: { saveFreq } }
    await expect(start(kept, [crashAfter(steps)])).rejects.toBeInstanceOf(Crash)
    expect(await start(kept), `after step ${steps}`).toEqual(whole)
  }
  return whole
}

describe('what a run goes on from', () => {
  it('is the order of samples and all else that is random, without a seed too', async () => {
    const run: Run = { options: { ...options, seed: undefined }, backup: { deleteCheckpoint: false } }
    await start(run)
    const first = await start(run)
    // All epochs are done: a run that goes on from the end has nothing to do, and ends with the same.
    expect(await start(run)).toEqual(first)
    expect(first.epoch).toEqual([0, 1, 2])
  })

  it('is the split of validation data', async () => {
    await expectResumable(
      { options: { ...options, validationSplit: 0.3, validationSplitBy: 'shuffled' } },
      [2, 3, 7],
    )
  })

  it('is the place in data whose epochs are a number of steps', async () => {
    await expectResumable({ options: { ...options, stepsPerEpoch: 3 } }, [1, 3, 4, 8])
    await expectResumable({ options: { ...options, stepsPerEpoch: 5 } }, [1, 5, 6, 13])
  })

  it('is the place in a stream', async () => {
    const batches = function* () {
      for (let begin = 0; begin < x.length; begin += 4)
        yield [x.slice(begin, begin + 4), y.slice(begin, begin + 4)]
    }
    await expectResumable(
      { options: { epochs: 3, seed: 5 }, data: () => [batches as never] },
      [1, 3, 4, 7, 8],
    )
    const endless = function* () {
      for (;;) yield* batches()
    }
    const counted = { epochs: 3, stepsPerEpoch: 3, seed: 5 }
    await expectResumable({ options: counted, data: () => [endless() as never] }, [1, 3, 4, 8])
  })

  it('is the optimizer, with a schedule, accumulated gradients and averages', async () => {
    const made = [
      () => optimizers.sgd({ learningRate: exponentialDecay(0.1, 2, 0.5), momentum: 0.9 }),
      () => optimizers.adamw({ gradientAccumulationSteps: 3, useEma: true, emaMomentum: 0.5 }),
    ]
    for (const make of made) await expectResumable({ options, model: () => network(make()) }, [2, 4, 5, 11])
  })

  it('is a learning rate that callbacks change, and what they remember', async () => {
    class Halve extends Callback {
      private epochs = 0
      override onEpochBegin() {
        const { optimizer } = this.model
        if (optimizer && ++this.epochs > 1) optimizer.learningRate /= 2
      }
      override getState() {
        return {
          epochs: this.epochs,
          odd: [Number.NaN, -0, Number.NEGATIVE_INFINITY],
          weights: [Float32Array.of(1, 2)],
        }
      }
      override setState(state: {
        readonly epochs: number
        readonly odd: readonly number[]
        readonly weights: unknown[]
      }) {
        this.epochs = state.epochs
        expect(state.odd).toEqual([Number.NaN, -0, Number.NEGATIVE_INFINITY])
        expect(state.weights).toEqual([Float32Array.of(1, 2)])
      }
    }
    class PerBatch extends Callback {
      override onTrainBatchEnd() {
        const { optimizer } = this.model
        if (optimizer) optimizer.learningRate *= 0.9
      }
    }
    await expectResumable({ options, callbacks: () => [new Halve(), new PerBatch()] }, [1, 3, 4, 5, 8, 9])
  })

  it('is what callbacks have made trainable, with the slots of all weights that were trained', async () => {
    class Unfreezing extends Callback<Sequential> {
      override onTrainBegin(): void {
        this.set(0, false)
      }
      override onEpochBegin(epoch: number): void {
        if (epoch === 1) this.set(0, true)
      }
      // In the middle of an epoch: for the next one.
      override onTrainBatchEnd(batch: number): void {
        if (batch === 1 && this.model.layers[0].trainable) this.set(3, false)
      }
      private set(i: number, trainable: boolean): void {
        this.model.layers[i].trainable = trainable
      }
    }
    const run = {
      model: () => {
        const model = network(optimizers.nadam({ learningRate: 0.05 }))
        model.layers[0].trainable = false
        return model
      },
      options: { ...options, batchSize: 5 },
      callbacks: () => [new Unfreezing()],
    }
    await expectResumable(run, [1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('is a state of older versions too, in which slots had numbers', async () => {
    const run: Run = { options, backup: { saveFreq: 1 } }
    const whole = await start({ ...run, backup: undefined })
    await expect(start(run, [crashAfter(6)])).rejects.toBeInstanceOf(Crash)
    const path = join(folder, 'latest.safetensors')
    const { trainable: _, variables, ...state } = decodeState(await readFile(path), path)
    let count = 0
    const numbered = [...variables].map(
      ([name, array]) => [name.startsWith('optimizer/') ? `optimizer/${count++}` : name, array] as const,
    )
    await writeFile(path, joinBytes(encodeState({ ...state, variables: new Map(numbered) })))
    expect(await start(run)).toEqual(whole)
  })

  it("is what Gradus's own callbacks remember", async () => {
    const log = join(folder, '..', 'log.csv')
    const validated = { ...options, epochs: 8, validationData: [x, y] as [number[][], number[]] }
    const read = () => readFile(log, 'utf8')
    const callbacks = () => [
      earlyStopping({ monitor: 'val_loss', patience: 2, restoreBestWeights: true }),
      reduceLrOnPlateau({ monitor: 'loss', patience: 1, factor: 0.7 }),
      csvLogger(log),
    ]
    const run: Run = {
      options: validated,
      callbacks,
      model: () => network(optimizers.adam({ learningRate: 0.4 })),
    }
    const whole = await start(run)
    const rows = await read()
    // Training ends early, and the learning rate was lowered: both have something to remember.
    expect(whole.epoch.length).toBeLessThan(8)
    expect(new Set(whole.history.learning_rate).size).toBeGreaterThan(1)
    for (const steps of [3, 5, 9, 12, 13, 4 * whole.epoch.length]) {
      const kept = { ...run, backup: { saveFreq: 3 } }
      await expect(start(kept, [crashAfter(steps)])).rejects.toBeInstanceOf(Crash)
      expect(await start(kept), `after step ${steps}`).toEqual(whole)
      expect(await read()).toBe(rows)
    }
  })

  it('is whatever else the step reads', async () => {
    class Own extends Model {
      private readonly dense = layers.dense(1, { kernelInitializer: 'ones' })
      private readonly smooth = new Variable([0], [], { name: 'smooth' })
      readonly factor = new Variable([1], [], { name: 'factor' })
      override call(inputs: Tensor): Tensor {
        return this.dense.invoke(inputs)
      }
      override trainStep(batch: StepBatch, step: TrainingStep): StepLogs {
        const loss = ops.multiply(
          ops.mean(ops.square(ops.subtract(batch.y, this.call(batch.x)))),
          this.factor.value(),
        )
        step.minimize(loss)
        this.smooth.assign(ops.add(ops.multiply(this.smooth.value(), 0.5), loss))
        return { loss, smooth: this.smooth.value() }
      }
    }
    const targets = y.map((value) => [value])
    const anneal = (): CallbackLike => {
      let model: Own | undefined
      return {
        setModel: (followed) => {
          model = followed as unknown as Own
        },
        async onEpochEnd() {
          const [factor] = (await model?.factor.data()) ?? []
          model?.factor.write([factor * 0.5])
        },
      }
    }
    const make = () => {
      const model = new Own({ name: 'own' })
      model.compile({ optimizer: 'sgd' })
      return model as unknown as Model
    }
    await expectResumable(
      {
        options,
        model: make,
        data: () => [x as never, targets as never],
        callbacks: () => [anneal()],
      },
      [1, 3, 4, 6],
    )
  })

  it('is that training was to end', async () => {
    class Stop extends Callback {
      override onEpochEnd(epoch: number) {
        if (epoch === 1) this.model.stopTraining = true
      }
    }
    const stopped: Run = { options, callbacks: () => [new Stop()], backup: { deleteCheckpoint: false } }
    const whole = await start(stopped)
    expect(whole.epoch).toEqual([0, 1])
    expect(await start(stopped)).toEqual(whole)
  })

  it('is the epoch, so that more of them can follow', async () => {
    const whole = await start({ options })
    const shorter: Run = { options: { ...options, epochs: 2 }, backup: { deleteCheckpoint: false } }
    await start(shorter)
    expect(await start({ ...shorter, options })).toEqual(whole)
  })
})

describe('the folder', () => {
  it('is not written only to be deleted', async () => {
    let written = 0
    const files: CallbackLike = { filesWritten: async () => void written++ }
    await start({ options, backup: {} }, [files])
    // Of three epochs.
    expect(written).toBe(2)
    await start({ options, backup: { deleteCheckpoint: false } }, [files])
    expect(written).toBe(2 + 3)
  })

  it('is deleted when training has ended well, unless other files are in it', async () => {
    await start({ options, backup: {} })
    expect(existsSync(folder)).toBe(false)
    await start({ options: { ...options, epochs: 1 }, backup: { deleteCheckpoint: false } })
    expect(await readdir(folder)).toEqual(['latest.safetensors'])
    await writeFile(join(folder, 'notes.txt'), 'mine')
    await start({ options, backup: {} })
    expect(await readdir(folder)).toEqual(['notes.txt'])
  })

  it('is left alone by a run that fails', async () => {
    await expect(start({ options, backup: { saveFreq: 1 } }, [crashAfter(3)])).rejects.toBeInstanceOf(Crash)
    expect(await readdir(folder)).toEqual(['latest.safetensors'])
  })

  it('is used by one run at a time', async () => {
    const other: CallbackLike = {
      async onEpochEnd() {
        await expect(start({ options, backup: {} })).rejects.toThrow(
          new RegExp(
            `${folder}: is in use by process ${process.pid}, this one. Wait for it, end it, or take another folder.`,
          ),
        )
      },
    }
    await start({ options, backup: {} }, [other])
    expect.assertions(3)
  })

  it('says what cannot be a folder or a frequency', () => {
    expect(() => backupAndRestore('')).toThrow(/BackupAndRestore: expected the path of a folder, received ''/)
    expect(() => backupAndRestore('a', { saveFreq: 0 })).toThrow(
      /saveFreq 'epoch' or a number of batches of at least 1/,
    )
  })
})

describe('a state that cannot be gone on from', () => {
  const latest = () => join(folder, 'latest.safetensors')
  const previous = () => join(folder, 'previous.safetensors')
  const keep = async (
    backup: BackupAndRestoreOptions = { saveFreq: 1 },
    model = network,
    given = options,
  ) => {
    await expect(start({ options: given, backup, model }, [crashAfter(6)])).rejects.toBeInstanceOf(Crash)
    return readFile(latest())
  }
  const small = (units: number, activation: layers.Layer) =>
    sequential([
      layers.input([2]),
      layers.dense(units),
      activation,
      layers.dense(2, { activation: 'softmax' }),
    ])
  const compiled = (model: ReturnType<typeof small>, optimizer: 'sgd' | 'adam' = 'sgd') => {
    model.compile({ loss: 'sparse_categorical_crossentropy', optimizer })
    return model
  }

  it.each([
    ['layers', () => compiled(small(5, layers.dropout(0.1))), /its layer 2 is Activation, here Dropout/],
    [
      'shapes',
      () => compiled(small(6, layers.activation('relu'))),
      /'layers\/dense\/kernel': expected float32 \[2, 6\].* found float32 \[2, 5\].* To begin anew, take another folder/,
    ],
    [
      'optimizer',
      () => compiled(small(5, layers.activation('relu')), 'adam'),
      /its optimizer 1 is SGD, here Adam/,
    ],
  ])('is one of a model with other %s; it stays as it is', async (_what, other, message) => {
    const bytes = await keep({ saveFreq: 1 }, () => compiled(small(5, layers.activation('relu'))))
    const before = other()
    const weights = await stateOf(before)
    await expect(start({ options, backup: {}, model: () => before })).rejects.toThrow(message)
    await expect(start({ options, backup: {}, model: other })).rejects.toThrow(latest())
    expect(await readFile(latest())).toEqual(bytes)
    expect(await stateOf(before)).toMatchObject(
      Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith('layers'))),
    )
  })

  it('is one from the middle of an epoch of other batches; between epochs they may change', async () => {
    await keep()
    const other = { ...options, batchSize: 5 }
    await expect(start({ options: other, backup: {} })).rejects.toThrow(
      /from the middle of an epoch of 4 samples a batch, and here are 5/,
    )
    await rm(folder, { recursive: true })
    await keep({ saveFreq: 'epoch' })
    expect((await start({ options: other, backup: {} })).epoch).toEqual([0, 1, 2])
  })

  it('is one that is cut off; the one before it, where it was kept, is taken with a warning', async () => {
    await keep()
    await truncate(latest(), 1000)
    await expect(start({ options, backup: {} })).rejects.toThrow(
      /latest.safetensors: .* There is no state before it \(doubleCheckpoint keeps one\). To begin anew, delete it/,
    )
    expect((await readFile(latest())).length).toBe(1000)
    await rm(folder, { recursive: true })

    const whole = await start({ options })
    await keep({ saveFreq: 1, doubleCheckpoint: true })
    expect(existsSync(previous())).toBe(true)
    await truncate(latest(), 1000)
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await start({ options, backup: { doubleCheckpoint: true } })).toEqual(whole)
    expect(warn.mock.calls[0][0]).toMatch(/Training goes on from the state before it, .*previous.safetensors/)
    expect(existsSync(folder)).toBe(false)
  })

  it('is not there, since the process was killed between two names: the one before it is taken', async () => {
    const whole = await start({ options })
    await keep({ saveFreq: 1, doubleCheckpoint: true })
    await rm(latest())
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await start({ options, backup: {} })).toEqual(whole)
    expect(warn).not.toHaveBeenCalled()
    expect(existsSync(folder)).toBe(false)
  })

  it('is another file of its name', async () => {
    await keep()
    await writeFile(latest(), 'something else')
    await expect(start({ options, backup: {} })).rejects.toThrow(/latest.safetensors: is no safetensors file/)
  })

  it('goes on with its own seed, and on another target, with a warning', async () => {
    const whole = await start({ options })
    await keep()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await start({ options: { ...options, seed: 99 }, backup: {} })).toEqual(whole)
    expect(warn.mock.calls[0][0]).toMatch(/goes on with the seed that .* was begun with; seed 99 is not used/)
    await keep()
    const executor = new ReferenceExecutor()
    vi.spyOn(executor, 'statistics', 'get').mockReturnValue({ ...executor.statistics, target: 'another' })
    useExecutor(executor)
    expect(await start({ options, backup: {} })).toEqual(whole)
    expect(warn.mock.calls[1][0]).toMatch(
      /was begun with reference \(float64\) and goes on with another \(float64\): its results will not be the same bit/,
    )
  })
})

describe('writing', () => {
  it('goes on beside training, with no more than one file at a time', async () => {
    const logs: Logs[] = []
    const backup = backupAndRestore(folder, { saveFreq: 2 })
    const model = network()
    await model.fit(x, y, {
      ...silent,
      ...options,
      callbacks: [backup, { asyncSafe: true, onTrainBatchEnd: (_batch, log) => void logs.push(log) }],
    })
    expect(logs).toHaveLength(12)
    expect(existsSync(folder)).toBe(false)
  })

  it('that fails ends training with its error', async () => {
    const model = network()
    const callbacks: CallbackLike[] = [
      backupAndRestore(folder, { saveFreq: 1 }),
      { onEpochBegin: () => rm(folder, { recursive: true, force: true }) },
    ]
    await expect(model.fit(x, y, { ...silent, ...options, callbacks })).rejects.toThrow(
      /latest.safetensors: there is no folder/,
    )
  })
})
