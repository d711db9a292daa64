import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import { layers, models, optimizers } from '../index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'

let warnings: string[] = []
beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((message: string) => {
    warnings.push(message)
  })
})
afterEach(() => vi.restoreAllMocks())

const x = Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a, b]) => [a - 2 * b])
/** Batches of 4, 4 and 2. */
const options = { batchSize: 4, shuffle: false, verbose: 0 } as const

function twoLayers() {
  const base = models.sequential([layers.dense(3, { name: 'inner' })], { name: 'base' })
  const model = models.sequential([layers.input([2]), base, layers.dense(1, { name: 'head' })], { name: 'm' })
  model.compile({ loss: 'mse', optimizer: 'sgd' })
  /** Which of the four weights training changes. */
  const changedBy = async (train: () => Promise<unknown>) => {
    const values = () => Promise.all(model.weights.map(async (weight) => String(await weight.data())))
    const before = await values()
    await train()
    return (await values()).map((value, i) => value !== before[i])
  }
  return { base, model, changedBy }
}
const [all, headAlone] = [
  [true, true, true, true],
  [false, false, true, true],
]

describe('what is trainable', () => {
  it('counts from the next training on, without compile', async () => {
    const { base, model, changedBy } = twoLayers()
    expect(await changedBy(() => model.fit(x, y, options))).toEqual(all)
    base.trainable = false
    expect(await changedBy(() => model.fit(x, y, options))).toEqual(headAlone)
    expect(await changedBy(() => model.trainOnBatch(x.slice(0, 4), y.slice(0, 4)))).toEqual(headAlone)
    base.trainable = true
    expect(await changedBy(() => model.trainOnBatch(x.slice(0, 4), y.slice(0, 4)))).toEqual(all)
  })

  it('may be changed by a callback between epochs', async () => {
    const { base, model, changedBy } = twoLayers()
    base.trainable = false
    const kernel = base.weights[0]
    const seen: string[] = []
    const unfreezing = {
      async onEpochEnd(epoch: number) {
        seen.push(String(await kernel.data()))
        if (epoch === 1) base.trainable = true
      },
    }
    const fit = () => model.fit(x, y, { ...options, epochs: 3, callbacks: [unfreezing] })
    expect(await changedBy(fit)).toEqual(all)
    expect([seen[0] === seen[1], seen[1] === seen[2]]).toEqual([true, false])
  })

  it('may be changed after the last step, where averages of weights are kept', async () => {
    const { base, model, changedBy } = twoLayers()
    model.compile({ loss: 'mse', optimizer: optimizers.adam({ useEma: true }) })
    base.trainable = false
    const freeing = (saves: boolean) => ({
      async onEpochEnd() {
        base.trainable = true
        // Makes the slots of what is trainable now.
        if (saves) await model.toBytes('weights.h5')
      },
    })
    for (const saves of [false, true]) {
      base.trainable = false
      const fit = () => model.fit(x, y, { ...options, epochs: 1, callbacks: [freeing(saves)] })
      expect(await changedBy(fit)).toEqual(headAlone)
    }
  })

  it('may be a single weight', async () => {
    const { model, changedBy } = twoLayers()
    await model.fit(x, y, options)
    model.getLayer<layers.Dense>('head').weights[1].trainable = false
    expect(await changedBy(() => model.fit(x, y, options))).toEqual([true, true, true, false])
  })

  it('compiles nothing new as long as it stays', async () => {
    const { model } = twoLayers()
    const traced = vi.spyOn(model, 'trainStep')
    await model.fit(x, y, { ...options, epochs: 3 })
    await model.fit(x, y, options)
    // One step for batches of 4, one for the last.
    expect(traced).toHaveBeenCalledTimes(2)
  })

  it('is warned of where it is nothing', async () => {
    const { model, changedBy } = twoLayers()
    model.trainable = false
    expect(await changedBy(() => model.fit(x, y, options))).toEqual([false, false, false, false])
    expect(warnings).toEqual([
      expect.stringMatching(/Model 'm': has no weights that may be trained.*set their trainable to true/),
    ])
  })
})
