import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { serializeLayer } from '../layers/serializeLayer.js'
import { full } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import type { Config } from '../utils/config.js'
import { resetNames } from '../utils/naming.js'
import { deserializeModel } from './deserialize.js'
import { type Functional, functional } from './functional.js'

/** The functional model of a config. */
const fromConfig = (config: Config) =>
  deserializeModel({ class_name: 'Functional', config }) as unknown as Functional<never, layers.Tensors>

type Json = { readonly [key: string]: Json } & readonly Json[]

const x = layers.input([3, 4], { name: 'x' })
const y = layers.input([5, 4], { name: 'y' })
const mask = layers.input([3, 5], { name: 'mask' })
const h = layers.input([2], { name: 'h' })
const c = layers.input([2], { name: 'c' })

/** Models whose calls say more than which tensor goes in, and how Keras writes that call. */
const models: Record<
  string,
  { readonly make: () => Functional<never, layers.Tensors>; readonly args: string; readonly kwargs: string }
> = {
  "attention's options": {
    make: () =>
      functional({
        inputs: [x, y],
        outputs: layers.attention()([x, y], { useCausalMask: true, returnAttentionScores: true }),
      }),
    args: '[[x, y]]',
    kwargs: '{"use_causal_mask":true,"return_attention_scores":true}',
  },
  'query, value, key and mask of attention in heads': {
    make: () =>
      functional({ inputs: [x, y, mask], outputs: layers.multiHeadAttention(2, 3)([x, y, y, mask]) }),
    args: '[x, y, y]',
    kwargs: '{"attention_mask":mask}',
  },
  'query and value alone': {
    make: () =>
      functional({
        inputs: [x, y],
        outputs: layers.groupQueryAttention(3, 2, 1)([x, y], { training: true }),
      }),
    args: '[x, y]',
    kwargs: '{"training":true}',
  },
  'first states': {
    make: () => functional({ inputs: [x, h, c], outputs: layers.lstm(2)([x, h, c]) }),
    args: '[x]',
    kwargs: '{"initial_state":[h, c]}',
  },
  'first states of both directions': {
    make: () => functional({ inputs: [x, h, c], outputs: layers.bidirectional(layers.gru(2))([x, h, c]) }),
    args: '[x]',
    kwargs: '{"initial_state":[h, c]}',
  },
  "softmax's mask": {
    make: () => {
      const scores = layers.dense(5)(x)
      return functional({ inputs: [x, mask], outputs: layers.softmax()([scores, mask]) })
    },
    args: '[dense]',
    kwargs: '{"mask":mask}',
  },
  'a list, where Keras takes a list': {
    make: () => functional({ inputs: [h, c], outputs: layers.add([h, c]) }),
    args: '[[h, c]]',
    kwargs: '{}',
  },
}

/** The JSON of arguments with tensors under the names of their layers. */
const short = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map(short).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  if ((value.class_name as unknown) === '__keras_tensor__') return String(value.config.keras_history[0])
  return `{${Object.entries(value).map(([key, item]) => `"${key}":${short(item as Json)}`)}}`
}

const nodeOf = (config: Config): Json => (config.layers as unknown as Json).at(-1)?.inbound_nodes[0] as Json

/** A model in which the last layer is called in another way. */
const calledBy = (model: Functional<never, layers.Tensors>, node: (own: Json) => unknown) => {
  const config = JSON.parse(JSON.stringify(model.getConfig()))
  config.layers.at(-1).inbound_nodes = [node(nodeOf(config))]
  return fromConfig(config)
}

