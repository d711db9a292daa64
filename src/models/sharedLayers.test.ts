import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { tensor } from '../ops/tensor.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import * as models from './index.js'

/** Files that the real Keras wrote, and reads no more itself; `makeSpecialFiles.py` in this folder made them. */
const folder = resolve(fileURLToPath(import.meta.url), '../../../src/testing/kerasFiles')
const expected = JSON.parse(readFileSync(join(folder, 'special.json'), 'utf8'))
const names = ['shared_with_inner', 'shared_before_inner', 'shared_by_siblings']

const valuesOf = async (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async (each) => [...(await each.data())]))

describe('Layers that models share', () => {
  it.each(names)("%s: Keras's file is read, and trained as Keras trains the model", async (name) => {
    const x = tensor(Float32Array.from(expected.x), { shape: [4, 3] })
    const { parameters, before, after } = expected[name]
    const model = await models.loadModel(join(folder, `${name}.keras`))
    expect(model.countParams()).toBe(parameters)
    const distance = async (numbers: readonly number[]) => {
      const data = await (await model.predict(x)).data()
      return Math.max(...numbers.map((value, i) => Math.abs(value - data[i])))
    }
    expect(await distance(before)).toBeLessThan(1e-6)
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, x)
    expect(await distance(after)).toBeLessThan(1e-5)
  })

  /** One layer in front of a model, twice, in the model, in a chain, and in a model inside of the model. */
  function make() {
    const shared = layers.dense(3, { activation: 'tanh', name: 'shared' })
    const chain = models.sequential([layers.input([3]), layers.dense(3), shared], { name: 'chain' })
    const deepest = layers.input([3])
    const deep = models.functional({ inputs: deepest, outputs: shared(shared(deepest)), name: 'deep' })
    const inside = layers.input([3])
    const inner = models.functional({
      inputs: inside,
      outputs: layers.add([deep(inside), shared(inside), chain(inside)]),
      name: 'inner',
    })
    const inputs = layers.input([3])
    const outputs = layers.add([inner(shared(shared(inputs))), chain(inputs), inner(inputs)])
    const model = models.functional({ inputs, outputs, name: 'outer' })
    model.compile({ loss: 'mse', optimizer: 'adam' })
    return model
  }
  const given = sampleTensor([4, 3])

  it.each(['keras', 'h5'] as const)('are one again when the model is read from .%s', async (format) => {
    const model = make()
    await model.trainOnBatch(given, given)
    const loaded = await models.loadModel(await model.toBytes(format))
    expect(loaded.countParams()).toBe(model.countParams())
    expect(loaded.getConfig()).toEqual(model.getConfig())
    for (let step = 0; step < 2; step++) {
      expect(await valuesOf(await loaded.getWeights())).toEqual(await valuesOf(await model.getWeights()))
      expect(await loaded.trainOnBatch(given, given)).toEqual(await model.trainOnBatch(given, given))
    }
  })

  it('are one in a copy', async () => {
    const model = make()
    const copy = models.cloneModel(model)
    expect(copy.countParams()).toBe(model.countParams())
    copy.setWeights(await model.getWeights())
    expect(await valuesOf([await copy.predict(given)])).toEqual(await valuesOf([await model.predict(given)]))
  })
})
