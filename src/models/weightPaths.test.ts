import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { add } from '../ops/add.js'
import * as models from './index.js'
import { Model } from './model.js'
import { namedWeights, weightPlaces } from './weightPaths.js'

const paths = (model: models.AnyModel) =>
  weightPlaces(model).map(({ path, weights }) => `${path} ${weights.length}`)
const any = (model: unknown) => model as models.AnyModel

describe('weightPlaces', () => {
  it('of a sequential model, by class and place; never by automatic names', () => {
    const make = () =>
      models.sequential([
        layers.input([8, 8, 1]),
        layers.conv2d(2, 3),
        layers.batchNormalization(),
        layers.conv2d(2, 3, { name: 'mine' }),
        layers.flatten(),
        layers.dense(2),
      ])
    const expected = [
      'layers/conv2d 2',
      'layers/batch_normalization 4',
      'layers/conv2d_1 2',
      'layers/dense 2',
    ]
    expect(paths(any(make()))).toEqual(expected)
    expect(paths(any(make()))).toEqual(expected)
    expect([...namedWeights(any(make())).keys()].slice(0, 4)).toEqual([
      'layers/conv2d/kernel',
      'layers/conv2d/bias',
      'layers/batch_normalization/gamma',
      'layers/batch_normalization/beta',
    ])
  })

  it('of recurrent layers, wrappers and attention, as Keras has them', () => {
    const x = layers.input([4, 3])
    const sequence = layers.bidirectional(layers.lstm(2, { returnSequences: true }))(x)
    const attended = layers.multiHeadAttention(1, 2)([sequence, sequence])
    const stacked = layers.rnn([layers.lstmCell(2), layers.gruCell(2)])(attended)
    const steps = layers.timeDistributed(layers.dense(2))(sequence)
    const model = models.functional({ inputs: x, outputs: [stacked, steps] })
    expect(paths(any(model)).sort()).toEqual([
      'layers/bidirectional/backward_layer/cell 3',
      'layers/bidirectional/forward_layer/cell 3',
      'layers/multi_head_attention/key_dense 2',
      'layers/multi_head_attention/output_dense 2',
      'layers/multi_head_attention/query_dense 2',
      'layers/multi_head_attention/value_dense 2',
      'layers/rnn/cell/cells/gru_cell 3',
      'layers/rnn/cell/cells/lstm_cell 3',
      'layers/time_distributed/layer 2',
    ])
  })

  it('of nested and shared models once', () => {
    const inner = models.sequential([layers.input([2]), layers.dense(2), layers.dense(2)])
    const [a, b] = [layers.input([2]), layers.input([2])]
    const model = models.functional({
      inputs: [a, b],
      outputs: layers.dense(1)(layers.add([inner(a), inner(b)])),
    })
    expect(paths(any(model))).toEqual([
      'layers/sequential/layers/dense 2',
      'layers/sequential/layers/dense_1 2',
      'layers/dense 2',
    ])
  })

  it('of classes of your own: properties before `layers` go by their names, the rest by their classes', () => {
    class Own extends Model {
      hidden = layers.dense(3)
      wideOutput = layers.dense(1)
      blocks = [layers.dense(3), [layers.dense(3)]]
      override call(x: Tensor) {
        const [first, rest] = this.blocks as [layers.Dense, layers.Dense[]]
        return this.wideOutput(add(first(this.hidden(x)), rest[0](this.hidden(x))))
      }
    }
    const model = new Own()
    model.build([null, 2])
    expect(paths(any(model))).toEqual([
      'blocks/dense 2',
      'blocks/container/dense 2',
      'hidden 2',
      'layers/dense_1 2',
    ])
    expect(model.sublayers()).toHaveLength(4)
  })
})
