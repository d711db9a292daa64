import { describe } from 'vitest'
import {
  ArgumentError,
  constraints,
  initializers,
  layers,
  models,
  ops,
  regularizers,
  ShapeError,
  type Tensor,
  utils,
} from '../../index.js'
import { any, checkAttempts } from './attempts.js'

const silent = { verbose: 0 } as const
/** Trains a line with some options of its layer. */
const train = (options: layers.DenseOptions) => {
  const model = models.sequential([layers.input([2]), layers.dense(1, { name: 'd', ...options })])
  model.compile({ loss: 'mse' })
  return model.fit(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 2],
    silent,
  )
}
const isNewMissing = 'is new missing?'

describe('Classes in place of objects', () =>
  checkAttempts([
    [
      'an activation',
      () => layers.dense(3, { activation: any(layers.LeakyReLU) }),
      ArgumentError,
      'activation',
      'expected a name, a function or an object',
      'received the class LeakyReLU',
      isNewMissing,
    ],
    [
      'a regularizer',
      () => layers.dense(3, { kernelRegularizer: any(regularizers.L2) }),
      ArgumentError,
      'regularizer',
      'expected a name, a function or an object',
      'received the class L2',
      isNewMissing,
    ],
    [
      'a constraint',
      () => layers.dense(3, { kernelConstraint: any(constraints.MaxNorm) }),
      ArgumentError,
      'constraint',
      'expected a name, a function or an object',
      'received the class MaxNorm',
      isNewMissing,
    ],
    [
      'an initializer',
      () => layers.dense(3, { kernelInitializer: any(initializers.HeNormal) }),
      ArgumentError,
      'initializer',
      'expected a name, a function or an object',
      'received the class HeNormal',
      isNewMissing,
    ],
  ]))

describe('Functions that make objects, not called', () =>
  checkAttempts([
    [
      'an initializer',
      () => layers.dense(3, { kernelInitializer: any(initializers.heNormal) })([[1]]),
      ArgumentError,
      'initializer',
      'expected the numbers of a weight of shape [1, 3]',
      'received an error (HeNormal: expected an object of options',
      'Call the function that makes an initializer',
    ],
    [
      'a regularizer',
      () => train({ kernelRegularizer: any(regularizers.l2) }),
      ArgumentError,
      'L2: l2',
      'expected a number of at least 0',
      'received Tensor(float32 [2, 1])',
      /number/,
    ],
  ]))

describe('Functions of their own', () =>
  checkAttempts([
    [
      'an initializer that gives one number',
      () => layers.dense(3, { kernelInitializer: any(() => 1) })([[1]]),
      ArgumentError,
      'initializer',
      'the numbers of a weight of shape [1, 3]',
      'received 1',
      /numbers/,
    ],
    [
      'a penalty that is no tensor',
      () => train({ kernelRegularizer: any(() => 1) }),
      ArgumentError,
      'regularizer of d/kernel',
      'expected the function to give a tensor',
      'received 1',
      'Compute with ops',
    ],
    [
      'a penalty for each weight in place of one for all',
      () => train({ kernelRegularizer: (w) => ops.square(w) }),
      ShapeError,
      'regularizer of d/kernel',
      'expected a scalar',
      'received Tensor(float32 [2, 1])',
      'Reduce it, for example with ops.sum(...)',
    ],
    [
      'a penalty for each output',
      () => train({ activityRegularizer: (outputs) => ops.square(outputs) }),
      ShapeError,
      "regularizer of the outputs of Layer 'd' (Dense)",
      'expected a scalar',
      'received Tensor(float32',
      'Reduce it, for example with ops.sum(...)',
    ],
    [
      'a training step that waits',
      () => {
        class Own extends models.Model {
          override call(x: Tensor) {
            return x
          }
          override trainStep() {
            return any(Promise.resolve({}))
          }
        }
        const model = new Own({ name: 'own' })
        model.compile({ loss: 'mse' })
        return model.fit([[1]], [1], silent)
      },
      ArgumentError,
      "Model 'own'",
      'expected trainStep to give tensors under their keys',
      'received a Promise',
      'such as { loss }',
    ],
    [
      'a gradient check without a list',
      () => utils.gradientCheck((x) => x, any(5)),
      ArgumentError,
      'gradientCheck',
      'expected a list of arguments',
      'received 5',
      'Write gradientCheck(f, [x])',
    ],
  ]))

