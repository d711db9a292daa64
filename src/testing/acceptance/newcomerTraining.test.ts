import { describe } from 'vitest'
import {
  ArgumentError,
  layers,
  losses,
  metrics,
  models,
  optimizers,
  ShapeError,
  type Tensor,
  utils,
} from '../../index.js'
import { any, checkAttempts } from './attempts.js'

const x = Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(4 * i + j)))
const classes = [0, 1, 2, 0, 1, 2, 0, 1]
const silent = { verbose: 0 } as const

function classifier(options: models.CompileOptions = { loss: 'sparse_categorical_crossentropy' }) {
  const model = models.sequential(
    [layers.input([4]), layers.dense(3, { name: 'out', activation: 'softmax' })],
    { name: 'net' },
  )
  model.compile(options)
  return model
}

describe('What a model is compiled with', () =>
  checkAttempts([
    [
      'a loss by its class',
      () => classifier({ loss: any(losses.Huber) }),
      ArgumentError,
      'loss',
      'expected a name, a function or an object',
      'received the class Huber',
      'is new missing?',
    ],
    [
      'a metric by its class',
      () => classifier({ loss: 'mse', metrics: [any(metrics.AUC)] }),
      ArgumentError,
      'metrics',
      'expected a name, a function or an object',
      'received the class AUC',
      'is new missing?',
    ],
    [
      'an optimizer that was not made',
      () => classifier({ loss: 'mse', optimizer: any(optimizers.adam) }),
      ArgumentError,
      'optimizer',
      "expected a name such as 'adam'",
      'received the function adam',
      'is a call missing?',
    ],
    [
      'one metric, not in a list',
      () => classifier({ loss: 'mse', metrics: any('accuracy') }),
      ArgumentError,
      'compile',
      'expected metrics as a list',
      "received 'accuracy'",
      "Write metrics: ['accuracy']",
    ],
    [
      "Keras's spelling of an option",
      () => classifier(any({ loss: 'mse', loss_weights: [1] })),
      ArgumentError,
      'compile',
      'expected options in camelCase',
      "received 'loss_weights'",
      "Write 'lossWeights'",
    ],
    [
      "Keras's spelling of the learning rate",
      () => optimizers.adam(any({ learning_rate: 0.1 })),
      ArgumentError,
      'Adam',
      'expected options in camelCase',
      "received 'learning_rate'",
      "Write 'learningRate'",
    ],
    [
      'a learning rate in quotes',
      () => optimizers.adam({ learningRate: any('0.1') }),
      ArgumentError,
      'Adam',
      'expected a learning rate of at least 0, or a schedule',
      "received '0.1'",
      'Usual ones are 0.1 to 0.0001',
    ],
    [
      'a guard mistyped',
      () => classifier({ loss: 'mse', guards: any({ logit: false }) }),
      ArgumentError,
      'compile',
      "Known: 'logits'",
      "guard 'logit' is unknown",
      "Did you mean 'logits'?",
    ],
    [
      'a metric that needs probabilities beside a loss of logits',
      () => {
        const model = models.sequential([layers.input([4]), layers.dense(1, { name: 'out' })], {
          name: 'net',
        })
        const loss = new losses.BinaryCrossentropy({ fromLogits: true })
        model.compile({ loss, metrics: [new metrics.AUC({ name: 'auc' })] })
        return model.fit(
          x,
          classes.map((label) => label % 2),
          silent,
        )
      },
      ArgumentError,
      "Model 'net': the metric auc",
      'needs probabilities',
      "the loss binary_crossentropy says that output 'out' gives logits",
      'end the model with a softmax or sigmoid',
    ],
  ]))

describe('What a model is fed', () =>
  checkAttempts([
    [
      'numbers in one row',
      () => classifier().fit(x.flat(), classes, silent),
      ShapeError,
      /'net'.* x /,
      'of shape [null, 4]',
      'received [32]',
      'reshape it to [8, 4]',
    ],
    [
      'numbers in one row, and not enough of them',
      () => classifier().fit(x.flat().slice(1), classes, silent),
      ShapeError,
      /'net'.* x /,
      'of shape [null, 4]',
      'received [31]',
      'The first axis counts samples: give samples of shape [4]',
    ],
    [
      'labels in words',
      () => classifier().fit(x, any(classes.map((label) => `class ${label}`)), silent),
      ArgumentError,
      /^y:/,
      'expected numbers',
      "received 'class 0'",
      /numbers, booleans, nested arrays/,
    ],
    [
      'a number in place of options',
      () => classifier().fit(x, classes, any(5)),
      ArgumentError,
      'fit',
      'expected an object of options',
      'received 5',
      'such as { epochs: 5 }',
    ],
    [
      "Keras's spelling of an option",
      () => classifier().fit(x, classes, any({ batch_size: 3 })),
      ArgumentError,
      'fit',
      'expected options in camelCase',
      "received 'batch_size'",
      "Write 'batchSize'",
    ],
    [
      'data to validate with as an object',
      () => classifier().fit(x, classes, { validationData: any({ x, y: classes }), ...silent }),
      ArgumentError,
      'fit',
      'expected validationData as [x, y], [x, y, sampleWeight] or batches',
      'received { x: a list of 8',
      '[x, y]',
    ],
    [
      'weights of classes by their words',
      () => classifier().fit(x, classes, { classWeight: any({ cat: 2 }), ...silent }),
      ArgumentError,
      "Model 'net'",
      'expected the numbers of classes as keys of classWeight',
      "received 'cat'",
      'such as { 0: 1, 1: 10 }',
    ],
    [
      'classes that are no whole numbers',
      () => utils.toCategorical([0, 1.5]),
      ArgumentError,
      'toCategorical',
      'whole numbers from 0 to 1',
      'received 1.5 at position 1',
      /raise numClasses/,
    ],
  ]))

describe('Losses, metrics and steps of their own', () =>
  checkAttempts([
    [
      'a loss that gives a number',
      () => classifier({ loss: any(() => 3) }).fit(x, classes, silent),
      ArgumentError,
      "loss 'loss'",
      'expected the function to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    [
      'a metric that gives nothing',
      () =>
        classifier({ loss: 'sparse_categorical_crossentropy', metrics: [any(() => {})] }).fit(
          x,
          classes,
          silent,
        ),
      ArgumentError,
      "metric 'metric'",
      'expected the function to give a tensor',
      'received undefined',
      'return what they give',
    ],
    [
      'a training step that gives nothing',
      () => {
        class Own extends models.Model {
          readonly out = layers.dense(1)
          override call(z: Tensor) {
            return this.out(z)
          }
          override trainStep() {
            return any(undefined)
          }
        }
        const model = new Own({ name: 'own' })
        model.compile({ loss: 'mse' })
        return model.fit(x, classes, silent)
      },
      ArgumentError,
      "Model 'own'",
      'expected trainStep to give tensors under their keys',
      'received undefined',
      'such as { loss }',
    ],
  ]))
