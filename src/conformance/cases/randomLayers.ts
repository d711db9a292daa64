import type { Tensor } from '../../graph/tensor.js'
import { contextFor } from '../../layers/callContext.js'
import type * as gradusLayers from '../../layers/index.js'
import type { CallOptions, Layer } from '../../layers/index.js'
import { flatTensors } from '../../layers/tensors.js'
import { cast, multiply, notEqual, onesLike, zerosLike } from '../../ops/index.js'
import { compareLayer, type LayerComparison, type RandomCall } from '../compareLayer.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, object, type Settings } from '../kerasObject.js'
import { floats, Samples } from '../samples.js'
import { compareDistributions } from '../statistics.js'
import type { ConformanceCase } from '../suite.js'
import { runTraced } from '../traced.js'

const samples = new Samples(13)
const vectors = samples.normal([6, 50])
const sequences = samples.normal([4, 9, 8])
const images = samples.normal([2, 5, 6, 8])
const volumes = samples.normal([2, 3, 4, 3, 8])

/** A layer's seed makes it draw the same numbers at each call, so that they can be read off another input. */
const seed = 4
const called = { training: true }

type Draws = NonNullable<LayerComparison['random']>

/** Dropout's factors, 0 or 1 / (1 - rate): what it makes of ones. */
const factors: Draws = ([input], call) => ({ dropout: call([onesLike(input)]) })
/** Noise that is added: what becomes of zeros. */
const addedNoise: Draws = ([input], call) => ({ normal: call([zerosLike(input)]) })
/** Noise that is multiplied with: what becomes of ones. */
const multipliedNoise: Draws = ([input], call) => ({ normal: call([onesLike(input)]) })
/** AlphaDropout keeps where its output depends on its input: there the uniform number was above the rate. */
const keptPlaces: Draws = ([input], call) => {
  const [[ofOnes], [ofZeros]] = [call([onesLike(input)]), call([zerosLike(input)])]
  return { uniform: cast(notEqual(ofOnes, ofZeros), 'float32') }
}
/** The factors of attention's weights, none of which is 0 by itself. */
const weightFactors =
  (rate: number): Draws =>
  (inputs, call) => {
    const [, dropped] = call(inputs, { returnAttentionScores: true } as CallOptions)
    return { dropout: multiply(cast(notEqual(dropped, 0), 'float32'), 1 / (1 - rate)) }
  }

type RandomRow = readonly [name: string, draws: Draws, on: readonly HostTensor[], ...settings: Settings[]]

const layers: readonly RandomRow[] = [
  ['Dropout', factors, [vectors, images], { rate: 0.4 }, { rate: 0.1 }],
  ['Dropout', factors, [sequences], { rate: 0.5, noise_shape: [null, 1, null] }],
  ['SpatialDropout1D', factors, [sequences], { rate: 0.3 }],
  ['SpatialDropout2D', factors, [images], { rate: 0.3 }],
  ['SpatialDropout3D', factors, [volumes], { rate: 0.3 }],
  ['GaussianNoise', addedNoise, [vectors, images], { stddev: 0.3 }],
  ['GaussianDropout', multipliedNoise, [vectors, images], { rate: 0.3 }],
  ['AlphaDropout', keptPlaces, [vectors, images], { rate: 0.3 }],
]

/** The same mask or noise on both sides. */
const injected: readonly ConformanceCase[] = layers.flatMap(([name, random, on, ...given]) =>
  given.flatMap((settings) =>
    on.map((inputs) => ({
      entries: [`layers.${name}`],
      name: `${describe(name, settings)} of [${inputs.shape}], the same draws`,
      run: (peer) =>
        compareLayer(peer, {
          keras: new KerasObject(`layers.${name}`, { ...settings, seed }),
          inputs,
          call: called,
          random,
        }),
    })),
  ),
)

/** In inference they do nothing. */
const idle: readonly ConformanceCase[] = layers.map(([name, , [inputs], settings]) => ({
  entries: [`layers.${name}`],
  name: `${describe(name, settings)} in inference`,
  run: (peer) => compareLayer(peer, { keras: new KerasObject(`layers.${name}`, settings), inputs }),
}))

/** Draws of each side's own, compared as samples: of ones, many enough for a hundredth to show. */
const distributions: readonly ConformanceCase[] = layers.map(([name, , [{ shape }], settings]) => ({
  entries: [`layers.${name}`],
  name: `${describe(name, settings)}, by distribution`,
  run: async (peer) => {
    const keras = new KerasObject(`layers.${name}`, settings)
    // Whole channels fall together, so there must be many samples.
    const large = shape.map((size, axis) => (axis === 0 ? 2000 : axis === shape.length - 1 ? size * 2 : 1))
    const ones = floats(large, new Float32Array(large.reduce((a, b) => a * b, 1)).fill(1))
    const layer = makeObject(keras) as Layer & ((x: Tensor, options: { training: boolean }) => Tensor)
    const [received] = await runTraced([ones], (x) => [layer(x, called)])
    const { outputs } = await peer.ask<{ readonly outputs: readonly HostTensor[] }>('layer', {
      layer: keras,
      inputs: ones,
      kwargs: called,
    })
    return compareDistributions(received.data, outputs[0].data)
  },
}))

