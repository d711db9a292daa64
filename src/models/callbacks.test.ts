import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  Callback,
  type CallbackLike,
  csvLogger,
  earlyStopping,
  type Logs,
  reduceLrOnPlateau,
  terminateOnNan,
} from '../callbacks/index.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { type Sequential, sequential } from './sequential.js'

const silent = { verbose: 0 } as const
const x = [[1], [2], [3], [4]]
const y = x.map(([value]) => [2 * value])

let executor = new ReferenceExecutor()
beforeEach(() => {
  executor = new ReferenceExecutor()
  useExecutor(executor)
  setRandomSeed(1)
})

const line = () => {
  const model = sequential([layers.input([1]), layers.dense(1, { kernelInitializer: 'zeros' })])
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.01 }) })
  return model
}

const moments = [
  ...['Train', 'Test', 'Predict'].flatMap((stage) => [
    `on${stage}Begin`,
    `on${stage}End`,
    `on${stage}BatchBegin`,
    `on${stage}BatchEnd`,
  ]),
  ...['onEpochBegin', 'onEpochEnd'],
]

/** Writes down all that it is told. */
function recorder(options: CallbackLike = {}): { readonly told: string[]; readonly callback: CallbackLike } {
  const told: string[] = []
  const hear = (moment: string) => (first: unknown) =>
    void told.push(typeof first === 'number' ? `${moment.slice(2)} ${first}` : moment.slice(2))
  return {
    told,
    callback: { ...options, ...Object.fromEntries(moments.map((moment) => [moment, hear(moment)])) },
  }
}

const fitOrder = [
  'TrainBegin',
  ...[0, 1].flatMap((epoch) => [
    `EpochBegin ${epoch}`,
    ...['TrainBatchBegin 0', 'TrainBatchEnd 0', 'TrainBatchBegin 1', 'TrainBatchEnd 1'],
    ...['TestBegin', 'TestBatchBegin 0', 'TestBatchEnd 0', 'TestEnd'],
    `EpochEnd ${epoch}`,
  ]),
  'TrainEnd',
]

