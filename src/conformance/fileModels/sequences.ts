import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import { bits, clashingIn30, type FileModel, normal, numbers, padded } from './fileModel.js'

/** Models of sequences: recurrent layers of all kinds, masks, convolutions along time. */

const values = normal(1)

export const sequenceModels: readonly FileModel[] = [
  {
    name: 'causal',
    x: normal(12, 3),
    y: values,
    make() {
      const model = models.sequential([
        layers.input([12, 3]),
        layers.conv1d(6, 3, { padding: 'causal', dilationRate: 2, activation: 'relu' }),
        layers.separableConv1d(6, 3, { padding: 'same', activation: 'relu' }),
        layers.maxPooling1d(2),
        layers.depthwiseConv1d(3, { depthMultiplier: 2 }),
        layers.zeroPadding1d([1, 2]),
        layers.conv1dTranspose(4, 3, { strides: 2, activation: 'relu' }),
        layers.cropping1d([1, 1]),
        layers.averagePooling1d(2),
        layers.upSampling1d(2),
        layers.globalMaxPooling1d(),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.rmsprop({ learningRate: 0.005 }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'lstm',
    // Its hard sigmoid was another one, which weights alone do not tell.
    without: { '2.15': ['.weights.h5'] },
    x: numbers(9, 8),
    y: bits(1),
    make() {
      const model = models.sequential(
        [
          layers.input([8], { dtype: 'int32' }),
          layers.embedding(9, 6, { maskZero: true }),
          layers.lstm(8, { returnSequences: true }),
          layers.lstm(6, { unitForgetBias: false, recurrentActivation: 'hard_sigmoid' }),
          layers.dense(1, { activation: 'sigmoid' }),
        ],
        { name: 'sentiment' },
      )
      const optimizer = optimizers.adam({ learningRate: 0.01, clipnorm: 1 })
      model.compile({ optimizer, loss: 'binary_crossentropy', metrics: ['accuracy'] })
      return model
    },
  },
  {
    name: 'gru',
    without: clashingIn30,
    x: normal(7, 4),
    y: values,
    make() {
      const model = models.sequential([
        layers.input([7, 4]),
        layers.gru(6, { returnSequences: true }),
        layers.bidirectional(layers.gru(5, { resetAfter: false, returnSequences: true })),
        layers.timeDistributed(layers.dense(3, { activation: 'relu' })),
        layers.globalAveragePooling1d(),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, clipvalue: 0.2 }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'bidirectional',
    without: clashingIn30,
    x: padded(7, 4),
    y: values,
    make() {
      const backwardLayer = layers.gru(4, { goBackwards: true })
      const model = models.sequential([
        layers.input([7, 4]),
        layers.masking(),
        layers.bidirectional(layers.lstm(5, { returnSequences: true }), { mergeMode: 'sum' }),
        layers.bidirectional(layers.lstm(4), { backwardLayer }),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'cells',
    without: clashingIn30,
    x: normal(7, 4),
    y: values,
    make() {
      const model = models.sequential([
        layers.input([7, 4]),
        layers.rnn([layers.lstmCell(5), layers.gruCell(4)], { returnSequences: true }),
        layers.rnn(layers.simpleRnnCell(5, { activation: 'relu' }), { returnSequences: true }),
        layers.simpleRnn(4, { goBackwards: true, useBias: false }),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }), loss: 'mse' })
      return model
    },
  },
  {
    // The last states of one layer begin those of another.
    name: 'encoder_decoder',
    x: [normal(6, 3), normal(5, 2)],
    y: normal(5, 2),
    make() {
      const source = layers.input([6, 3], { name: 'source' })
      const target = layers.input([5, 2], { name: 'target' })
      const [, hidden, cell] = layers.lstm(6, { returnState: true, name: 'encoder' })(source)
      const decoder = layers.lstm(6, { returnSequences: true, name: 'decoder' })
      const outputs = layers.timeDistributed(layers.dense(2))(decoder([target, hidden, cell]))
      const model = models.functional({ inputs: [source, target], outputs, name: 'encoder_decoder' })
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'mse' })
      return model
    },
  },
]
