import { compareLayer, type LayerComparison } from '../compareLayer.js'
import { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, object, type Settings } from '../kerasObject.js'
import type { ConformanceCase, Suite } from '../suite.js'
import { enlargedCases } from './enlarged.js'
import { imageLayerCases } from './imageLayers.js'
import { keepingLayerCases } from './keepingLayers.js'
import { layerData } from './layerData.js'
import { randomLayerCases } from './randomLayers.js'

type DataName = keyof typeof layerData

/** How a layer is called. */
type Calling = Pick<LayerComparison, 'call' | 'arrangement' | 'hasConfig'>

function layerCase(name: string, on: DataName, settings: Settings, calling: Calling = {}): ConformanceCase {
  const how = calling.call ? `, ${describe('called', calling.call)}` : ''
  return {
    entries: [`layers.${name}`, ...partsOf(settings)],
    name: `${describe(name, settings)} of ${on}${how}`,
    run: (peer) =>
      compareLayer(peer, {
        keras: new KerasObject(`layers.${name}`, settings),
        inputs: layerData[on],
        ...calling,
      }),
  }
}

/** Layers within a layer, of which this is a case as well: the cell of an RNN. */
const partsOf = (settings: Settings): string[] =>
  Object.values(settings).flatMap((value) =>
    value instanceof KerasObject && /Cells?$/.test(value.path) ? [value.path] : [],
  )

type LayerRow = readonly [name: string, on: readonly DataName[], ...settings: Settings[]]

