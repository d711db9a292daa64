import * as constraints from '../../constraints/index.js'
import * as initializers from '../../initializers/index.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import * as regularizers from '../../regularizers/index.js'
import { clashingIn30, type FileModel, normal, numbers, oneHot } from './fileModel.js'

/** Models of vectors: dense layers with all that can be given to a layer, and what optimizers keep. */

const classes = { loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] } as const
const [vectors, values, labels] = [normal(6), normal(1), numbers(3)]

/** A small network with one output, for optimizers. */
function regression(optimizer: optimizers.Optimizer, loss: 'mse' | 'log_cosh' = 'mse', activation = 'relu') {
  const hidden = layers.dense(12, { activation: activation as 'relu' | 'tanh' })
  const model = models.sequential([layers.input([6]), hidden, layers.dense(1)])
  model.compile({ optimizer, loss })
  return model
}

/** What the `decay` of Keras 2 stood for. */
const decaying = (rate: number) => optimizers.schedules.inverseTimeDecay(rate, 1, 0.1)

export const vectorModels: readonly FileModel[] = [
  {
    name: 'perceptron',
    x: vectors,
    y: oneHot(3),
    make() {
      const kernelRegularizer = regularizers.l1l2(0.001, 0.01)
      const model = models.sequential(
        [
          layers.input([6]),
          layers.dense(16, { activation: 'relu', kernelRegularizer: regularizers.l2(0.01) }),
          layers.dense(8, { activation: 'tanh', kernelRegularizer, biasRegularizer: 'l2' }),
          layers.dense(3, { activation: 'softmax' }),
        ],
        { name: 'perceptron' },
      )
      const optimizer = optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })
      model.compile({ optimizer, loss: 'categorical_crossentropy', metrics: ['accuracy'] })
      return model
    },
  },
  {
    name: 'constrained',
    without: clashingIn30,
    x: vectors,
    y: values,
    make() {
      const model = models.sequential([
        layers.input([6]),
        layers.dense(12, { activation: 'selu', kernelConstraint: constraints.maxNorm(1) }),
        layers.dense(8, { useBias: false, activation: 'silu', kernelConstraint: constraints.unitNorm() }),
        layers.dense(6, { activation: 'softplus', biasConstraint: constraints.nonNeg() }),
        layers.dense(1, {
          kernelConstraint: constraints.minMaxNorm({ minValue: 0.2, maxValue: 0.8, rate: 0.5 }),
        }),
      ])
      const optimizer = optimizers.adagrad({ learningRate: 0.05, initialAccumulatorValue: 0.2 })
      model.compile({ optimizer, loss: 'mean_absolute_error' })
      return model
    },
  },
  {
    name: 'initialized',
    x: vectors,
    y: values,
    make() {
      const scaling = initializers.varianceScaling({ scale: 2, mode: 'fan_avg' })
      const model = models.sequential([
        layers.input([6]),
        layers.dense(10, { activation: 'gelu', kernelInitializer: 'he_normal', biasInitializer: 'ones' }),
        layers.dense(8, {
          activation: 'softsign',
          kernelInitializer: initializers.orthogonal({ gain: 1.5 }),
        }),
        layers.dense(8, { activation: 'elu', kernelInitializer: scaling }),
        layers.dense(1, { kernelInitializer: initializers.truncatedNormal({ stddev: 0.3 }) }),
      ])
      const optimizer = optimizers.adadelta({ learningRate: 1, rho: 0.9 })
      model.compile({ optimizer, loss: 'huber', metrics: ['mae'] })
      return model
    },
  },
  {
    name: 'activation_layers',
    x: vectors,
    y: labels,
    make() {
      const model = models.sequential([
        layers.input([6]),
        layers.dense(10),
        layers.leakyRelu(0.1),
        layers.dense(10),
        layers.elu(0.5),
        layers.dense(10),
        layers.prelu({ alphaInitializer: 'ones' }),
        layers.dense(10),
        layers.relu({ maxValue: 6, negativeSlope: 0.1, threshold: 0.1 }),
        layers.dense(10),
        layers.activation('sigmoid'),
        layers.dense(3),
        layers.softmax(),
      ])
      model.compile({ optimizer: optimizers.adamax({ learningRate: 0.01 }), ...classes })
      return model
    },
  },
  {
    name: 'normalized',
    x: vectors,
    y: values,
    make() {
      const model = models.sequential([
        layers.input([6]),
        layers.dense(12, { useBias: false }),
        layers.batchNormalization({ momentum: 0.9, epsilon: 0.01 }),
        layers.activation('relu'),
        layers.dense(12),
        layers.layerNormalization(),
        layers.dense(8, { activation: 'tanh' }),
        layers.unitNormalization(),
        layers.dense(1),
      ])
      const optimizer = optimizers.rmsprop({ learningRate: 0.005, momentum: 0.5, centered: true })
      model.compile({ optimizer, loss: 'mse' })
      return model
    },
  },
  {
    name: 'frozen',
    x: vectors,
    y: labels,
    make() {
      const model = models.sequential([
        layers.input([6]),
        layers.dense(10, { activation: 'relu', trainable: false, name: 'kept' }),
        layers.batchNormalization({ trainable: false }),
        layers.dense(10, { activation: 'relu' }),
        layers.dense(3, { activation: 'softmax' }),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), ...classes })
      return model
    },
  },
  {
    // A layer that was adapted to data before.
    name: 'prepared',
    x: vectors,
    y: values,
    async make() {
      const normalization = layers.normalization()
      const seen = Array.from({ length: 20 }, (_, row) =>
        Array.from({ length: 6 }, (_, i) => (-3 + (8 * (6 * row + i)) / 119) ** 2),
      )
      await normalization.adapt(seen)
      const model = models.sequential([
        layers.input([6]),
        layers.rescaling(0.5, { offset: 0.1 }),
        normalization,
        layers.dense(8, { activation: 'relu' }),
        layers.dense(1),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, amsgrad: true }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'noisy',
    x: vectors,
    y: labels,
    trains: false,
    make() {
      const model = models.sequential([
        layers.input([6]),
        layers.dense(12, { activation: 'relu' }),
        layers.dropout(0.3),
        layers.gaussianNoise(0.2),
        layers.dense(12, { activation: 'selu', kernelInitializer: 'lecun_normal' }),
        layers.alphaDropout(0.1),
        layers.activityRegularization({ l1: 0.01, l2: 0.02 }),
        layers.gaussianDropout(0.2),
        layers.dense(3, { activation: 'softmax' }),
      ])
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), ...classes })
      return model
    },
  },
  {
    name: 'averaged',
    x: vectors,
    y: values,
    make: () =>
      regression(
        optimizers.adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 4 }),
      ),
  },
  {
    name: 'accumulated',
    x: vectors,
    y: values,
    since: 'newest',
    make: () =>
      regression(optimizers.adamw({ learningRate: 0.01, gradientAccumulationSteps: 4, weightDecay: 0.05 })),
  },
  {
    name: 'scheduled',
    x: vectors,
    y: values,
    make() {
      const schedule = optimizers.schedules.cosineDecay(0.02, 20, {
        alpha: 0.1,
        warmupTarget: 0.05,
        warmupSteps: 5,
      })
      return regression(optimizers.adamw({ learningRate: schedule, weightDecay: 0.05, clipnorm: 0.5 }))
    },
  },
  {
    name: 'proximal',
    without: clashingIn30,
    x: vectors,
    y: values,
    make() {
      const strengths = { l1RegularizationStrength: 0.01, l2RegularizationStrength: 0.02 }
      return regression(optimizers.ftrl({ learningRate: 0.1, ...strengths }), 'log_cosh', 'tanh')
    },
  },
  {
    // A chain without an input layer: its shapes come from the first batch.
    name: 'deferred',
    x: vectors,
    y: labels,
    // Before 3.1 Keras forgot a part of Nadam's state.
    since: 'newest',
    make() {
      const model = models.sequential([
        layers.dense(10, { activation: 'relu' }),
        layers.dense(3, { activation: 'softmax' }),
      ])
      model.compile({ optimizer: optimizers.nadam({ learningRate: 0.01 }), ...classes })
      return model
    },
  },
  ...legacy({
    legacy_sgd: () => optimizers.sgd({ learningRate: decaying(0.05), momentum: 0.9 }),
    legacy_adam: () => optimizers.adam({ learningRate: decaying(0.01) }),
    legacy_adam_amsgrad: () => optimizers.adam({ learningRate: 0.01, amsgrad: true, clipnorm: 0.5 }),
    legacy_rmsprop: () => optimizers.rmsprop({ learningRate: 0.01 }),
    legacy_rmsprop_centered: () => optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
    legacy_adagrad: () => optimizers.adagrad({ learningRate: 0.05, initialAccumulatorValue: 0 }),
    legacy_adadelta: () => optimizers.adadelta({ learningRate: 1 }),
    legacy_adamax: () => optimizers.adamax({ learningRate: 0.01 }),
    legacy_ftrl: () => optimizers.ftrl({ learningRate: 0.1, l2RegularizationStrength: 0.01 }),
  }),
]

/** The optimizers that Keras had until 2.10, which 2.15 has beside those of now. Two of the layers have weights of one shape. */
function legacy(makers: Readonly<Record<string, () => optimizers.Optimizer>>): FileModel[] {
  return Object.entries(makers).map(([name, makeOptimizer]) => ({
    name,
    x: vectors,
    y: values,
    until: '2.15',
    make() {
      const square = () => layers.dense(6, { activation: 'tanh' })
      const model = models.sequential([layers.input([6]), square(), square(), layers.dense(1)])
      model.compile({ optimizer: makeOptimizer(), loss: 'mse' })
      return model
    },
  }))
}
