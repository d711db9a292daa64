import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Logs } from '../callbacks/callback.js'
import { NumericError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { sequential } from './sequential.js'

const silent = { verbose: 0 } as const
let executor = new ReferenceExecutor()
beforeEach(() => {
  executor = new ReferenceExecutor()
  useExecutor(executor)
})

const line = (learningRate = 0.05) => {
  const model = sequential([
    layers.input([1]),
    layers.dense(1, { kernelInitializer: 'zeros', biasInitializer: 'zeros' }),
  ])
  model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate }) })
  return model
}
const x = [-2, -1, 0, 1, 2, 3].map((value) => [value])
const y = x.map(([value]) => [2 * value + 1])
const weightsOf = async (model: ReturnType<typeof line>) =>
  Promise.all((await model.getWeights()).map(async (weight) => Array.from(await weight.data())))

/** Batches of `size`, in order. */
function* batches(size: number) {
  for (let begin = 0; begin < x.length; begin += size) {
    yield [x.slice(begin, begin + size), y.slice(begin, begin + size)] as const
  }
}

describe('training on batches', () => {
  it('is the same as on arrays that are not shuffled', async () => {
    const [whole, streamed, asynchronous] = [line(), line(), line()]
    const { history } = await whole.fit(x, y, { ...silent, batchSize: 4, epochs: 3, shuffle: false })
    const sync = await streamed.fit(() => batches(4), { ...silent, epochs: 3 })
    const async = await asynchronous.fit(
      async function* () {
        for (const [bx, by] of batches(4)) yield { x: tensor(bx), y: by }
      },
      { ...silent, epochs: 3 },
    )
    expect(sync.history).toEqual(history)
    expect(async.history).toEqual(history)
    expect(await weightsOf(streamed)).toEqual(await weightsOf(whole))
  })

  it('goes on through epochs of a number of steps', async () => {
    let made = 0
    const endless = function* () {
      for (;;) {
        made++
        yield [[[made]], [[0]]] as const
      }
    }
    const model = line(0)
    const { history, params } = await model.fit(endless(), { ...silent, epochs: 3, stepsPerEpoch: 4 })
    expect(history.loss).toHaveLength(3)
    expect(params?.steps).toBe(4)
    expect(made).toBe(12)
  })

  it('takes anything that can be iterated over again', async () => {
    const list = { [Symbol.iterator]: () => batches(2) }
    const { history } = await line().fit(list, { ...silent, epochs: 2 })
    expect(history.loss[1]).toBeLessThan(history.loss[0])
    expect(executor.statistics.programsCompiled).toBe(1)
  })

  it('validates on batches, some or all', async () => {
    const model = line(0)
    const options = { ...silent, epochs: 2, validationData: () => batches(4) }
    const all = await model.fit(() => batches(4), options)
    expect(all.history.val_loss[0]).toBeCloseTo((await model.evaluate(x, y, silent)).loss, 4)
    const some = await model.fit(() => batches(4), { ...options, validationSteps: 1 })
    const first = await model.evaluate(x.slice(0, 4), y.slice(0, 4), silent)
    expect(some.history.val_loss).toEqual([first.loss, first.loss])
    const seldom = await model.fit(() => batches(4), { ...options, epochs: 4, validationFreq: 2 })
    expect(seldom.history.val_loss).toHaveLength(2)
  })

  it('takes weights', async () => {
    const model = line(0)
    const weighted = () => [[x, y, x.map((_, i) => i)] as const]
    const expected = await model.evaluate(x, y, { ...silent, sampleWeight: x.map((_, i) => i) })
    expect((await model.fit(weighted, silent)).history.loss[0]).toBeCloseTo(expected.loss, 4)
  })

  it('says what is wrong with a batch, and with none', async () => {
    const model = line()
    await expect(model.fit(() => [], silent)).rejects.toThrow(/expected batches in x, received none/)
    await expect(model.fit(() => ['batch'] as never, silent)).rejects.toThrow(
      /expected each batch as \[x, y\]/,
    )
    await expect(model.fit(() => [[[[1, 2]], [[1]]]] as never, silent)).rejects.toThrow(
      /x of a batch of x of shape \[null, 1\], received \[1, 2\]/,
    )
    await expect(model.fit(() => batches(2), { ...silent, validationSplit: 0.5 })).rejects.toThrow(
      /cannot be split/,
    )
    await expect(model.fit((() => 5) as never, silent)).rejects.toThrow(/iterable/)
  })
})

