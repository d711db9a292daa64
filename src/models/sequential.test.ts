import { describe, expect, it } from 'vitest'
import { relu } from '../activations/relu.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import { resetNames } from '../utils/naming.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { deserializeModel } from './deserialize.js'
import { Sequential, sequential } from './sequential.js'

const hosts = (model: Sequential) => model.weights.map((weight) => Array.from(weight.host ?? []))

describe('sequential', () => {
  it('is built at once when the input is known', () => {
    resetNames()
    const byLayer = sequential([layers.input([4]), layers.dense(3), layers.dense(2)])
    const byOption = sequential([layers.dense(3, { inputShape: [4] }), layers.dense(2)])
    for (const model of [byLayer, byOption]) {
      expect(model.built).toBe(true)
      expect(model.countParams()).toBe(4 * 3 + 3 + 3 * 2 + 2)
      expect(model.builtInputShape).toEqual([null, 4])
      expect(model.outputShape).toEqual([null, 2])
      expect(model.layers).toHaveLength(2)
    }
    expect([byLayer.name, byOption.name]).toEqual(['sequential', 'sequential_1'])
  })

  it('is built later when it is not', () => {
    const model = sequential([layers.dense(3), layers.dense(2)])
    expect(model.built).toBe(false)
    model.build([null, 4])
    expect(model.countParams()).toBe(23)
    const other = sequential([layers.dense(3)])
    expect(other(sampleTensor([5, 4])).shape).toEqual([5, 3])
    expect(other.countParams()).toBe(15)
  })

  it('gives what its last layer gives, several arrays too', async () => {
    const both = layers.bidirectional(layers.simpleRnn(2), { mergeMode: null, name: 'both' })
    const model = sequential([layers.input([3, 2]), both as unknown as layers.Layer])
    expect(model.outputPlaces.names).toEqual(['both_1', 'both_2'])
    const x = sampleTensor([4, 3, 2])
    const outputs = (await model.predict(x)) as unknown as readonly Tensor[]
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [4, 2],
      [4, 2],
    ])
    model.compile({ loss: 'mse', optimizer: 'sgd' })
    const target = sampleTensor([4, 2], 2)
    const { history } = await model.fit(x, [target, target] as never, { verbose: 0 })
    expect(history.loss[0]).toBeCloseTo(history.both_1_loss[0] + history.both_2_loss[0], 5)
  })

  it('grows by add, keeping weights, and shrinks by pop', () => {
    const model = sequential()
    model.add(layers.input([4]))
    model.add(layers.dense(3))
    const [kernel] = model.weights
    model.add(layers.dense(2, { name: 'last' }))
    expect(model.weights[0]).toBe(kernel)
    expect(model.outputShape).toEqual([null, 2])
    expect(model.pop()?.name).toBe('last')
    expect(model.outputShape).toEqual([null, 3])
  })

  it('trains with another last layer, without compile, with loss and metrics settled anew', async () => {
    const model = sequential([layers.input([2]), layers.dense(4), layers.dense(1, { activation: 'sigmoid' })])
    model.compile({ loss: 'crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
    const x = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i)])
    const options = { batchSize: 6, verbose: 0 } as const
    await model.fit(
      x,
      x.map(([a]) => [Number(a > 0)]),
      options,
    )
    expect(model.metrics.map(({ className }) => className)).toEqual(['Mean', 'BinaryAccuracy'])
    const { optimizer } = model
    const slots = optimizer?.variablesFor(model.layers[0].weights)
    model.pop()
    model.add(layers.dense(3, { activation: 'softmax' }))
    const classes = x.map((_, i) => i % 3)
    await model.fit(x, classes, options)
    expect(Object.keys(await model.evaluate(x, classes, { verbose: 0 }))).toEqual(['accuracy', 'loss'])
    expect(model.metrics.map(({ className }) => className)).toEqual(['Mean', 'SparseCategoricalAccuracy'])
    // What stayed goes on with its state.
    const after = model.optimizer?.variablesFor(model.layers[0].weights)
    expect(after?.map((slot, i) => slot === slots?.[i])).toEqual([true, true, true, true, true])
    expect([...((await optimizer?.iterations.data()) ?? [])]).toEqual([2])
  })

  it('draws weights by its seed, by list or by add', () => {
    const list = () => [layers.input([4]), layers.dense(3), layers.dense(2)]
    const first = hosts(sequential(list(), { seed: 3 }))
    const grown = sequential([], { seed: 3 })
    for (const layer of list()) grown.add(layer)
    expect(hosts(grown)).toEqual(first)
    expect(hosts(sequential(list(), { seed: 4 }))).not.toEqual(first)
    setRandomSeed(3)
    const global = hosts(sequential(list()))
    setRandomSeed(3)
    expect(hosts(sequential(list()))).toEqual(global)
  })

  it('is a layer itself', () => {
    const inner = sequential([layers.input([4]), layers.dense(3)], { name: 'inner' })
    const outer = sequential([inner, layers.dense(2)])
    expect(outer.built).toBe(true)
    expect(outer.weights.slice(0, 2)).toEqual(inner.weights)
    inner.trainable = false
    expect(outer.trainableWeights).toHaveLength(2)
  })

  it('survives a config round trip', () => {
    const model = sequential(
      [
        layers.input([6, 6, 1]),
        layers.conv2d(2, 3, { activation: 'relu' }),
        layers.flatten(),
        layers.dense(2),
      ],
      { name: 'net' },
    )
    const config = JSON.parse(JSON.stringify(model.getConfig()))
    const again = deserializeModel({ class_name: 'Sequential', config })
    expect(again).toBeInstanceOf(Sequential)
    expect(() => Sequential.fromConfig()).toThrow(/Write models.deserialize\(\{ class_name: 'Sequential'/)
    expect(again.getConfig()).toEqual(model.getConfig())
    expect(again.countParams()).toBe(model.countParams())
  })

  it('says what is wrong with a list', () => {
    expect(() => sequential([relu as never])).toThrow(
      /expected a layer such as layers.dense\(10\), received the function relu \(is a call missing\?\)/,
    )
    expect(() => sequential([layers.flatten({ name: 'a' }), layers.flatten({ name: 'a' })])).toThrow(
      /named 'a' already/,
    )
    expect(() => sequential([layers.flatten(), layers.input([3])])).toThrow(/must be the first/)
    expect(() => sequential().build([null, 3])).toThrow(/has no layers/)
    expect(() => sequential([layers.input([28, 28]), layers.conv2d(3, 3, { name: 'c' })])).toThrow(
      /Layer 'c' \(Conv2D\): expected an input of rank 4/,
    )
    expect(() => sequential([layers.input([4]), layers.dense(1)]).build([null, 5])).toThrow(
      /expected size 4 on axis 1/,
    )
  })
})
