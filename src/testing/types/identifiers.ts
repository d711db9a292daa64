import {
  activations,
  type constraints,
  initializers,
  layers,
  losses,
  metrics,
  models,
  optimizers,
  type regularizers,
  type Tensor,
} from 'gradus'
import { exactly } from './exactly.js'

// What goes by a name is a union of literals: an editor completes it, and a name mistyped is a type error.

const model = models.sequential([layers.dense(1)])

model.compile({ loss: 'mse', optimizer: 'adam', metrics: ['accuracy', 'mae'] })
// Keras's names of classes stand for them, too.
model.compile({
  loss: 'CategoricalFocalCrossentropy',
  optimizer: 'AdamW',
  metrics: ['AUC', 'BinaryIoU', 'F1Score', 'Accuracy'],
})
model.compile({ loss: { output: 'KLDivergence' }, metrics: { output: ['R2Score', 'KLDivergence'] } })
// @ts-expect-error
model.compile({ loss: 'mse', metrics: ['Auc'] })
// @ts-expect-error Without its options it cannot be made.
model.compile({ loss: 'mse', metrics: ['MeanIoU'] })
// @ts-expect-error
model.compile({ loss: 'KlDivergence' })
// @ts-expect-error
model.compile({ loss: 'mes' })
// @ts-expect-error
model.compile({ loss: 'mse', optimizer: 'adamm' })
// @ts-expect-error
model.compile({ loss: 'mse', metrics: ['acuracy'] })
// @ts-expect-error
model.compile({ loss: 'mse', metrics: { output: ['acuracy'] } })
// @ts-expect-error
model.compile({ loss: { output: 'mes' } })
// @ts-expect-error
model.compile({ loss: 'mse', guards: { scale: false } })
// @ts-expect-error An option that does not exist.
model.compile({ loss: 'mse', loss_weights: [1] })

layers.dense(3, {
  activation: 'relu',
  kernelInitializer: 'he_normal',
  kernelRegularizer: 'l2',
  kernelConstraint: 'max_norm',
})
// @ts-expect-error
layers.dense(3, { activation: 'rleu' })
// @ts-expect-error
layers.dense(3, { kernelInitializer: 'he_norm' })
// @ts-expect-error
layers.dense(3, { kernelRegularizer: 'l3' })
// @ts-expect-error
layers.dense(3, { kernelConstraint: 'max_form' })
// @ts-expect-error An option that does not exist.
layers.dense(3, { activations: 'relu' })
// @ts-expect-error
layers.activation('rleu')
layers.conv2d(3, 5, { padding: 'same' })
// @ts-expect-error
layers.conv2d(3, 5, { padding: 'sme' })
// @ts-expect-error
layers.input([2], { dtype: 'float31' })

// The names, for those who pass them on.
const names = {
  activation: 'relu',
  constraint: 'non_neg',
  initializer: 'glorot_uniform',
  loss: 'sparse_categorical_crossentropy',
  metric: 'sparse_top_k_categorical_accuracy',
  optimizer: 'rmsprop',
  regularizer: 'l1l2',
} as const satisfies {
  activation: activations.ActivationName
  constraint: constraints.ConstraintName
  initializer: initializers.InitializerName
  loss: losses.LossName
  metric: metrics.MetricName
  optimizer: optimizers.OptimizerName
  regularizer: regularizers.RegularizerName
}
type Names =
  | activations.ActivationName
  | constraints.ConstraintName
  | initializers.InitializerName
  | losses.LossName
  | metrics.MetricName
  | optimizers.OptimizerName
  | regularizers.RegularizerName
exactly<false>()({} as string extends Names ? true : false)
exactly<'rmsprop'>()(names.optimizer)

// Each may be a function of ops instead.
model.compile({
  loss: (labels, predictions) => {
    exactly<Tensor>()(labels)
    return losses.meanSquaredError(labels, predictions)
  },
  metrics: [(labels, predictions) => metrics.binaryAccuracy(labels, predictions)],
  optimizer: optimizers.sgd({ learningRate: (step) => 1 / (step + 1) }),
})
layers.dense(3, { activation: activations.mish, kernelInitializer: initializers.heNormal() })