type CellName = 'SimpleRNNCell' | 'LSTMCell' | 'GRUCell'

/** The factors of a recurrent layer's dropout, which a cell of the same settings draws as well: for inputs, then for states. */
const cellFactors =
  (name: CellName, settings: Settings): Draws =>
  ([input]) => {
    const cell = makeObject(new KerasObject(`layers.${name}`, settings)) as InstanceType<
      (typeof gradusLayers)[CellName]
    >
    const [batch, , features] = input.shape
    const masks = cell.dropoutMasks(contextFor(called), [batch, features])
    return { dropout: [...(masks.inputs ?? []), ...(masks.states ?? [])] }
  }

const queryAndValue = [samples.normal([3, 4, 6]), samples.normal([3, 5, 6])]

/** Layers that drop something inside. */
interface InnerDropout {
  readonly name: string
  readonly settings: Settings & { readonly dropout?: number; readonly recurrent_dropout?: number }
  readonly draws: Draws
  readonly inputs: LayerComparison['inputs']
  readonly arrangement?: LayerComparison['arrangement']
}

const rates: readonly Pick<InnerDropout['settings'], 'dropout' | 'recurrent_dropout'>[] = [
  { dropout: 0.4 },
  { recurrent_dropout: 0.3 },
  { dropout: 0.4, recurrent_dropout: 0.3 },
]

const inner: readonly InnerDropout[] = [
  ...(['SimpleRNN', 'LSTM', 'GRU'] as const).flatMap((name) =>
    rates.map((rate) => {
      const settings = { units: 5, seed, ...rate }
      return { name, settings, draws: cellFactors(`${name}Cell`, settings), inputs: sequences }
    }),
  ),
  ...['Attention', 'AdditiveAttention'].map((name) => ({
    name,
    settings: { dropout: 0.3, seed },
    draws: weightFactors(0.3),
    inputs: queryAndValue,
  })),
  {
    name: 'MultiHeadAttention',
    settings: { num_heads: 2, key_dim: 3, dropout: 0.3, seed },
    draws: weightFactors(0.3),
    inputs: queryAndValue,
    arrangement: 'spread',
  },
  {
    name: 'GroupQueryAttention',
    settings: { head_dim: 3, num_query_heads: 4, num_key_value_heads: 2, dropout: 0.3, seed },
    draws: weightFactors(0.3),
    inputs: queryAndValue,
    arrangement: 'spread',
  },
]

const innerInjected: readonly ConformanceCase[] = inner.map(
  ({ name, settings, draws: random, inputs, arrangement }) => ({
    entries: [`layers.${name}`],
    name: `${describe(name, settings)}, the same draws`,
    run: (peer) =>
      compareLayer(peer, {
        ...{ keras: new KerasObject(`layers.${name}`, settings), inputs, call: called, random },
        ...(arrangement && { arrangement }),
      }),
  }),
)

/** The factors drawn inside, compared with those of Keras's Dropout. */
const innerDistributions: readonly ConformanceCase[] = inner.map(({ name, settings, draws, inputs }) => ({
  entries: [`layers.${name}`],
  name: `${describe(name, settings)}, by distribution`,
  run: async (peer) => {
    const large = [inputs].flat().map(({ shape }) => samples.normal([1500, ...shape.slice(1)]))
    const layer = makeObject(new KerasObject(`layers.${name}`, settings)) as Layer & RandomCall
    const isList = Array.isArray(inputs)
    const call: RandomCall = (tensors, options) =>
      flatTensors(layer((isList ? tensors : tensors[0]) as readonly Tensor[], { ...called, ...options }))
    const drawn = await runTraced(large, (...tensors) => [draws(tensors, call).dropout ?? []].flat())
    // The first are those of inputs, if these are dropped, the last those of states.
    const given = [settings.dropout, settings.recurrent_dropout].filter((rate) => rate !== undefined)
    const compared = drawn.map(async ({ shape, data }, i) => {
      const rate = given[Math.floor((i * given.length) / drawn.length)]
      const { outputs } = await peer.ask<{ readonly outputs: readonly HostTensor[] }>('layer', {
        layer: object('layers.Dropout', { rate }),
        inputs: floats(shape, new Float32Array(data.length).fill(1)),
        kwargs: called,
      })
      return compareDistributions(data, outputs[0].data)
    })
    return (await Promise.all(compared)).flat()
  },
}))

export const randomLayerCases: readonly ConformanceCase[] = [
  ...injected,
  ...idle,
  ...distributions,
  ...innerInjected,
  ...innerDistributions,
]