describe('Layers', () =>
  checkAttempts([
    [
      'of the wrong rank',
      () => layers.lstm(3, { name: 'memory' })(layers.input([4])),
      ShapeError,
      "Layer 'memory' (LSTM)",
      'rank 3, [batch, time, features]',
      'received shape [null, 4]',
      'the features of a series of plain numbers',
    ],
    [
      'of a text in place of a number',
      () => layers.dense(any('3'), { name: 'd' }),
      ArgumentError,
      "Layer 'd' (Dense): units",
      'an integer of at least 1',
      "received '3'",
      /integer/,
    ],
    [
      'of options in place of a number',
      () => layers.dense(any({ units: 3 }), { name: 'd' }),
      ArgumentError,
      "Layer 'd' (Dense): units",
      'an integer of at least 1',
      'received { units: 3 }',
      /integer/,
    ],
    [
      "with Keras's spelling of an option",
      () => layers.dense(3, any({ kernel_initializer: 'zeros' })),
      ArgumentError,
      'Dense',
      'expected options in camelCase',
      "received 'kernel_initializer'",
      "Write 'kernelInitializer'",
    ],
    [
      'with the activation by position',
      () => layers.dense(3, any('relu')),
      ArgumentError,
      'Dense',
      'expected an object of options',
      "received 'relu'",
      /object of options, such as \{/,
    ],
    [
      'for an input whose shape is a number',
      () => layers.input(any(4), { name: 'in' }),
      ArgumentError,
      "Layer 'in' (InputLayer)",
      'the shape of a sample as a list such as [28, 28, 1]',
      'received 4',
      'such as [28, 28, 1]',
    ],
    [
      'that forget to return',
      () => {
        class Forgetful extends layers.Layer {
          override call(): Tensor {
            return any(undefined)
          }
        }
        return new Forgetful({ name: 'mine' })([[1]])
      },
      ArgumentError,
      "Layer 'mine' (Forgetful)",
      'expected call to give a tensor',
      'received undefined',
      'Is a return missing?',
    ],
    [
      'that wait',
      () =>
        layers.lambda(
          any(async (z: Tensor) => z),
          { name: 'mine' },
        )([[1]]),
      ArgumentError,
      "Layer 'mine' (Lambda)",
      'expected call to give a tensor',
      'received a Promise',
      'A layer cannot wait for values: compute with ops',
    ],
    [
      'with an activation that gives a number',
      () => layers.dense(3, { name: 'd', activation: any(() => 3) })([[1]]),
      ArgumentError,
      "Layer 'd' (Dense)",
      'activation: expected the function to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    [
      'called on a text',
      () => layers.dense(3, { name: 'd' })(any('pictures')),
      ArgumentError,
      "Layer 'd' (Dense)",
      'expected numbers, booleans, nested arrays of them or a typed array',
      "received 'pictures'",
      /typed array/,
    ],
  ]))

describe('Layers and models', () =>
  checkAttempts([
    [
      'a model in itself',
      () => {
        const inner = models.sequential([layers.dense(2)], { name: 'inner' })
        const outer = models.sequential([inner], { name: 'outer' })
        inner.add(outer)
      },
      ArgumentError,
      "Model 'inner'",
      'a model cannot stand in itself',
      "as it would in 'outer'",
      'Make another one',
    ],
    [
      'a wrapper of a name',
      () => layers.timeDistributed(any('dense')),
      ArgumentError,
      /TimeDistributed/,
      'expected a layer such as layers.dense(10)',
      "received 'dense'",
      'layers.dense(10)',
    ],
    [
      'an axis that is not there',
      () => layers.batchNormalization({ axis: 5, name: 'norm' })(layers.input([2])),
      ShapeError,
      "Layer 'norm' (BatchNormalization)",
      'expected an axis from -2 to 1',
      'received 5 for shape [null, 2]',
      /from -2 to 1/,
    ],
    [
      'a weight of an open shape',
      () => {
        class Open extends layers.Layer {
          override build() {
            this.addWeight({ name: 'w', shape: any([null, 3]) })
          }
          override call(x: Tensor) {
            return x
          }
        }
        return new Open({ name: 'open' })([[1]])
      },
      ArgumentError,
      "Layer 'open' (Open): weight 'w'",
      'expected a shape of known sizes',
      'received [null, 3]',
      'such as [3, 10]',
    ],
    [
      'weights that are no list',
      async () => models.sequential([layers.input([2]), layers.dense(1)], { name: 'net' }).setWeights(any(5)),
      ArgumentError,
      "Model 'net'",
      'expected a list of 2 arrays of weights',
      'received 5',
      /In order: .*kernel \[2, 1\], .*bias \[1\]/,
    ],
    [
      'a layer out of nothing',
      () => layers.deserialize(any({})),
      ArgumentError,
      'layer',
      'expected an object { class_name, config }',
      'received {}',
      'class_name',
    ],
  ]))
