import { beforeEach, describe, expect, it } from 'vitest'
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

  it('refuses a generator that is used up, naming the fix', async () => {
    await expect(line().fit(batches(2), { ...silent, epochs: 2 })).rejects.toThrow(
      /x gave no batch in pass 2: a generator can be gone through only once. Give the function/,
    )
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
