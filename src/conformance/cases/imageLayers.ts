import { contextFor } from '../../layers/callContext.js'
import type { RandomImageLayer } from '../../layers/images/imageLayer.js'
import type { Layer } from '../../layers/index.js'
import { compareLayer } from '../compareLayer.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { Samples } from '../samples.js'
import type { ConformanceCase } from '../suite.js'

const samples = new Samples(31)
const images = samples.uniform([3, 7, 6, 2], 0, 255)
/** TensorFlow's gradient of an affine transform is that of the inverse map, an approximation: bytes have none to compare. */
const bytes = samples.labels([3, 7, 6, 2], 256)

const seed = 4
const called = { training: true }

type Row = readonly [name: string, on: readonly HostTensor[], ...settings: Settings[]]

const fillModes = ['reflect', 'wrap', 'constant', 'nearest']
const interpolations = ['bilinear', 'nearest']
const affine = fillModes.flatMap((fill_mode) =>
  interpolations.map((interpolation) => ({ fill_mode, interpolation, fill_value: 7 })),
)

/** Layers that draw. */
const random: readonly Row[] = [
  ['RandomFlip', [images, bytes], {}, { mode: 'horizontal' }, { mode: 'vertical' }],
  ['RandomBrightness', [images], { factor: 0.3 }, { factor: [0.1, 0.5], value_range: [0, 200] }],
  ['RandomContrast', [images], { factor: 0.4 }, { factor: [0.9, 1], value_range: [10, 200] }],
  [
    'RandomRotation',
    [bytes],
    { factor: 0.2 },
    ...affine.map((settings) => ({ factor: [-0.5, 0.3], ...settings })),
  ],
  [
    'RandomTranslation',
    [bytes],
    { height_factor: 0.3, width_factor: [-0.1, 0.6] },
    ...affine.map((settings) => ({ height_factor: [0.4, 0.9], width_factor: 0.8, ...settings })),
  ],
  [
    'RandomZoom',
    [bytes],
    { height_factor: 0.3 },
    { height_factor: [-0.5, -0.2], width_factor: 0.3 },
    ...affine.map((settings) => ({ height_factor: [0.2, 0.9], ...settings })),
  ],
  ['RandomCrop', [images, bytes], { height: 4, width: 3 }],
]

const sizes = [
  { height: 4, width: 5 },
  { height: 9, width: 4 },
]

/** Layers that do the same each time. */
const fixed: readonly Row[] = [
  ['CenterCrop', [images, bytes], ...sizes, { height: 10, width: 10 }],
  [
    'Resizing',
    [images],
    ...sizes,
    ...['nearest', 'lanczos3', 'lanczos5'].map((interpolation) => ({
      ...sizes[0],
      interpolation,
    })),
    // At places that TensorFlow's table of weights has.
    { height: 14, width: 12, interpolation: 'bicubic' },
    { ...sizes[0], antialias: true },
    { ...sizes[1], crop_to_aspect_ratio: true },
    { ...sizes[1], pad_to_aspect_ratio: true, fill_value: 3 },
  ],
]

const drawn: readonly ConformanceCase[] = random.flatMap(([name, on, ...given]) =>
  given.flatMap((settings) =>
    on.map((inputs) => ({
      entries: [`layers.${name}`],
      name: `${describe(name, settings)} of ${inputs.dtype}, the same draws`,
      run: (peer) => {
        const keras = new KerasObject(`layers.${name}`, { ...settings, seed })
        const layer = makeObject(keras) as Layer & Pick<RandomImageLayer, 'draws'>
        return compareLayer(peer, {
          ...{ keras, inputs, call: called },
          random: ([x]) => ({ uniform: layer.draws(x.shape, contextFor(called).random) }),
        })
      },
    })),
  ),
)

/** In inference they do nothing. Keras's RandomCrop neither, though its page says that it crops the middle. */
const idle: readonly ConformanceCase[] = random.flatMap(([name, [inputs], settings]) =>
  name === 'RandomCrop'
    ? []
    : [
        {
          entries: [`layers.${name}`],
          name: `${describe(name, settings)} in inference`,
          run: (peer) =>
            compareLayer(peer, {
              keras: new KerasObject(`layers.${name}`, settings),
              inputs,
              call: { training: false },
            }),
        },
      ],
)

const sized: readonly ConformanceCase[] = fixed.flatMap(([name, on, ...given]) =>
  given.flatMap((settings) =>
    on.map((inputs) => ({
      entries: [`layers.${name}`],
      name: `${describe(name, settings)} of ${inputs.dtype}`,
      run: (peer) => compareLayer(peer, { keras: new KerasObject(`layers.${name}`, settings), inputs }),
    })),
  ),
)

export const imageLayerCases: readonly ConformanceCase[] = [...drawn, ...idle, ...sized]
