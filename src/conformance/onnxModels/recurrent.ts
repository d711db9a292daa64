import * as layers from '../../layers/index.js'
import type { Layer } from '../../layers/layer.js'
import * as models from '../../models/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain, normal, numbers } from './layerModel.js'

type RecurrentOptions = NonNullable<Parameters<typeof layers.simpleRnn>[1]>

const kinds: Readonly<Record<string, (options: RecurrentOptions) => Layer>> = {
  LSTM: (options) => layers.lstm(5, options) as unknown as Layer,
  GRU: (options) => layers.gru(5, options) as unknown as Layer,
  'GRU, reset before': (options) => layers.gru(5, { ...options, resetAfter: false }) as unknown as Layer,
  SimpleRNN: (options) => layers.simpleRnn(5, options) as unknown as Layer,
}

const variants: Readonly<Record<string, RecurrentOptions>> = {
  'last output': {},
  'all outputs': { returnSequences: true },
  backwards: { goBackwards: true },
  'backwards, all outputs': { goBackwards: true, returnSequences: true },
  'without bias': { useBias: false, returnSequences: true },
  'another activation': { activation: 'relu' },
}

/** Steps of which some do not count. */
const masked = (make: (options: RecurrentOptions) => Layer, options: RecurrentOptions) => () =>
  models.sequential([
    layers.input([7], { dtype: 'int32' }),
    layers.embedding(4, 3, { maskZero: true }),
    make(options),
    layers.dense(2),
  ])

const modes = ['concat', 'sum', 'mul', 'ave'] as const

/** Recurrent layers in all directions, with masks, states and cells of their own. */
export const recurrentModels: readonly OnnxModel[] = [
  ...Object.entries(kinds).flatMap(([kind, make]) => [
    ...Object.entries(variants).map(([variant, options]) =>
      chain(`${kind}: ${variant}`, [7, 3], () => [make(options)]),
    ),
    { name: `${kind}: masked`, x: numbers(4, 7), make: masked(make, {}) },
    {
      name: `${kind}: masked, backwards, all outputs`,
      x: numbers(4, 7),
      make: masked(make, { goBackwards: true, returnSequences: true }),
    },
  ]),
  ...modes.map((mergeMode) =>
    chain(`Bidirectional: ${mergeMode}`, [7, 3], () => [
      layers.bidirectional(layers.lstm(4, { returnSequences: true }), { mergeMode }),
    ]),
  ),
  ...modes.map((mergeMode) =>
    chain(`Bidirectional GRU: ${mergeMode}`, [7, 3], () => [
      layers.bidirectional(layers.gru(4, { returnSequences: true }), { mergeMode }),
    ]),
  ),
  {
    name: 'Bidirectional GRU: sum, masked',
    x: numbers(4, 7),
    make: masked(() => layers.bidirectional(layers.gru(4), { mergeMode: 'sum' }) as unknown as Layer, {}),
  },
  chain('Bidirectional, last outputs', [7, 3], () => [layers.bidirectional(layers.gru(4))]),
  {
    name: 'states handed from one LSTM to another',
    x: [normal(7, 3), normal(4, 2)],
    make() {
      const [source, target] = [layers.input([7, 3]), layers.input([4, 2])]
      const [, h, c] = layers.lstm(5, { returnState: true })(source)
      const decoded = layers.lstm(5, { returnSequences: true })([target, h, c])
      return models.functional({ inputs: [source, target], outputs: [decoded, h] })
    },
  },
  chain('RNN of stacked cells', [6, 3], () => [
    layers.rnn([layers.lstmCell(4), layers.gruCell(3), layers.simpleRnnCell(2)] as never) as unknown as Layer,
  ]),
  chain('ConvLSTM1D', [4, 6, 2], () => [layers.convLstm1d(3, 3) as unknown as Layer]),
  chain('ConvLSTM2D, all outputs', [4, 5, 5, 2], () => [
    layers.convLstm2d(3, 2, { padding: 'same', returnSequences: true }) as unknown as Layer,
  ]),
]
