import { describe, expect, expectTypeOf, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import type { Config } from '../utils/config.js'
import { resetNames } from '../utils/naming.js'
import type { CustomObjects } from '../utils/registration.js'
import { deserializeModel } from './deserialize.js'
import { type Functional, functional } from './functional.js'
import { sequential } from './sequential.js'

/** The functional model of a config. */
const fromConfig = (config: Config, custom?: CustomObjects) =>
  deserializeModel({ class_name: 'Functional', config }, custom) as unknown as Functional<
    never,
    layers.Tensors
  >

const values = (x: Tensor) => Array.from(referenceValues(x))

/** The course's wide and deep network. */
function wideAndDeep() {
  resetNames()
  const wide = layers.input([5], { name: 'wide_input' })
  const deep = layers.input([6], { name: 'deep_input' })
  const hidden1 = layers.dense(30, { activation: 'relu' })(deep)
  const hidden2 = layers.dense(30, { activation: 'relu' })(hidden1)
  const concat = layers.concatenate([wide, hidden2])
  const main = layers.dense(1, { name: 'main_output' })(concat)
  const aux = layers.dense(1, { name: 'aux_output' })(hidden2)
  return functional({ inputs: [wide, deep], outputs: [main, aux] })
}

describe('functional', () => {
  it('computes its layers in the order of the graph', () => {
    const model = wideAndDeep()
    const [wide, deep] = [sampleTensor([3, 5]), sampleTensor([3, 6])]
    const [main, aux] = model([wide, deep])
    const by = (name: string) => model.getLayer(name) as unknown as layers.Layer
    const hidden = by('dense_1')(by('dense')(deep))
    expect(values(aux)).toEqual(values(by('aux_output')(hidden)))
    expect(values(main)).toEqual(values(by('main_output')(layers.concatenate([wide, hidden]))))
  })

  it("has Keras's names, order of layers and of weights", () => {
    const model = wideAndDeep()
    expect(model.name).toBe('functional')
    expect(model.layers.map(({ name }) => name)).toEqual([
      'deep_input',
      'dense',
      'wide_input',
      'dense_1',
      'concatenate',
      'main_output',
      'aux_output',
    ])
    expect(model.inputPlaces.names).toEqual(['wide_input', 'deep_input'])
    expect(model.outputPlaces.names).toEqual(['main_output', 'aux_output'])
    expect(model.weights.map(({ name }) => name)).toEqual(
      ['dense', 'dense_1', 'main_output', 'aux_output'].flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    )
    expect(model.countParams()).toBe(1207)
    expect(model.built).toBe(true)
  })

  it('takes and gives one, lists and objects, typed as such', () => {
    const [a, b] = [layers.input([2], { name: 'a' }), layers.input([2], { name: 'b' })]
    const [sum, product] = [layers.add([a, b]), layers.multiply([a, b])]
    const one = functional({ inputs: a, outputs: layers.dense(1)(a) })
    const list = functional({ inputs: [a, b], outputs: [sum, product] })
    const object = functional({ inputs: { a, b }, outputs: { sum, product } })
    expectTypeOf(one).toEqualTypeOf<Functional<Tensor, Tensor>>()
    expectTypeOf(list).toEqualTypeOf<Functional<readonly [Tensor, Tensor], readonly [Tensor, Tensor]>>()
    expectTypeOf(object).toEqualTypeOf<
      Functional<
        { readonly a: Tensor; readonly b: Tensor },
        { readonly sum: Tensor; readonly product: Tensor }
      >
    >()
    const [x, y] = [tensor([[1, 2]]), tensor([[3, 4]])]
    expect(list([x, y]).map(values)).toEqual([
      [4, 6],
      [3, 8],
    ])
    expect(list({ b: y, a: x } as unknown as readonly [Tensor, Tensor]).map(values)).toEqual([
      [4, 6],
      [3, 8],
    ])
    expect(values(object({ a: x, b: y }).product)).toEqual([3, 8])
    expect(list.outputShape).toEqual([
      [null, 2],
      [null, 2],
    ])
    expect(object.outputShape).toEqual({ sum: [null, 2], product: [null, 2] })
  })

  it('shares layers that are called several times', () => {
    const [a, b] = [layers.input([4]), layers.input([4])]
    const embed = layers.dense(3, { name: 'embed' })
    const model = functional({ inputs: [a, b], outputs: layers.subtract([embed(a), embed(b)]) })
    expect(model.weights).toHaveLength(2)
    const x = sampleTensor([2, 4])
    expect(values(model([x, x]))).toEqual([0, 0, 0, 0, 0, 0])
    expect(model.graph.isChain).toBe(false)
  })

  it('takes models as layers, and parts of models as models', () => {
    const inner = sequential([layers.input([4]), layers.dense(3, { name: 'd', activation: 'tanh' })], {
      name: 'inner',
    })
    const x = layers.input([4])
    const outer = functional({ inputs: x, outputs: layers.dense(2, { name: 'last' })(inner(x)) })
    expect(outer.layers.map(({ className }) => className)).toEqual(['InputLayer', 'Sequential', 'Dense'])
    expect(outer.trainableWeights).toHaveLength(4)
    inner.trainable = false
    expect(outer.trainableWeights).toHaveLength(2)

    const features = functional({
      inputs: inner.input,
      outputs: inner.getLayer('d').output as layers.SymbolicTensor,
    })
    const data = sampleTensor([2, 4])
    expect(values(features(data))).toEqual(values(inner(data)))

    const head = functional({
      inputs: inner.calls[0].outputs as layers.SymbolicTensor,
      outputs: outer.output,
    })
    expect(head.inputPlaces.names).toEqual(['inner_input'])
    expect(values(head(inner(data)))).toEqual(values(outer(data)))
  })

  it('keeps the options of calls', () => {
    const x = layers.input([100])
    const dropped = functional({ inputs: x, outputs: layers.dropout(0.5)(x, { training: true }) })
    const kept = functional({ inputs: x, outputs: layers.dropout(0.5)(x, { training: false }) })
    const data = tensor(new Float32Array(100).fill(1), { shape: [1, 100] })
    expect(values(dropped(data))).toContain(0)
    expect(values(kept(data, { training: true }))).not.toContain(0)
  })

  it('takes functions of ops as layers', () => {
    const [a, b] = [layers.input([2]), layers.input([2])]
    const doubled = layers.lambda((x) => multiply(x, 2))(a)
    const difference = layers.lambda(([x, y]: readonly Tensor[]) => subtract(x, y))([doubled, b])
    const model = functional({ inputs: [a, b], outputs: difference })
    expect(values(model([tensor([[1, 2]]), tensor([[1, 1]])]))).toEqual([1, 3])
    expect(model.outputShape).toEqual([null, 2])
  })

  it('knows shapes of other inputs', () => {
    const x = layers.input([null, null, 3])
    const pooled = layers.globalAveragePooling2d()(layers.conv2d(4, 3)(x))
    const model = functional({ inputs: x, outputs: layers.dense(2)(pooled) })
    expect(model.outputShape).toEqual([null, 2])
    for (const size of [5, 8]) expect(model(sampleTensor([2, size, size, 3])).shape).toEqual([2, 2])
    const convolved = functional({ inputs: x, outputs: layers.conv2d(4, 3)(x) })
    expect(convolved.computeOutputShape([null, 10, 12, 3])).toEqual([null, 8, 10, 4])
  })
})

describe('a graph that is none', () => {
  const [a, b] = [layers.input([3], { name: 'a' }), layers.input([3], { name: 'b' })]

  it('is disconnected', () => {
    const sum = layers.add([a, b])
    expect(() => functional({ inputs: a, outputs: sum, name: 'm' })).toThrow(ArgumentError)
    expect(() => functional({ inputs: a, outputs: sum, name: 'm' })).toThrow(
      /Model 'm': the graph is disconnected. Layer 'add\w*' depends on the input 'b' \[null, 3\], which is not among the inputs \(a\)/,
    )
  })

  it('has two layers of one name, one input twice, or none', () => {
    const twice = layers.dense(1, { name: 'd' })(layers.dense(2, { name: 'd' })(a))
    expect(() => functional({ inputs: a, outputs: twice })).toThrow(/two layers have the name 'd'/)
    expect(() => functional({ inputs: [a, a], outputs: layers.dense(1)(a) })).toThrow(
      /received one of them twice/,
    )
    expect(() => functional({ inputs: [], outputs: layers.dense(1)(a) })).toThrow(/at least one input/)
    expect(() => functional({ inputs: a, outputs: layers.dense(1) as never })).toThrow(
      /<Dense name=dense\w*, built=false> \(is a call missing\?\)/,
    )
    expect(() => functional({ inputs: a, outputs: tensor([1]) as never })).toThrow(ArgumentError)
  })

  it('is fed what does not fit', () => {
    const model = functional({ inputs: [a, b], outputs: layers.add([a, b]), name: 'm' })
    const x = sampleTensor([2, 3])
    expect(() => model([x] as never)).toThrow(
      /Model 'm': inputs: expected a list of 2 arrays, in the order a, b/,
    )
    expect(() => model([x, sampleTensor([2, 4])])).toThrow(ShapeError)
    expect(() => model([x, sampleTensor([2, 4])])).toThrow(
      /Layer 'b' \(InputLayer\): expected size 3 on axis 1/,
    )
    expect(() => model([x, sampleTensor([2, 3, 1])])).toThrow(
      /Layer 'b' \(InputLayer\): expected an input of rank 2/,
    )
    expect(() => model.getLayer('c')).toThrow(/has no layer 'c'/)
  })
})

describe('the config of a functional model', () => {
  const roundTrip = (model: Functional<never, layers.Tensors>) =>
    fromConfig(JSON.parse(JSON.stringify(model.getConfig())))
  type Open = Functional<never, layers.Tensors>

  it("is Keras 3's", () => {
    const config = wideAndDeep().getConfig() as unknown as {
      layers: { name: string; module: string; build_config: unknown; inbound_nodes: unknown[] }[]
    }
    expect(config).toMatchObject({
      name: 'functional',
      trainable: true,
      input_layers: [
        ['wide_input', 0, 0],
        ['deep_input', 0, 0],
      ],
      output_layers: [
        ['main_output', 0, 0],
        ['aux_output', 0, 0],
      ],
    })
    expect(config.layers.map(({ inbound_nodes }) => inbound_nodes.length)).toEqual([0, 1, 0, 1, 1, 1, 1])
    const history = (shape: unknown, ...address: unknown[]) => ({
      class_name: '__keras_tensor__',
      config: { shape, dtype: 'float32', keras_history: address },
    })
    expect(config.layers[4]).toMatchObject({
      module: 'keras.layers',
      class_name: 'Concatenate',
      registered_name: null,
      build_config: {
        input_shape: [
          [null, 5],
          [null, 30],
        ],
      },
      name: 'concatenate',
      inbound_nodes: [
        {
          args: [[history([null, 5], 'wide_input', 0, 0), history([null, 30], 'dense_1', 0, 0)]],
          kwargs: {},
        },
      ],
    })
  })

  it('makes an equal model, with shared layers, nested models and objects', () => {
    const embed = sequential([layers.input([4]), layers.dense(3)], { name: 'embed' })
    const [a, b] = [layers.input([4], { name: 'a' }), layers.input([4], { name: 'b' })]
    const z = layers.input([3], { name: 'z' })
    const scale = functional({ inputs: z, outputs: layers.dense(3)(z), name: 'scale' })
    const difference = layers.subtract([embed(a), embed(b)])
    const outputs = { left: scale(difference), right: layers.dropout(0.5)(embed(a), { training: false }) }
    const model = functional({ inputs: { a, b }, outputs, name: 'net' })
    const config = model.getConfig() as Record<string, unknown>
    expect(config.input_layers).toEqual({ a: ['a', 0, 0], b: ['b', 0, 0] })
    // In this list Keras counts the calls of a nested functional model from 1.
    expect(config.output_layers).toEqual({
      left: ['scale', 1, 0],
      right: [expect.stringContaining('dropout'), 0, 0],
    })
    const again = roundTrip(model as unknown as Open)
    expect(again.getConfig()).toEqual(config)
    expect(again.countParams()).toBe(model.countParams())
    expect(again.outputShape).toEqual(model.outputShape)
  })

  it("reads the older format of '.h5' files", () => {
    const config = {
      name: 'old',
      layers: [
        {
          class_name: 'InputLayer',
          name: 'i',
          config: { batch_shape: [null, 2], dtype: 'float32', name: 'i' },
          inbound_nodes: [],
        },
        {
          class_name: 'Dense',
          name: 'd',
          config: { name: 'd', units: 2 },
          inbound_nodes: [[['i', 0, 0, {}]]],
        },
        {
          class_name: 'Add',
          name: 's',
          config: { name: 's' },
          inbound_nodes: [
            [
              ['i', 0, 0, {}],
              ['d', 0, 0, {}],
            ],
          ],
        },
      ],
      input_layers: [['i', 0, 0]],
      output_layers: [['s', 0, 0]],
    } as never
    const model = fromConfig(config)
    expect(model.layers.map(({ name }) => name)).toEqual(['i', 'd', 's'])
    expect(model.outputShape).toEqual([[null, 2]])
  })

  it('says what is wrong with a config: a cycle, a layer that is not there', () => {
    const node = (from: string) => ({
      args: [
        {
          class_name: '__keras_tensor__',
          config: { shape: [null, 2], dtype: 'float32', keras_history: [from, 0, 0] },
        },
      ],
      kwargs: {},
    })
    const dense = (name: string, from: string) => ({
      class_name: 'Dense',
      name,
      config: { name, units: 2 },
      inbound_nodes: [node(from)],
    })
    const input = {
      class_name: 'InputLayer',
      name: 'i',
      config: { batch_shape: [null, 2], dtype: 'float32', name: 'i' },
      inbound_nodes: [],
    }
    const config = (...entries: object[]) =>
      ({
        name: 'm',
        layers: [input, ...entries],
        input_layers: ['i', 0, 0],
        output_layers: ['b', 0, 0],
      }) as never
    expect(() => fromConfig(config(dense('a', 'b'), dense('b', 'a')))).toThrow(
      /Model 'm': its config has a cycle.*a, b/,
    )
    expect(() => fromConfig(config(dense('b', 'gone')))).toThrow(
      /connects to a layer 'gone', which is not in it/,
    )
    expect(() => fromConfig(config(dense('a', 'i')))).toThrow(/names output 0 of call 0 of layer 'b'/)
    const unknown = { ...dense('b', 'i'), class_name: 'Densse' }
    expect(() => fromConfig(config(unknown))).toThrow(/Did you mean 'Dense'/)
  })

  it('takes factories for classes of your own', () => {
    const x = layers.input([2])
    const model = functional({
      inputs: x,
      outputs: layers.lambda((y) => multiply(y, 3), { name: 'triple' })(x),
    })
    const config = JSON.parse(JSON.stringify(model.getConfig()))
    expect(() => fromConfig(config)).toThrow(/Layer 'triple' \(Lambda\): a function cannot be read/)
    const again = fromConfig(config, {
      Lambda: ({ name }) => layers.lambda((y) => multiply(y, 3), { name: String(name) }),
    }) as unknown as Functional
    expect(values(again(tensor([[1, 2]])))).toEqual([3, 6])
  })
})

describe('ops in a graph of layers', () => {
  it('are refused with what to write', () => {
    const input = layers.input([2])
    const advice = /Ops in a graph of layers stand in one: layers\.lambda\(\(x\) => ops\.abs\(x\)\)\(input\)/
    expect(() => add(layers.dense(1)(input) as never, 1)).toThrow(advice)
    expect(() => add(input as never, 1)).toThrow(advice)
    expect(() => functional({ inputs: input, outputs: layers.dense(1)(tensor([[1, 2]])) as never })).toThrow(
      /outputs: expected outputs of layers, received Tensor\(float32 \[1, 1\]\)/,
    )
  })

  it('are asked for layers by name', () => {
    const model = sequential([layers.input([2]), layers.dense(1)], { name: 'm' })
    expect(() => model.getLayer(0 as never)).toThrow(
      "Model 'm': expected a layer's name, received 0. By number: layers[0].",
    )
  })
})