describe('calls in the config of a functional model', () => {
  it.each(Object.entries(models))("stand as Keras's layer takes them, and come back: %s", (_, row) => {
    resetNames()
    const model = row.make()
    const config = model.getConfig()
    expect(short(nodeOf(config).args)).toBe(row.args)
    expect(short(nodeOf(config).kwargs)).toBe(row.kwargs)
    const copy = fromConfig(JSON.parse(JSON.stringify(config)))
    expect(copy.getConfig()).toEqual(config)
    expect(copy.outputShape).toEqual(model.outputShape)
    const inputs = model.inputs.map(({ shape }, i) =>
      sampleTensor([2, ...(shape.slice(1) as number[])], i + 1),
    )
    copy.weights.forEach((weight, i) => weight.write(model.weights[i].host ?? []))
    type Run = (given: typeof inputs) => layers.Tensors
    const [before, after] = [model, copy].map((each) =>
      [(each as unknown as Run)(inputs)].flat().map((output) => referenceValues(output as never)),
    )
    expect(after).toEqual(before)
  })

  it('go with the shapes that Keras builds the layer for', () => {
    const shapesOf = (name: string) => {
      const [layer] = models[name].make().layers.slice(-1)
      return JSON.parse(JSON.stringify(serializeLayer(layer))).build_config
    }
    expect(shapesOf('query, value, key and mask of attention in heads')).toEqual({
      shapes_dict: { query_shape: [null, 3, 4], value_shape: [null, 5, 4], key_shape: [null, 5, 4] },
    })
    expect(shapesOf('first states')).toEqual({
      shapes_dict: {
        sequences_shape: [null, 3, 4],
        initial_state_shape: [
          [null, 2],
          [null, 2],
        ],
      },
    })
    expect(shapesOf("softmax's mask")).toEqual({ input_shape: [null, 3, 5] })
    expect(shapesOf('a list, where Keras takes a list')).toEqual({
      input_shape: [
        [null, 2],
        [null, 2],
      ],
    })
  })

  it('are read by position and by name', () => {
    const model = functional({
      inputs: [x, y, mask],
      outputs: layers.multiHeadAttention(2, 3)([x, y, y, mask]),
    })
    const named = calledBy(model, ({ args, kwargs }) => ({
      args: [],
      kwargs: { query: args[0], value: args[1], attention_mask: kwargs.attention_mask, training: null },
    }))
    // The key is the value where it is not given.
    expect(short(nodeOf(named.getConfig()).args)).toBe('[x, y, y]')
    const lstm = functional({ inputs: [x, h, c], outputs: layers.lstm(2)([x, h, c]) })
    const placed = calledBy(lstm, ({ args, kwargs }) => ({
      args: [args[0], kwargs.initial_state],
      kwargs: {},
    }))
    expect(short(nodeOf(placed.getConfig()).kwargs)).toBe('{"initial_state":[h, c]}')
  })

  it('are trained though Keras 3 writes that they are not, unless Gradus wrote it', () => {
    const input = layers.input([100], { name: 'x' })
    const data = full([1, 100], 1)
    const dropsIn = (model: Functional<never, layers.Tensors>) => {
      const call = model as unknown as (x: Tensor, options: { training: boolean }) => Tensor
      return referenceValues(call(data, { training: true })).includes(0)
    }
    const dropped = functional({ inputs: input, outputs: layers.dropout(0.5)(input) })
    const asKeras = calledBy(dropped, (own) => ({ ...own, kwargs: { training: false } }))
    expect(dropsIn(asKeras)).toBe(true)
    const held = functional({ inputs: input, outputs: layers.dropout(0.5)(input, { training: false }) })
    expect(short(nodeOf(held.getConfig()).kwargs)).toBe('{"training":false}')
    expect(dropsIn(fromConfig(JSON.parse(JSON.stringify(held.getConfig()))))).toBe(false)
  })

  it('are read from older files, where addresses stand in the arguments', () => {
    const attention = functional({ inputs: [x, y], outputs: layers.multiHeadAttention(2, 3)([x, y]) })
    const old = calledBy(attention, () => [['x', 0, 0, { value: ['y', 0, 0], use_causal_mask: true }]])
    expect(short(nodeOf(old.getConfig()).args)).toBe('[x, y]')
    expect(short(nodeOf(old.getConfig()).kwargs)).toBe('{"use_causal_mask":true}')
    const lstm = functional({ inputs: [x, h, c], outputs: layers.lstm(2)([x, h, c]) })
    const list = ['x', 'h', 'c'].map((name) => [name, 0, 0, {}])
    expect(short(nodeOf(calledBy(lstm, () => list).getConfig()).kwargs)).toBe('{"initial_state":[h, c]}')
  })

  it('say what does not fit', () => {
    const lstm = functional({ inputs: [x, h, c], outputs: layers.lstm(2, { name: 'memory' })([x, h, c]) })
    expect(() =>
      calledBy(lstm, ({ args, kwargs }) => ({
        args,
        kwargs: { mask: kwargs.initial_state[0] },
      })),
    ).toThrow(
      /Layer 'memory' \(LSTM\): its config gives it a tensor as 'mask', which this layer does not take/,
    )
    const attention = functional({ inputs: [x, y], outputs: layers.multiHeadAttention(2, 3)([x, y]) })
    expect(() => calledBy(attention, ({ args }) => ({ args: [args[0]], kwargs: { key: args[1] } }))).toThrow(
      /without 'value', but with 'key'/,
    )
  })
})