const inference: readonly LayerRow[] = [
  // Core.
  [
    'Dense',
    ['vectors', 'sequences', 'images'],
    { units: 7 },
    { units: 3, use_bias: false, activation: 'relu' },
  ],
  [
    'Dense',
    ['vectors'],
    { units: 4, activation: 'softmax' },
    { units: 4, activation: 'tanh', kernel_regularizer: object('regularizers.L2', { l2: 0.1 }) },
    { units: 4, kernel_constraint: object('constraints.MaxNorm', { max_value: 1 }) },
  ],
  [
    'EinsumDense',
    ['sequences'],
    { equation: 'abc,cd->abd', output_shape: [null, 5], bias_axes: 'd' },
    { equation: 'abc,cde->abde', output_shape: [null, 2, 3], bias_axes: 'de', activation: 'relu' },
    { equation: '...x,xy->...y', output_shape: 3 },
    { equation: 'abc,bcd->abd', output_shape: [6, 5], bias_axes: 'b' },
  ],
  [
    'EinsumDense',
    ['grids'],
    { equation: 'abcd,cde->abe', output_shape: [null, 5], bias_axes: 'e' },
    { equation: 'ab...,bc->ac...', output_shape: [6], bias_axes: 'c' },
  ],
  [
    'ReversibleEmbedding',
    ['tokens'],
    { input_dim: 7, output_dim: 4 },
    { input_dim: 7, output_dim: 4, tie_weights: false },
  ],
  ['Activation', ['vectors'], { activation: 'relu' }, { activation: 'gelu' }, { activation: 'softmax' }],
  ['Embedding', ['tokens'], { input_dim: 7, output_dim: 4 }],
  ['Identity', ['vectors', 'images'], {}],
  ['Masking', ['padded'], {}, { mask_value: 1 }],
  // Reshaping.
  ['Flatten', ['vectors', 'sequences', 'images'], {}],
  ['Reshape', ['images'], { target_shape: [6, 21] }, { target_shape: [-1, 9] }],
  ['Permute', ['images'], { dims: [3, 1, 2] }],
  ['RepeatVector', ['vectors'], { n: 3 }],
  ['ZeroPadding1D', ['sequences'], {}, { padding: 2 }, { padding: [1, 3] }],
  [
    'ZeroPadding2D',
    ['images'],
    {},
    { padding: 2 },
    { padding: [1, 2] },
    {
      padding: [
        [1, 0],
        [2, 3],
      ],
    },
  ],
  [
    'ZeroPadding3D',
    ['volumes'],
    {},
    { padding: [1, 2, 0] },
    {
      padding: [
        [1, 0],
        [2, 3],
        [0, 1],
      ],
    },
  ],
  ['Cropping1D', ['sequences'], {}, { cropping: 2 }, { cropping: [1, 3] }],
  [
    'Cropping2D',
    ['images'],
    { cropping: 2 },
    { cropping: [1, 2] },
    {
      cropping: [
        [1, 0],
        [2, 3],
      ],
    },
  ],
  [
    'Cropping3D',
    ['volumes'],
    {},
    { cropping: [1, 2, 0] },
    {
      cropping: [
        [1, 0],
        [2, 3],
        [0, 1],
      ],
    },
  ],
  ['UpSampling1D', ['sequences'], {}, { size: 3 }],
  ['UpSampling2D', ['images'], {}, { size: [2, 3] }],
  ...['nearest', 'bilinear', 'lanczos3', 'lanczos5'].map(
    (interpolation): LayerRow => [
      'UpSampling2D',
      ['images'],
      { interpolation },
      { size: [3, 2], interpolation },
    ],
  ),
  ['UpSampling2D', ['images'], { interpolation: 'bicubic' }, { size: [1, 4], interpolation: 'bicubic' }],
  ['UpSampling3D', ['volumes'], {}, { size: [1, 2, 3] }],
  // Merging.
  ['Add', ['pairOfVectors', 'threeVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Subtract', ['pairOfVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Multiply', ['pairOfVectors', 'threeVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Average', ['pairOfVectors', 'threeVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Maximum', ['pairOfVectors', 'threeVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Minimum', ['pairOfVectors', 'threeVectors', 'pairOfImages', 'broadcastPair'], {}],
  ['Concatenate', ['pairOfVectors', 'threeVectors', 'pairOfImages'], {}, { axis: 1 }],
  ['Concatenate', ['pairOfImages'], { axis: 2 }],
  ['Dot', ['pairOfVectors'], { axes: 1 }, { axes: 1, normalize: true }, { axes: -1 }],
  ['Dot', ['pairOfSequences'], { axes: 2 }, { axes: [2, 2], normalize: true }],
  // Convolution.
  [
    'Conv1D',
    ['longSequences'],
    { filters: 5, kernel_size: 3 },
    { filters: 4, kernel_size: 4, strides: 2, padding: 'same', activation: 'relu' },
    { filters: 4, kernel_size: 3, padding: 'causal', dilation_rate: 2 },
    { filters: 6, kernel_size: 2, groups: 3, use_bias: false },
  ],
  [
    'Conv2D',
    ['images'],
    { filters: 5, kernel_size: 3 },
    { filters: 4, kernel_size: [2, 3], strides: [2, 1], padding: 'same', activation: 'relu' },
    { filters: 4, kernel_size: 2, padding: 'same', dilation_rate: 2, use_bias: false },
    { filters: 6, kernel_size: 3, groups: 3 },
    { filters: 3, kernel_size: 1 },
    { filters: 2, kernel_size: [7, 6], strides: 2 },
  ],
  [
    'Conv2D',
    ['wideImages'],
    { filters: 20, kernel_size: 5, padding: 'same' },
    { filters: 8, kernel_size: 3, groups: 2 },
  ],
  [
    'Conv3D',
    ['volumes'],
    { filters: 3, kernel_size: 2 },
    { filters: 3, kernel_size: [2, 3, 1], strides: [2, 1, 2], padding: 'same', activation: 'tanh' },
    { filters: 4, kernel_size: 2, groups: 2, dilation_rate: 2 },
  ],
  [
    'Conv1DTranspose',
    ['sequences'],
    { filters: 3, kernel_size: 3 },
    { filters: 3, kernel_size: 3, strides: 2, padding: 'same' },
    { filters: 3, kernel_size: 3, strides: 3, output_padding: 1 },
  ],
  [
    'Conv2DTranspose',
    ['images'],
    { filters: 4, kernel_size: 3 },
    { filters: 4, kernel_size: 3, strides: 2, padding: 'same', activation: 'relu' },
    { filters: 4, kernel_size: [2, 3], strides: [3, 2], output_padding: [2, 1], use_bias: false },
    { filters: 2, kernel_size: 2, dilation_rate: 2 },
  ],
  [
    'Conv3DTranspose',
    ['volumes'],
    { filters: 2, kernel_size: 2 },
    { filters: 2, kernel_size: 3, strides: 2, padding: 'same' },
  ],
  [
    'DepthwiseConv1D',
    ['longSequences'],
    { kernel_size: 3 },
    { kernel_size: 3, strides: 2, padding: 'same', depth_multiplier: 2, activation: 'relu' },
  ],
  [
    'DepthwiseConv2D',
    ['images'],
    { kernel_size: 3 },
    { kernel_size: [2, 3], strides: 2, padding: 'same', depth_multiplier: 2 },
    { kernel_size: 2, dilation_rate: 2, use_bias: false },
  ],
  [
    'SeparableConv1D',
    ['longSequences'],
    { filters: 4, kernel_size: 3 },
    { filters: 4, kernel_size: 3, padding: 'same', strides: 2, depth_multiplier: 2 },
  ],
  [
    'SeparableConv2D',
    ['images'],
    { filters: 4, kernel_size: 3 },
    { filters: 4, kernel_size: 3, padding: 'same', depth_multiplier: 2, use_bias: false, activation: 'relu' },
  ],
  // Pooling.
  ...['Max', 'Average'].flatMap((kind): LayerRow[] => [
    [
      `${kind}Pooling1D`,
      ['longSequences'],
      { pool_size: 2 },
      { pool_size: 3, strides: 2, padding: 'same' },
      { pool_size: 4, strides: 1 },
    ],
    [
      `${kind}Pooling2D`,
      ['images', 'wideImages'],
      { pool_size: [2, 2] },
      { pool_size: [3, 2], strides: [2, 1], padding: 'same' },
      { pool_size: [3, 3], strides: [1, 1] },
    ],
    [
      `${kind}Pooling3D`,
      ['volumes'],
      { pool_size: [2, 2, 2] },
      { pool_size: [2, 3, 2], strides: [1, 2, 2], padding: 'same' },
    ],
    [`Global${kind}Pooling1D`, ['sequences'], {}, { keepdims: true }],
    [`Global${kind}Pooling2D`, ['images'], {}, { keepdims: true }],
    [`Global${kind}Pooling3D`, ['volumes'], {}, { keepdims: true }],
    [
      `Adaptive${kind}Pooling1D`,
      ['longSequences'],
      { output_size: 4 },
      { output_size: 11 },
      { output_size: 7 },
    ],
    [
      `Adaptive${kind}Pooling2D`,
      ['images'],
      { output_size: [3, 4] },
      { output_size: 3 },
      { output_size: [7, 2] },
    ],
    [`Adaptive${kind}Pooling3D`, ['volumes'], { output_size: [2, 3, 2] }, { output_size: 2 }],
  ]),
  // Normalization.
  ['BatchNormalization', ['vectors', 'images'], {}, { center: false, scale: false, epsilon: 0.01 }],
  ['BatchNormalization', ['images'], { axis: 1 }],
  ['LayerNormalization', ['vectors', 'sequences'], {}, { epsilon: 1e-5, center: false }],
  ['LayerNormalization', ['images'], { axis: [1, 2] }, { axis: [-2, -1] }],
  ['GroupNormalization', ['wideImages', 'wide'], { groups: 2 }, { groups: -1, epsilon: 0.01, scale: false }],
  ['GroupNormalization', ['wideImages'], { groups: 4, axis: 1 }, { groups: 2, axis: 2, center: false }],
  ...['BatchNormalization', 'LayerNormalization'].map(
    (name): LayerRow => [
      name,
      ['vectors'],
      {
        gamma_regularizer: object('regularizers.L2', { l2: 0.1 }),
        beta_regularizer: object('regularizers.L1', { l1: 0.1 }),
        gamma_constraint: object('constraints.NonNeg'),
        beta_constraint: object('constraints.MaxNorm', { max_value: 1 }),
      },
    ],
  ),
  ['SpectralNormalization', ['vectors'], { layer: object('layers.Dense', { units: 3 }) }],
  ['RMSNormalization', ['vectors', 'sequences'], {}, { epsilon: 0.01 }],
  ['RMSNormalization', ['images'], { axis: [2, 3] }],
  ['UnitNormalization', ['vectors', 'images'], {}, { axis: 1 }],
  ['Normalization', ['vectors'], { mean: 0.5, variance: 4 }, { mean: 0.5, variance: 4, invert: true }],
  [
    'Normalization',
    ['vectors'],
    { mean: [1, 2, 3, 4, 5], variance: [1, 0, 4, 9, 16] },
    { axis: null, mean: 2, variance: 3 },
  ],
  ['Normalization', ['grids'], { axis: [1, 3], mean: [1, 2, 3, 4], variance: [1, 4, 9, 16] }],
  ['Rescaling', ['vectors', 'bytes'], { scale: 0.1 }, { scale: 1 / 127.5, offset: -1 }],
  [
    'CategoryEncoding',
    ['tokens'],
    { num_tokens: 7 },
    { num_tokens: 7, output_mode: 'count' },
    { num_tokens: 9, output_mode: 'one_hot' },
  ],
  // Activation layers.
  ['ReLU', ['around0'], {}, { max_value: 2, negative_slope: 0.1, threshold: 0.5 }],
  ['LeakyReLU', ['around0'], {}, { negative_slope: 0.01 }],
  ['ELU', ['around0'], {}, { alpha: 0.5 }],
  ['PReLU', ['vectors'], {}],
  ['PReLU', ['images'], {}, { shared_axes: [1, 2] }],
  ['Softmax', ['vectors', 'images'], {}, { axis: 1 }],
  // Recurrent.
  ...['SimpleRNN', 'LSTM', 'GRU'].flatMap((name): LayerRow[] => [
    [
      name,
      ['sequences'],
      { units: 3 },
      { units: 3, return_sequences: true },
      { units: 3, return_sequences: true, return_state: true },
      { units: 3, go_backwards: true, return_sequences: true, use_bias: false },
      { units: 3, activation: 'relu' },
    ],
    [name, ['longSequences'], { units: 8 }],
  ]),
  ['GRU', ['sequences'], { units: 3, reset_after: false, recurrent_activation: 'hard_sigmoid' }],
  ['LSTM', ['sequences'], { units: 3, recurrent_activation: 'hard_sigmoid', unit_forget_bias: false }],
  ['RNN', ['sequences'], { cell: object('layers.LSTMCell', { units: 3 }), return_sequences: true }],
  ['RNN', ['sequences'], { cell: object('layers.GRUCell', { units: 3 }) }],
  ['RNN', ['sequences'], { cell: object('layers.SimpleRNNCell', { units: 3 }) }],
  [
    'RNN',
    ['sequences'],
    {
      cell: object('layers.StackedRNNCells', {
        cells: [object('layers.LSTMCell', { units: 3 }), object('layers.GRUCell', { units: 2 })],
      }),
    },
  ],
  [
    'Bidirectional',
    ['sequences'],
    { layer: object('layers.LSTM', { units: 3 }) },
    { layer: object('layers.GRU', { units: 3, return_sequences: true }), merge_mode: 'sum' },
    { layer: object('layers.SimpleRNN', { units: 3, return_sequences: true }), merge_mode: 'ave' },
    { layer: object('layers.LSTM', { units: 3 }), merge_mode: 'mul' },
  ],
  ['TimeDistributed', ['sequences'], { layer: object('layers.Dense', { units: 3 }) }],
  [
    'ConvLSTM1D',
    ['signals'],
    { filters: 3, kernel_size: 3 },
    { filters: 2, kernel_size: 2, padding: 'same', return_sequences: true, unit_forget_bias: false },
  ],
  [
    'ConvLSTM2D',
    ['films'],
    { filters: 3, kernel_size: 2 },
    { filters: 2, kernel_size: 3, padding: 'same', strides: 2, return_sequences: true, activation: 'relu' },
    { filters: 2, kernel_size: 2, dilation_rate: 2, go_backwards: true, use_bias: false },
  ],
  ['ConvLSTM3D', ['scans'], { filters: 2, kernel_size: 2 }],
  ['ActivityRegularization', ['vectors'], { l1: 0.1, l2: 0.2 }],
]

/** Layers that hold a function, which no config can hold. */
const functions: readonly LayerRow[] = [['Lambda', ['vectors'], { function: new KerasObject('ops.square') }]]

const withStates: readonly LayerRow[] = [
  ['SimpleRNN', ['sequenceAndState'], { units: 3 }],
  ['GRU', ['sequenceAndState'], { units: 3, return_sequences: true }],
  ['LSTM', ['sequenceAndTwoStates'], { units: 3, return_state: true }],
  ['ConvLSTM2D', ['filmAndStates'], { filters: 2, kernel_size: 2, return_state: true }],
]

const attention: readonly LayerRow[] = [
  ['Attention', ['queryAndValue', 'queryValueAndKey'], {}, { use_scale: true }],
  ['AdditiveAttention', ['queryAndValue', 'queryValueAndKey'], {}, { use_scale: false }],
  ['Attention', ['queryAndValue'], { score_mode: 'concat', use_scale: true }],
]

const multiHead: readonly LayerRow[] = [
  [
    'MultiHeadAttention',
    ['queryAndValue', 'queryValueAndKey'],
    { num_heads: 2, key_dim: 3 },
    { num_heads: 3, key_dim: 2, value_dim: 4, use_bias: false },
    { num_heads: 2, key_dim: 3, output_shape: 5 },
    { num_heads: 2, key_dim: 3, use_gate: true, sliding_window: 2 },
    {
      num_heads: 2,
      key_dim: 3,
      output_shape: [2, 3],
      activity_regularizer: object('regularizers.L2', { l2: 0.1 }),
    },
  ],
  [
    'GroupQueryAttention',
    ['queryAndValue', 'queryValueAndKey'],
    { head_dim: 3, num_query_heads: 4, num_key_value_heads: 2 },
    { head_dim: 2, num_query_heads: 3, num_key_value_heads: 1, use_bias: false, use_gate: true },
    { head_dim: 2, num_query_heads: 2, num_key_value_heads: 2, sliding_window: 2 },
  ],
]

const training: readonly LayerRow[] = [
  ['BatchNormalization', ['vectors', 'images'], {}, { momentum: 0.9, epsilon: 0.01 }],
  ['BatchNormalization', ['images'], { axis: 1, center: false }, { trainable: false }],
  ['LayerNormalization', ['sequences'], {}],
  [
    'SpectralNormalization',
    ['vectors'],
    { layer: object('layers.Dense', { units: 3 }), power_iterations: 3 },
  ],
  ['SpectralNormalization', ['images'], { layer: object('layers.Conv2D', { filters: 2, kernel_size: 3 }) }],
]

const settingsOf = (given: readonly Settings[]): readonly Settings[] => (given.length > 0 ? given : [{}])

const casesOf = (rows: readonly LayerRow[], calling?: Calling): ConformanceCase[] =>
  rows.flatMap(([name, on, ...given]) =>
    settingsOf(given).flatMap((settings) => on.map((kind) => layerCase(name, kind, settings, calling))),
  )

/** Steps that a mask takes out: at the end, at the start, in between. */
const mask = new HostTensor('bool', [2, 6], Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1))

const masked: readonly LayerRow[] = ['SimpleRNN', 'LSTM', 'GRU'].map((name) => [
  name,
  ['sequences'],
  { units: 3 },
  { units: 3, return_sequences: true },
])

/** A mask for each value, of which one sample has none. */
const places = new HostTensor(
  'bool',
  [4, 5],
  Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),
)

/** On the way back, vectors are the inputs. */
const reversed: readonly LayerRow[] = [
  [
    'ReversibleEmbedding',
    ['sequences'],
    { input_dim: 7, output_dim: 4 },
    { input_dim: 7, output_dim: 4, tie_weights: false, logit_soft_cap: 2 },
  ],
]

export const layerSuite: Suite = {
  name: 'layers',
  cases: [
    ...casesOf(inference),
    ...casesOf(functions, { hasConfig: false }),
    ...casesOf(training, { call: { training: true } }),
    ...casesOf(masked, { call: { mask } }),
    ...casesOf(
      [['ConvLSTM1D', ['sequencesOfRows'], { filters: 2, kernel_size: 2, return_sequences: true }]],
      {
        call: { mask },
      },
    ),
    ...casesOf([['BatchNormalization', ['sequences'], {}]], { call: { training: true, mask } }),
    ...casesOf([['Softmax', ['vectors'], {}]], { call: { mask: places } }),
    ...casesOf(reversed, { call: { reverse: true } }),
    ...casesOf(withStates, { arrangement: 'states' }),
    ...casesOf(attention),
    ...casesOf(attention.slice(0, 2), { call: { use_causal_mask: true } }),
    ...casesOf(multiHead, { arrangement: 'spread' }),
    ...casesOf(multiHead, { arrangement: 'spread', call: { use_causal_mask: true } }),
    ...enlargedCases,
    ...imageLayerCases,
    ...keepingLayerCases,
    ...randomLayerCases,
  ],
}
