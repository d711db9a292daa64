import type { Tensor } from '../../graph/tensor.js'
import type { Layer } from '../../layers/index.js'
import { cast, notEqual, onesLike, zerosLike } from '../../ops/index.js'
import { compareLayer, type LayerComparison } from '../compareLayer.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
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

type Drawn = NonNullable<LayerComparison['random']>

/** Dropout's factors, 0 or 1 / (1 - rate): what it makes of ones. */
const factors: Drawn = (call, input) => ({ dropout: call(onesLike(input)) })
/** Noise that is added: what becomes of zeros. */
const addedNoise: Drawn = (call, input) => ({ normal: call(zerosLike(input)) })
/** Noise that is multiplied with: what becomes of ones. */
const multipliedNoise: Drawn = (call, input) => ({ normal: call(onesLike(input)) })
/** AlphaDropout keeps where its output depends on its input: there the uniform number was above the rate. */
const keptPlaces: Drawn = (call, input) => ({
  uniform: cast(notEqual(call(onesLike(input)), call(zerosLike(input))), 'float32'),
})

type RandomRow = readonly [name: string, drawn: Drawn, on: readonly HostTensor[], ...settings: Settings[]]

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

export const randomLayerCases: readonly ConformanceCase[] = [...injected, ...idle, ...distributions]