describe('beside a stream', () => {
  // Types refuse it already; plain JavaScript does not.
  const open = () =>
    line(0) as unknown as Record<'fit' | 'evaluate' | 'predict', (...given: unknown[]) => Promise<unknown>>
  const stream = () => batches(2)

  it('labels are refused', async () => {
    await expect(open().fit(stream, y)).rejects.toThrow(/fit: expected no y beside a stream/)
    await expect(open().fit(stream(), tensor(y), silent)).rejects.toThrow(/fit: expected no y/)
    await expect(open().fit(stream, { out: y }, silent)).rejects.toThrow(/fit: expected no y/)
    await expect(open().evaluate(stream, y, silent)).rejects.toThrow(/evaluate: expected no y/)
    await open().fit(stream, null, silent)
    await open().evaluate(stream, undefined, silent)
  })

  it('sampleWeight is refused, and classWeight taken', async () => {
    const weights = { ...silent, sampleWeight: [1, 2] }
    await expect(open().fit(stream, weights)).rejects.toThrow(
      /no sampleWeight .* batches \[x, y, sampleWeight\]/,
    )
    await expect(open().evaluate(stream, weights)).rejects.toThrow(/evaluate: expected no sampleWeight/)
    const classes = () => [
      [
        [[0], [0]],
        [[0], [1]],
      ] as const,
    ]
    const [plain, weighted] = [line(0), line(0)]
    const { history } = await plain.fit(classes, silent)
    const doubled = await weighted.fit(classes, { ...silent, classWeight: { 1: 2 } })
    expect(doubled.history.loss[0]).toBeCloseTo(2 * history.loss[0], 5)
  })

  it('batchSize is refused, unless data in memory is validated with it', async () => {
    const sized = { ...silent, batchSize: 2 }
    for (const method of ['fit', 'evaluate', 'predict'] as const) {
      await expect(open()[method](stream, sized)).rejects.toThrow(
        `${method}: expected no batchSize beside a stream`,
      )
    }
    await open().fit(stream, { ...sized, validationData: [x, y] })
    const unread = { ...sized, validationData: [x, y], validationBatchSize: 3 }
    await expect(open().fit(stream, unread)).rejects.toThrow(/fit: expected no batchSize/)
  })
})

describe('evaluate and predict on batches', () => {
  it('give what arrays give, with three Programs at most', async () => {
    const model = line(0)
    const sizes = () => [5, 1, 2, 3, 4, 5].map((size) => [x.slice(0, size), y.slice(0, size)] as const)
    await model.evaluate(sizes().values(), silent)
    await model.predict(
      sizes()
        .map(([bx]) => [bx] as const)
        .values(),
      silent,
    )
    expect(executor.statistics.programsCompiled).toBeLessThanOrEqual(6)
    const part = await model.evaluate(sizes().values(), { ...silent, steps: 2 })
    const whole = await model.evaluate([...x.slice(0, 5), x[0]], [...y.slice(0, 5), y[0]], silent)
    expect(part.loss).toBeCloseTo(whole.loss, 4)
    const predicted = await model.predict(() => batches(4), silent)
    expect(await predicted.array()).toEqual(await (await model.predict(x, silent)).array())
  })
})

