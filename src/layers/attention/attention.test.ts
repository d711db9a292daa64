import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../graph/tensor.js'
import { concatenate } from '../../ops/concatenate.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { sliceAxis } from '../../ops/slice.js'
import { softmax } from '../../ops/softmax.js'
import { tensor } from '../../ops/tensor.js'
import { repeat } from '../../ops/tile.js'
import { expectClose } from '../../testing/opTest.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import { contextFor, inContext } from '../callContext.js'
import * as layers from '../index.js'

const lists = [
  [2, 3, 4],
  [2, 5, 4],
]
const cases: Record<string, LayerCase> = {
  attention: { make: () => layers.attention(), inputShape: lists, outputShape: [2, 3, 4] },
  'attention with scale and a key': {
    make: () => layers.attention({ useScale: true }),
    inputShape: [
      [2, 3, 4],
      [2, 5, 2],
      [2, 5, 4],
    ],
    outputShape: [2, 3, 2],
    weightShapes: [[]],
  },
  'attention by tanh': {
    make: () => layers.attention({ useScale: true, scoreMode: 'concat' }),
    inputShape: lists,
    outputShape: [2, 3, 4],
    weightShapes: [[], []],
  },
  additiveAttention: {
    make: () => layers.additiveAttention(),
    inputShape: lists,
    outputShape: [2, 3, 4],
    weightShapes: [[4]],
  },
  multiHeadAttention: {
    make: () => layers.multiHeadAttention(2, 3, { valueDim: 2, biasInitializer: 'random_uniform' }),
    inputShape: lists,
    outputShape: [2, 3, 4],
    weightShapes: [[4, 2, 3], [2, 3], [4, 2, 3], [2, 3], [4, 2, 2], [2, 2], [2, 2, 4], [4]],
  },
  groupQueryAttention: {
    make: () => layers.groupQueryAttention(3, 4, 2, { biasInitializer: 'random_uniform' }),
    inputShape: lists,
    outputShape: [2, 3, 4],
    weightShapes: [[4, 4, 3], [4, 3], [4, 2, 3], [2, 3], [4, 2, 3], [2, 3], [4, 3, 4], [4]],
  },
  'groupQueryAttention with one head of keys, gate and window': {
    make: () => layers.groupQueryAttention(2, 3, 1, { useBias: false, useGate: true, slidingWindow: 2 }),
    inputShape: lists,
    outputShape: [2, 3, 4],
    weightShapes: [
      [4, 3, 2],
      [4, 1, 2],
      [4, 3, 2],
      [4, 1, 2],
      [3, 2, 4],
    ],
  },
  'multiHeadAttention with an output of several axes': {
    make: () => layers.multiHeadAttention(2, 3, { outputShape: [2, 5] }),
    inputShape: lists,
    outputShape: [2, 3, 2, 5],
    weightShapes: [
      [4, 2, 3],
      [2, 3],
      [4, 2, 3],
      [2, 3],
      [4, 2, 3],
      [2, 3],
      [2, 3, 2, 5],
      [2, 5],
    ],
  },
  'multiHeadAttention with gate, window and output shape': {
    make: () =>
      layers.multiHeadAttention(2, 3, { useGate: true, slidingWindow: 2, outputShape: 5, useBias: false }),
    inputShape: [
      [2, 3, 4],
      [2, 5, 2],
      [2, 5, 3],
    ],
    outputShape: [2, 3, 5],
    weightShapes: [
      [4, 2, 3],
      [3, 2, 3],
      [4, 2, 3],
      [2, 2, 3],
      [2, 3, 5],
    ],
  },
  masking: { make: () => layers.masking(), inputShape: [2, 3, 4], outputShape: [2, 3, 4] },
}

const bools = (rows: readonly (readonly boolean[])[]): Tensor => tensor(rows, { dtype: 'bool' })

