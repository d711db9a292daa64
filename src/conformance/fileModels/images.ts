import type { SymbolicTensor } from '../../layers/index.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import { bits, type FileModel, normal, numbers } from './fileModel.js'

/** Models of images and volumes: convolutions of all kinds, pooling, padding. */

const classes = { loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] } as const
const labels = numbers(4)

function residualBlock(x: SymbolicTensor, filters: number, strides: number): SymbolicTensor {
  const options = { padding: 'same', useBias: false } as const
  let y = layers.conv2d(filters, 3, { ...options, strides })(x)
  y = layers.batchNormalization()(y)
  y = layers.relu()(y)
  y = layers.conv2d(filters, 3, options)(y)
  y = layers.batchNormalization({ gammaInitializer: 'zeros' })(y)
  const shortcut = strides > 1 ? layers.conv2d(filters, 1, { strides, useBias: false })(x) : x
  return layers.activation('relu')(layers.add([shortcut, y]))
}

export const imageModels: readonly FileModel[] = [
  {
    name: 'lenet',
    x: normal(16, 16, 1),
    y: labels,
    make() {
      const model = models.sequential(
        [
          layers.input([16, 16, 1]),
          layers.conv2d(6, 5, { activation: 'relu', name: 'first' }),
          layers.maxPooling2d(),
          layers.conv2d(8, 3, { activation: 'relu', name: 'second' }),
          layers.maxPooling2d(),
          layers.flatten(),
          layers.dense(16, { activation: 'relu' }),
          layers.dense(4, { activation: 'softmax', name: 'digits' }),
        ],
        { name: 'lenet' },
      )
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.002 }), ...classes })
      return model
    },
  },
  {
    name: 'residual',
    x: normal(8, 8, 3),
    y: labels,
    make() {
      const inputs = layers.input([8, 8, 3])
      const x = layers.conv2d(4, 3, { padding: 'same' })(inputs)
      const blocks = residualBlock(residualBlock(x, 4, 1), 6, 2)
      const outputs = layers.dense(4, { activation: 'softmax' })(layers.globalAveragePooling2d()(blocks))
      const model = models.functional({ inputs, outputs, name: 'residual' })
      model.compile({ optimizer: optimizers.adamw({ learningRate: 0.005, weightDecay: 0.01 }), ...classes })
      return model
    },
  },
  {
    name: 'separable',
    x: normal(9, 9, 3),
    y: labels,
    make() {
      const model = models.sequential([
        layers.input([9, 9, 3]),
        layers.zeroPadding2d([
          [1, 0],
          [2, 1],
        ]),
        layers.depthwiseConv2d(3, { depthMultiplier: 2, activation: 'relu' }),
        layers.separableConv2d(6, 3, { padding: 'same', depthMultiplier: 2 }),
        layers.relu({ maxValue: 6 }),
        layers.cropping2d([1, 1]),
        layers.averagePooling2d(2, { strides: 2, padding: 'same' }),
        layers.flatten(),
        layers.dense(4, { activation: 'softmax' }),
      ])
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.02, momentum: 0.8 }), ...classes })
      return model
    },
  },
  {
    name: 'autoencoder',
    x: normal(8, 8, 1),
    y: bits(8, 8, 1),
    make() {
      const model = models.sequential([
        layers.input([8, 8, 1]),
        layers.conv2d(6, 3, { strides: 2, padding: 'same', activation: 'relu' }),
        layers.flatten(),
        layers.dense(10, { activation: 'relu' }),
        layers.dense(4 * 4 * 4, { activation: 'relu' }),
        layers.reshape([4, 4, 4]),
        layers.conv2dTranspose(6, 3, { strides: 2, padding: 'same', activation: 'relu' }),
        layers.upSampling2d([2, 2], { interpolation: 'nearest' }),
        layers.maxPooling2d(2),
        layers.conv2dTranspose(1, 3, { padding: 'same', activation: 'sigmoid' }),
      ])
      const optimizer = optimizers.adam({ learningRate: 0.005, amsgrad: true })
      model.compile({ optimizer, loss: 'binary_crossentropy' })
      return model
    },
  },
  {
    name: 'volumes',
    x: normal(5, 6, 5, 2),
    y: normal(1),
    make() {
      const model = models.sequential([
        layers.input([5, 6, 5, 2]),
        layers.conv3d(4, 2, { activation: 'relu' }),
        layers.zeroPadding3d([1, 0, 1]),
        layers.maxPooling3d([2, 2, 2]),
        layers.conv3dTranspose(3, 2, { strides: 2, activation: 'relu' }),
        layers.cropping3d([1, 1, 0]),
        layers.upSampling3d([1, 2, 1]),
        layers.averagePooling3d([2, 1, 1]),
        layers.globalAveragePooling3d(),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.002 }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'grouped',
    x: normal(8, 8, 4),
    y: labels,
    // Keras cannot write Adafactor's state into `.h5`: two of its parts have one name.
    without: { newest: ['.h5'], '3.0': ['.h5'] },
    since: '3.0',
    make() {
      const model = models.sequential([
        layers.input([8, 8, 4]),
        layers.conv2d(8, 3, { groups: 2, activation: 'relu' }),
        layers.groupNormalization({ groups: 4 }),
        layers.conv2d(6, 2, { dilationRate: 2, activation: 'relu' }),
        layers.globalMaxPooling2d(),
        layers.dense(4, { activation: 'softmax' }),
      ])
      model.compile({ optimizer: optimizers.adafactor({ learningRate: 0.01 }), ...classes })
      return model
    },
  },
]