describe('a stream that runs out of batches', () => {
  const warnings = () => vi.spyOn(console, 'warn').mockImplementation(() => {})
  afterEach(() => void vi.restoreAllMocks())

  /** So many batches of one sample. */
  function* five() {
    for (let i = 0; i < 5; i++) yield [[x[i]], [y[i]]] as const
  }

  it('ends training with a warning, after an epoch of the steps that were left', async () => {
    const warn = warnings()
    const model = line(0)
    const ends: number[] = []
    const { epoch, history } = await model.fit(five(), {
      ...{ ...silent, stepsPerEpoch: 2, epochs: 4, validationData: [x, y] },
      callbacks: [{ onTrainEnd: (logs: Logs) => void ends.push(logs.loss) }],
    })
    expect(epoch).toEqual([0, 1, 2])
    expect(history.loss).toHaveLength(3)
    expect(history.val_loss).toHaveLength(3)
    const [last] = [await model.evaluate([x[4]], [y[4]], silent)]
    expect(history.loss[2]).toBeCloseTo(last.loss, 4)
    expect(ends).toEqual([history.loss[2]])
    expect(warn).toHaveBeenCalledOnce()
    expect(warn.mock.calls[0][0]).toMatch(
      /x ran out of batches in epoch 3 of 4, after 1 of 2 steps; .* give the function .* or let it give stepsPerEpoch batches for each epoch/,
    )
  })

  it('leaves out an epoch without steps', async () => {
    const warn = warnings()
    const told: string[] = []
    const note = {
      onEpochEnd: (epoch: number) => void told.push(`epoch ${epoch}`),
      onTrainEnd: (logs: Logs) => void told.push(`end ${Object.keys(logs)}`),
    }
    const { epoch } = await line().fit(five(), { ...silent, stepsPerEpoch: 5, epochs: 3, callbacks: [note] })
    expect(epoch).toEqual([0])
    expect(told).toEqual(['epoch 0', 'end loss'])
    expect(warn.mock.calls[0][0]).toMatch(/in epoch 2 of 3, after 0 of 5 steps/)
  })

  it('is a generator that was given for several epochs', async () => {
    const warn = warnings()
    const { epoch } = await line().fit(five(), { ...silent, epochs: 2 })
    expect(epoch).toEqual([0])
    expect(warn.mock.calls[0][0]).toMatch(/in epoch 2 of 2, before its first step; .* or set stepsPerEpoch/)
  })

  it('is not one that ends with the last step, nor one that begins again', async () => {
    const warn = warnings()
    const once = await line().fit(five(), { ...silent, stepsPerEpoch: 5 })
    const again = await line().fit(five, { ...silent, stepsPerEpoch: 2, epochs: 5 })
    expect([once.epoch.length, again.epoch.length]).toEqual([1, 5])
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('a stream that is left before its end', () => {
  let closed = 0
  beforeEach(() => {
    closed = 0
  })
  /** Batches without an end, whose file, as it were, is closed when they are. */
  function* fromFile() {
    try {
      for (;;) yield* batches(2)
    } finally {
      closed++
    }
  }

  it('is closed by evaluate and predict', async () => {
    await line().evaluate(fromFile, { ...silent, steps: 2 })
    expect(closed).toBe(1)
    await line().predict(fromFile(), { ...silent, steps: 2 })
    expect(closed).toBe(2)
  })

  it('is closed after each validation, but for a generator object, which goes on in the next', async () => {
    const options = { ...silent, epochs: 3, validationSteps: 1 }
    const closedBefore: number[] = []
    const note = { onEpochBegin: () => void closedBefore.push(closed) }
    await line().fit(() => batches(2), { ...options, validationData: fromFile, callbacks: [note] })
    expect(closedBefore).toEqual([0, 1, 2])
    expect(closed).toBe(3)
    const model = line(0)
    const { history } = await model.fit(() => batches(2), { ...options, validationData: fromFile() })
    const losses: number[] = []
    for (const [bx, by] of batches(2)) losses.push((await model.evaluate(bx, by, silent)).loss)
    expect(history.val_loss).toEqual(losses)
    expect(closed).toBe(4)
  })

  it('is closed when the fit ends, through all epochs of which training went on', async () => {
    const closedAfter: number[] = []
    const note = { onEpochEnd: () => void closedAfter.push(closed) }
    await line().fit(fromFile, { ...silent, epochs: 3, stepsPerEpoch: 2, callbacks: [note] })
    expect(closedAfter).toEqual([0, 0, 0])
    expect(closed).toBe(1)
  })

  it('is closed when stopTraining, a callback, a step or the signal ends the run', async () => {
    const model = line()
    const stop = { onTrainBatchEnd: () => (model.stopTraining = true) }
    await model.fit(fromFile, { ...silent, callbacks: [stop] })
    expect(closed).toBe(1)
    const fail = {
      onTrainBatchEnd() {
        throw new Error('full disk')
      },
    }
    await expect(model.fit(fromFile, { ...silent, callbacks: [fail] })).rejects.toThrow('full disk')
    expect(closed).toBe(2)
    const infinite = function* () {
      yield [[[1]], [[Number.POSITIVE_INFINITY]]] as const
      yield* fromFile()
    }
    await expect(model.fit(infinite, silent)).rejects.toThrow(NumericError)
    expect(closed).toBe(3)
    const controller = new AbortController()
    const abort = { onTrainBatchEnd: () => controller.abort(new Error('enough')) }
    const options = { ...silent, callbacks: [abort], signal: controller.signal }
    await expect(model.fit(fromFile, options)).rejects.toThrow('enough')
    expect(closed).toBe(4)
  })

  it('is closed where the run ends before its first step', async () => {
    const options = { ...silent, validationData: fromFile }
    await expect(line().fit(() => [], options)).rejects.toThrow(/received none/)
    expect(closed).toBe(1)
  })

  it('is closed once, and not at all at its end or after an error of its own', async () => {
    let returned = 0
    const counting = (next: () => IteratorResult<readonly [number[][], number[][]]>) => ({
      [Symbol.iterator]: () => ({
        next,
        return: () => {
          returned++
          return { done: true as const, value: undefined }
        },
      }),
    })
    const [batch] = batches(2)
    const endless = counting(() => ({ done: false, value: [batch[0], batch[1]] }))
    await line().fit(endless, { ...silent, stepsPerEpoch: 1, validationData: endless, validationSteps: 1 })
    expect(returned).toBe(2)
    const source = [batch].values()
    const ending = counting(() => source.next() as IteratorResult<[number[][], number[][]]>)
    await line().fit(ending, silent)
    const failing = counting(() => {
      throw new Error('no such file')
    })
    await expect(line().fit(failing, silent)).rejects.toThrow('no such file')
    expect(returned).toBe(2)
  })

  it('is named as the failure where it cannot be closed, unless the run has failed before', async () => {
    const unclosable = (batch: readonly number[][][]) => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: batch }),
        return() {
          throw new Error('cannot be closed')
        },
      }),
    })
    const [whole, wrong] = [unclosable([x, y]), unclosable([[[1, 2]], [[1]]])] as never[]
    await expect(line().evaluate(wrong, { ...silent, steps: 1 })).rejects.toThrow(/shape/)
    await expect(line().evaluate(whole, { ...silent, steps: 1 })).rejects.toThrow('cannot be closed')
  })
})

