import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { normal, numbers } from './layerModel.js'

type Pair = (query: layers.SymbolicTensor, value: layers.SymbolicTensor) => layers.SymbolicTensor

/** A model of two sequences, the second longer than the first. */
const pair = (name: string, attend: Pair): OnnxModel => ({
  name,
  x: [normal(4, 6), normal(5, 6)],
  make() {
    const [query, value] = [layers.input([4, 6]), layers.input([5, 6])]
    return models.functional({
      inputs: [query, value],
      outputs: attend(query.symbol, value.symbol),
    })
  },
})

/** Attention of all kinds. */
export const attentionModels: readonly OnnxModel[] = [
  pair('Attention', (q, v) => layers.attention()([q, v])),
  pair('Attention with a scale, concatenated scores', (q, v) =>
    layers.attention({ useScale: true, scoreMode: 'concat' })([q, v]),
  ),
  pair('Attention, causal', (q, v) => layers.attention()([q, v], { useCausalMask: true })),
  pair('AdditiveAttention', (q, v) => layers.additiveAttention()([q, v])),
  pair('MultiHeadAttention to itself', (q) => layers.multiHeadAttention(3, 4)([q, q])),
  pair('MultiHeadAttention to another', (q, v) =>
    layers.multiHeadAttention(2, 4, { valueDim: 3, outputShape: 5 })([q, v]),
  ),
  pair('MultiHeadAttention, causal', (q) => layers.multiHeadAttention(2, 4)([q, q], { useCausalMask: true })),
  pair('GroupQueryAttention', (q, v) => layers.groupQueryAttention(4, 6, 2)([q, v])),
  {
    name: 'MultiHeadAttention with a mask',
    x: numbers(5, 7),
    make() {
      const x = layers.input([7], { dtype: 'int32' })
      const embedded = layers.embedding(5, 6, { maskZero: true })(x)
      const attended = layers.multiHeadAttention(2, 4)([embedded, embedded])
      return models.functional({ inputs: x, outputs: layers.globalAveragePooling1d()(attended) })
    },
  },
]