describe('callbacks', () => {
  it("are told in Keras's order", async () => {
    const { told, callback } = recorder()
    const model = line()
    const options = { ...silent, batchSize: 2, callbacks: [callback] }
    await model.fit(x, y, { ...options, epochs: 2, validationData: [[[1]], [[2]]] })
    expect(told.splice(0)).toEqual(fitOrder)
    await model.evaluate(x, y, options)
    expect(told.splice(0)).toEqual([
      ...['TestBegin', 'TestBatchBegin 0', 'TestBatchEnd 0', 'TestBatchBegin 1', 'TestBatchEnd 1', 'TestEnd'],
    ])
    await model.predict(x, options)
    expect(told.splice(0)).toEqual([
      ...['PredictBegin', 'PredictBatchBegin 0', 'PredictBatchEnd 0', 'PredictBatchBegin 1'],
      ...['PredictBatchEnd 1', 'PredictEnd'],
    ])
  })

  it('that are safe are told of a batch while the next one is running', async () => {
    const { told, callback } = recorder({ asyncSafe: true })
    await line().fit(x, y, { ...silent, batchSize: 2, callbacks: [callback] })
    expect(told).toEqual([
      ...['TrainBegin', 'EpochBegin 0', 'TrainBatchBegin 0', 'TrainBatchBegin 1', 'TrainBatchEnd 0'],
      ...['TrainBatchEnd 1', 'EpochEnd 0', 'TrainEnd'],
    ])
  })

  it('find the model as the batch left it, and change what the next one does', async () => {
    const rates: number[] = []
    const kernels: number[] = []
    class Halve extends Callback<Sequential> {
      override async onTrainBatchEnd() {
        const [kernel] = await this.model.getWeights()
        kernels.push((await kernel.data())[0])
        const { optimizer } = this.model
        if (optimizer) optimizer.learningRate /= 2
      }
      override onTrainBatchBegin() {
        rates.push(this.model.optimizer?.learningRate ?? 0)
      }
    }
    const options = { ...silent, batchSize: 2, shuffle: false }
    await line().fit(x, y, { ...options, callbacks: [new Halve()] })
    expect(rates).toEqual([0.01, 0.005])
    const byHand = line()
    const steps: number[] = []
    for (const step of [0, 1]) {
      const [rows, targets] = [x, y].map((values) => values.slice(2 * step, 2 * step + 2))
      await byHand.trainOnBatch(rows, targets)
      steps.push((await (await byHand.getWeights())[0].data())[0])
      if (byHand.optimizer) byHand.optimizer.learningRate /= 2
    }
    expect(kernels).toEqual(steps)
  })

  it('leave steps overlapping, unless they are told of batches and are not safe', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'gradus-overlap-')), 'log.csv')
    let [running, most] = [0, 0]
    const compile = executor.compile.bind(executor)
    executor.compile = async (step) => {
      const program = await compile(step)
      return {
        ...program,
        run: async (inputs) => {
          most = Math.max(most, ++running)
          const results = await program.run(inputs)
          // As a device would, it is not done at once.
          await new Promise((resolve) => setTimeout(resolve, 1))
          running--
          return results
        },
      }
    }
    const mostWith = async (...callbacks: CallbackLike[]) => {
      most = 0
      await line().fit(x, y, { ...silent, batchSize: 1, epochs: 2, validationSplit: 0.25, callbacks })
      return most
    }
    const quiet = [
      earlyStopping({ patience: 9, restoreBestWeights: true }),
      reduceLrOnPlateau(),
      csvLogger(file),
      terminateOnNan(),
    ]
    expect(await mostWith()).toBe(2)
    expect(await mostWith(...quiet)).toBe(2)
    expect(await mostWith({ asyncSafe: true, onTrainBatchEnd: () => {} })).toBe(2)
    expect(await mostWith({ onTrainBatchEnd: () => {} })).toBe(1)
    rmSync(dirname(file), { recursive: true })
  })

  it('know the run', async () => {
    class Asks extends Callback {
      override onTrainBegin() {
        expect(this.model).toBe(model)
        expect(this.params).toMatchObject({ epochs: 3, steps: 2, verbose: 0 })
      }
    }
    const model = line()
    await model.fit(x, y, { ...silent, batchSize: 2, epochs: 3, callbacks: [new Asks()] })
  })

  it('add to the logs what History and callbacks behind see', async () => {
    const seen: Logs[] = []
    const { history } = await line().fit(x, y, {
      ...silent,
      callbacks: [
        { onEpochEnd: (epoch, logs) => (logs.extra = epoch + 0.5) },
        { onEpochEnd: (_, logs) => void seen.push({ ...logs }) },
      ],
    })
    expect(history.extra).toEqual([0.5])
    expect(seen[0].extra).toBe(0.5)
  })

  it('leave the progress bar on a line of its own when they fail', async () => {
    const written: string[] = []
    const output = { isTerminal: true, columns: 80, write: (text: string) => written.push(text) }
    const onTrainBatchEnd = (batch: number) => {
      if (batch === 1) throw new Error('boom')
    }
    const options = { batchSize: 1, verbose: 1, output, callbacks: [{ onTrainBatchEnd }] } as const
    await expect(line().fit(x, y, options)).rejects.toThrow('boom')
    expect(written.join('')).toMatch(/1\/4.*loss: [^\n]*\n$/)
  })

  it('may add numbers alone', async () => {
    const callback: CallbackLike = {
      name: 'notes',
      onEpochEnd: (_, logs) => void Object.assign(logs, { note: 'warm' }),
    }
    await expect(line().fit(x, y, { ...silent, callbacks: [callback] })).rejects.toThrow(
      /expected numbers in logs, received 'warm' under 'note' after notes/,
    )
  })

  it('may evaluate the model when an epoch begins and ends, awaited or not: training goes on as without', async () => {
    const options = { ...silent, batchSize: 2, epochs: 3, seed: 4 }
    const expected = await line().fit(x, y, options)
    const model = line()
    const found: number[] = []
    const look = async () => {
      const { loss } = await model.evaluate(x, y, silent)
      found.push(loss)
    }
    const after: CallbackLike = { onEpochEnd: (epoch) => (epoch === 1 ? void look() : look()) }
    const history = await model.fit(x, y, {
      ...{ ...options, callbacks: [{ onEpochBegin: look }, after] },
      ...{ validationData: [x, y] as const },
    })
    expect(history.history.loss).toEqual(expected.history.loss)
    const measured = history.history.val_loss
    expect(found.filter((_, i) => i % 2 === 1)).toEqual(measured)
    expect(found.filter((_, i) => i % 2 === 0).slice(1)).toEqual(measured.slice(0, 2))
  })

  it('may not train it, nor evaluate it twice at a time or amid an epoch', async () => {
    const refused = async (callback: (model: Sequential) => CallbackLike) => {
      const model = line()
      await expect(model.fit(x, y, { ...silent, callbacks: [callback(model)] })).rejects.toThrow(
        /was called while (fit|evaluate) of the same model is under way.*when an epoch begins or ends/,
      )
    }
    await refused((model) => ({ onEpochEnd: () => model.fit(x, y, silent) }))
    await refused((model) => ({ onTrainBatchEnd: () => model.evaluate(x, y, silent) }))
    await refused((model) => ({
      onEpochEnd: () => Promise.all([model.evaluate(x, y, silent), model.evaluate(x, y, silent)]),
    }))
  })

  it('end training by stopTraining after the batch under way, whose epoch ends as ever', async () => {
    const { told, callback } = recorder()
    const model = line()
    const stop: CallbackLike = { onTrainBatchEnd: () => (model.stopTraining = true) }
    const { epoch } = await model.fit(x, y, {
      ...{ ...silent, batchSize: 2, epochs: 5 },
      ...{ callbacks: [stop, callback], validationData: [[[1]], [[2]]] as const },
    })
    expect(epoch).toEqual([0])
    expect(told).toEqual([
      ...['TrainBegin', 'EpochBegin 0', 'TrainBatchBegin 0', 'TrainBatchEnd 0'],
      ...['TestBegin', 'TestBatchBegin 0', 'TestBatchEnd 0', 'TestEnd', 'EpochEnd 0', 'TrainEnd'],
    ])
  })

  it('are told the end of training by a signal, and its reason', async () => {
    const controller = new AbortController()
    const failures: unknown[] = []
    const callback: CallbackLike = {
      onEpochEnd: () => controller.abort(new Error('enough')),
      onTrainEnd: (_, failure) => void failures.push(failure),
    }
    const run = line().fit(x, y, { ...silent, epochs: 9, signal: controller.signal, callbacks: [callback] })
    await expect(run).rejects.toThrow('enough')
    expect(failures).toEqual([new Error('enough')])
  })

  it.each([
    'onTrainBegin',
    'onEpochBegin',
    'onTrainBatchBegin',
    'onTrainBatchEnd',
    'onTestEnd',
    'onEpochEnd',
  ])('end training with what they throw in %s, after which the model is usable', async (moment) => {
    const ends: unknown[] = []
    const failure = new Error(`in ${moment}`)
    const model = line()
    const callbacks: CallbackLike[] = [
      { onTrainEnd: (_, reason) => void ends.push(reason) },
      {
        [moment]: async () => {
          throw failure
        },
      },
    ]
    const run = model.fit(x, y, { ...silent, batchSize: 2, validationSplit: 0.5, callbacks })
    await expect(run).rejects.toBe(failure)
    expect(ends).toEqual([failure])
    expect((await model.fit(x, y, silent)).epoch).toEqual([0])
  })

  it('that are wrong are errors before anything is looked at', async () => {
    await expect(
      line().fit(x, y, { ...silent, callbacks: [{ onEpochFinish() {} } as object] }),
    ).rejects.toThrow(/has a method onEpochFinish/)
    await expect(line().evaluate(x, y, { ...silent, callbacks: {} as never })).rejects.toThrow(
      /expected a list/,
    )
  })
})