describe('a signal', () => {
  /** One batch, and then none for ever. */
  async function* stuck() {
    yield [x, y] as const
    await new Promise(() => {})
  }
  const soon = () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 20)
    return { ...silent, signal: controller.signal }
  }

  it('ends waiting for a batch, and leaves the model usable', async () => {
    const model = line()
    await expect(model.fit(stuck, soon())).rejects.toThrow('enough')
    await expect(model.evaluate(stuck, soon())).rejects.toThrow('enough')
    await expect(model.predict(stuck(), soon())).rejects.toThrow('enough')
    const validation = { ...soon(), validationData: stuck }
    await expect(model.fit(() => batches(2), validation)).rejects.toThrow('enough')
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    await expect(model.fit(never, soon())).rejects.toThrow('enough')
    await model.fit(x, y, silent)
  })

  it('comes after the step under way, which counts', async () => {
    const [aborted, whole] = [line(), line()]
    let steps = 0
    const count = { asyncSafe: true, onTrainBatchEnd: () => void steps++ }
    await expect(aborted.fit(stuck, { ...soon(), callbacks: [count] })).rejects.toThrow('enough')
    expect(steps).toBe(1)
    await whole.fit(() => [[x, y]], silent)
    expect(await weightsOf(aborted)).toEqual(await weightsOf(whole))
  })

  it('closes the stream that is waited for, when that goes on', async () => {
    let goOn = () => {}
    let isClosed = false
    const waiting = async function* () {
      try {
        yield [x, y] as const
        await new Promise<void>((resolve) => (goOn = resolve))
        yield [x, y] as const
      } finally {
        isClosed = true
      }
    }
    await expect(line().fit(waiting, soon())).rejects.toThrow('enough')
    expect(isClosed).toBe(false)
    goOn()
    await new Promise((resolve) => setTimeout(resolve))
    expect(isClosed).toBe(true)
  })

  it('keeps no listener for each batch', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners++
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners--
      remove(...given)
    }
    await line().fit(() => batches(2), { ...silent, signal })
    expect(listeners).toBe(0)
  })
})

describe('progress', () => {
  it('shows that the end is not known', async () => {
    const lines: string[] = []
    const output = { isTerminal: false, write: (text: string) => lines.push(text) }
    await line().fit(() => batches(2), { epochs: 1, output })
    expect(lines.join('')).toMatch(/^3\/3 - 0s - .*loss/)
  })
})

describe('steps per epoch of arrays', () => {
  it('go on where the epoch before ended', async () => {
    const [whole, parts] = [line(), line()]
    await whole.fit(x, y, { ...silent, batchSize: 2, epochs: 2, seed: 3 })
    const { history } = await parts.fit(x, y, {
      ...silent,
      batchSize: 2,
      epochs: 3,
      stepsPerEpoch: 2,
      seed: 3,
    })
    expect(history.loss).toHaveLength(3)
    expect(await weightsOf(parts)).toEqual(await weightsOf(whole))
  })
})