describe('attention', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('dot: softmax(q k^T) v, with the weights if asked for', () => {
    const [q, v] = [
      tensor([
        [
          [1, 0],
          [0, 2],
        ],
      ]),
      tensor([
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ]),
    ]
    const [output, weights] = layers.attention()([q, v], { returnAttentionScores: true })
    const rows = [
      [1, 3, 5],
      [4, 8, 12],
    ].map((scores) => {
      const exponentials = scores.map((score) => Math.exp(score - scores[2]))
      const total = exponentials.reduce((a, b) => a + b)
      return exponentials.map((each) => each / total)
    })
    expectClose(referenceValues(weights), rows.flat(), 1e-12)
    const means = rows.flatMap((row) =>
      [0, 1].map((column) => row.reduce((sum, weight, i) => sum + weight * (2 * i + 1 + column), 0)),
    )
    expectClose(referenceValues(output), means, 1e-12)
  })

  it('additive: sum(scale tanh(q + k))', () => {
    const layer = layers.additiveAttention()
    const [q, v] = [
      tensor([[[0.5, -1]]]),
      tensor([
        [
          [1, 2],
          [-3, 0.25],
        ],
      ]),
    ]
    layer([q, v])
    layer.weights[0].write([2, -0.5])
    const score = (a: number, b: number) => 2 * Math.tanh(0.5 + a) - 0.5 * Math.tanh(-1 + b)
    const first = 1 / (1 + Math.exp(score(-3, 0.25) - score(1, 2)))
    expectClose(referenceValues(layer([q, v])), [4 * first - 3, 1.75 * first + 0.25], 1e-12)
  })

  it('heeds causal masks and masks of values and queries', () => {
    const [q, v] = [sampleTensor([1, 3, 2]), sampleTensor([1, 3, 2], 2)]
    const causal = layers.attention()([q, v], { useCausalMask: true })
    for (const at of [0, 1, 2]) {
      const alone = layers.attention()([sliceAxis(q, 1, at, at + 1), sliceAxis(v, 1, 0, at + 1)])
      expectClose(referenceValues(causal).slice(2 * at, 2 * at + 2), referenceValues(alone), 1e-12)
    }
    const values = layers.withMask(v, bools([[true, true, false]]))
    const short = layers.attention()([q, sliceAxis(v, 1, 0, 2)])
    expectClose(referenceValues(layers.attention()([q, values])), referenceValues(short), 1e-12)
    const queries = layers.withMask(q, bools([[true, false, true]]))
    const counted = layers.attention()([queries, v])
    expect(referenceValues(counted).slice(2, 4)).toEqual([0, 0])
    expect(layers.maskOf(counted)).toBe(layers.maskOf(queries))
  })

  it('multi-head: each head by itself, then one projection of all', () => {
    const layer = layers.multiHeadAttention(2, 3)
    const [q, v] = [sampleTensor([1, 3, 4]), sampleTensor([1, 5, 4], 2)]
    const output = layer([q, v])
    const [kq, , kk, , kv, , ko] = layer.weights.map((weight) => weight.value())
    const flat = (x: Tensor, from: number) => reshape(x, [from, -1])
    const project = (x: Tensor, kernel: Tensor, head: number) =>
      matmul(x, flat(sliceAxis(kernel, 1, head, head + 1), 4))
    const heads = [0, 1].map((head) => {
      const scores = matmul(project(q, kq, head), project(v, kk, head), { transposeB: true })
      return matmul(softmax(multiply(scores, 1 / Math.sqrt(3))), project(v, kv, head))
    })
    expectClose(referenceValues(output), referenceValues(matmul(concatenate(heads), flat(ko, 6))), 1e-12)
  })

  it('multi-head: heeds given masks, causal masks and windows', () => {
    const layer = layers.multiHeadAttention(2, 3)
    const x = sampleTensor([1, 3, 4])
    const lower = bools([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
    const given = layer([x, x, x, reshape(lower, [1, 3, 3])])
    const causal = layer([x, x], { useCausalMask: true })
    expectClose(referenceValues(given), referenceValues(causal), 1e-12)
    const [, weights] = layer([x, x], { useCausalMask: true, returnAttentionScores: true })
    expect(weights.shape).toEqual([1, 2, 3, 3])
    expect(referenceValues(weights).slice(0, 3)).toEqual([1, 0, 0])

    const windowed = layers.multiHeadAttention(1, 2, { slidingWindow: 1 })
    const [, own] = windowed([x, x], { returnAttentionScores: true })
    expect(referenceValues(own)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1])
  })

  it('in groups: heads of queries share those of keys and values', () => {
    const [grouped, full] = [layers.groupQueryAttention(3, 4, 2), layers.multiHeadAttention(4, 3)]
    const inputs = [sampleTensor([1, 3, 4]), sampleTensor([1, 5, 4], 2)]
    const output = grouped(inputs)
    full(inputs)
    // Multi-head attention with each head of keys and values written down twice gives the same.
    grouped.weights.forEach((weight, i) => {
      const twice = [2, 3, 4, 5].includes(i)
        ? repeat(weight.value(), 2, weight.shape.length - 2)
        : weight.value()
      full.weights[i].write(referenceValues(twice))
    })
    expectClose(referenceValues(output), referenceValues(full(inputs)), 1e-12)
    expect(() => layers.groupQueryAttention(3, 4, 3)).toThrow(
      /numQueryHeads to divide by numKeyValueHeads, received 4 and 3/,
    )
  })

  it("have parts of Keras's names", () => {
    const namesOf = (layer: layers.AttentionCall & layers.AnyLayer) => {
      layer([sampleTensor([1, 3, 4]), sampleTensor([1, 5, 4], 2)])
      return Object.keys(layer.parts())
    }
    expect(namesOf(layers.multiHeadAttention(2, 3, { useGate: true }))).toEqual([
      'query_dense',
      'key_dense',
      '_gate_dense',
      'value_dense',
      'output_dense',
    ])
    expect(namesOf(layers.groupQueryAttention(3, 2, 1))[0]).toBe('_query_dense')
  })

  it('penalises what each projection gives', () => {
    const layer = layers.multiHeadAttention(2, 3, { activityRegularizer: 'l2', useBias: false })
    const x = sampleTensor([2, 3, 4])
    layer([x, x])
    const terms: Tensor[] = []
    const context = { ...contextFor({}), losses: { add: (term: Tensor) => void terms.push(term) } }
    inContext(context, () => layer([x, x]))
    expect(terms.length).toBe(4)
    expect(layer.getConfig().activity_regularizer).toMatchObject({ class_name: 'L2' })
  })

  it('symbolically: options of the call count for its shapes', () => {
    const x = layers.input([3, 4])
    const [output, weights] = layers.multiHeadAttention(2, 3)([x, x], { returnAttentionScores: true })
    expect([output.shape, weights.shape]).toEqual([
      [null, 3, 4],
      [null, 2, 3, 3],
    ])
  })

  it('drops weights in training', () => {
    const layer = layers.attention({ dropout: 0.5, seed: 1 })
    const inputs = [sampleTensor([2, 6, 4]), sampleTensor([2, 6, 4], 2)]
    const [, weights] = layer(inputs, { training: true, returnAttentionScores: true })
    const [, calm] = layer(inputs, { returnAttentionScores: true })
    const before = referenceValues(calm)
    const after = referenceValues(weights)
    expect(after).toContain(0)
    after.forEach((weight, i) => {
      if (weight !== 0) expect(weight).toBeCloseTo(2 * before[i], 6)
    })
  })

  it('refuses one input, sizes that do not fit, and other axes', () => {
    const layer = layers.attention()
    expect(() => layer([sampleTensor([1, 2, 3])])).toThrow(/a list \[query, value\].*received a list of 1/)
    expect(() => layer([sampleTensor([1, 2]), sampleTensor([1, 2, 3])])).toThrow(
      /query \[batch, queries, size\]/,
    )
    expect(() => layers.multiHeadAttention(1, 2, { attentionAxes: [1, 2] })).toThrow(
      /attentionAxes: expected 1, received \[1,2\]/,
    )
  })
})

describe('masking', () => {
  it('marks steps that have the value alone, for layers behind it', () => {
    const x = tensor([
      [
        [1, 2],
        [5, 5],
        [5, 6],
      ],
    ])
    const masked = layers.masking({ maskValue: 5 })(x)
    expect(referenceValues(masked)).toEqual([1, 2, 0, 0, 5, 6])
    const mask = layers.maskOf(masked)
    expect(mask && referenceValues(mask)).toEqual([1, 0, 1])
    const rnn = layers.simpleRnn(2)
    const shorter = tensor([
      [
        [1, 2],
        [5, 6],
      ],
    ])
    expectClose(referenceValues(rnn(masked)), referenceValues(rnn(shorter)), 1e-12)
  })
})
