import { createLenet } from '../../cli/lenet.js'
import { digits } from '../../data/datasets/index.js'
import * as initializers from '../../initializers/index.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import { compareRun, type RunComparison, runSteps } from '../compareRun.js'
import { HostTensor } from '../hostTensor.js'
import { object } from '../kerasObject.js'
import { clusters, perceptron } from '../perceptron.js'
import { floats, integers, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const batchSize = 32
const rows = runSteps * batchSize

/** A function of three variables, by tanh units with RMSprop, clipping and a schedule. */
function regression(): RunComparison {
  const x = new Samples(31).uniform([rows, 3], -2, 2)
  const y = floats(
    [rows, 1],
    Float32Array.from({ length: rows }, (_, row) => {
      const [a, b, c] = x.data.subarray(3 * row, 3 * row + 3)
      return Math.sin(a) + a * b - 0.5 * c * c
    }),
  )
  const model = models.sequential(
    [
      layers.input([3]),
      layers.dense(32, { activation: 'tanh', kernelInitializer: initializers.heNormal() }),
      layers.layerNormalization(),
      layers.dense(32, { activation: 'silu' }),
      layers.dense(1),
    ],
    { seed: 2 },
  )
  const learningRate = optimizers.schedules.exponentialDecay(0.01, 20, 0.7)
  model.compile({ loss: 'huber', optimizer: optimizers.rmsprop({ learningRate, clipnorm: 1.5 }) })
  const optimizer = object('optimizers.RMSprop', {
    learning_rate: object('optimizers.schedules.ExponentialDecay', {
      initial_learning_rate: 0.01,
      decay_steps: 20,
      decay_rate: 0.7,
    }),
    clipnorm: 1.5,
  })
  return { model, compile: { optimizer, loss: 'huber' }, x, y }
}

/** Convolutions with batch normalisation, whose moving statistics train along, and AdamW. */
function normalizedConvolutions(): RunComparison {
  const { points, labels } = clusters(32, { rows, features: 8 * 8 * 2, classes: 5 })
  const x = new HostTensor('float32', [rows, 8, 8, 2], points.data)
  const model = models.sequential(
    [
      layers.input([8, 8, 2]),
      layers.conv2d(8, 3, { padding: 'same', useBias: false }),
      layers.batchNormalization(),
      layers.activation('relu'),
      layers.maxPooling2d(2),
      layers.conv2d(16, 3),
      layers.batchNormalization(),
      layers.activation('elu'),
      layers.globalAveragePooling2d(),
      layers.dense(5, { activation: 'softmax' }),
    ],
    { seed: 3 },
  )
  const loss = 'sparse_categorical_crossentropy'
  model.compile({ loss, optimizer: optimizers.adamw({ learningRate: 0.005, weightDecay: 0.01 }) })
  const optimizer = object('optimizers.AdamW', { learning_rate: 0.005, weight_decay: 0.01 })
  return { model, compile: { optimizer, loss }, x, y: labels }
}

/** Whether the first token of a sequence is a large one, by an embedding and an LSTM that heeds its mask. */
function recurrent(): RunComparison {
  const [tokens, length] = [9, 12]
  const x = new Samples(33).labels([rows, length], tokens)
  const y = floats(
    [rows, 1],
    Float32Array.from({ length: rows }, (_, row) => (x.data[row * length] > 4 ? 1 : 0)),
  )
  const model = models.sequential(
    [
      layers.input([length], { dtype: 'int32' }),
      layers.embedding(tokens, 8, { maskZero: true }),
      layers.lstm(16),
      layers.dense(1, { activation: 'sigmoid' }),
    ],
    { seed: 4 },
  )
  const loss = 'binary_crossentropy'
  model.compile({ loss, optimizer: optimizers.adam({ learningRate: 0.01, globalClipnorm: 1.5 }) })
  const optimizer = object('optimizers.Adam', { learning_rate: 0.01, global_clipnorm: 1.5 })
  return { model, compile: { optimizer, loss }, x, y }
}

/**
 * Which of two kinds of tokens a sequence has more of. Tokens occur often in a batch, where Keras's Adam does not square an
 * embedding's gradient as it should: see `conformance/dense_gradients.py`. So does the arbiter.
 */
function bagOfTokens(): RunComparison {
  const [tokens, length] = [12, 9]
  const x = new Samples(37).labels([rows, length], tokens)
  const y = floats(
    [rows, 1],
    Float32Array.from({ length: rows }, (_, row) => {
      const sequence = x.data.subarray(row * length, (row + 1) * length)
      return sequence.filter((token) => token < tokens / 2).length > length / 2 ? 1 : 0
    }),
  )
  const model = models.sequential(
    [
      layers.input([length], { dtype: 'int32' }),
      layers.embedding(tokens, 6),
      layers.globalAveragePooling1d(),
      layers.dense(1, { activation: 'sigmoid' }),
    ],
    { seed: 5 },
  )
  const loss = 'binary_crossentropy'
  model.compile({ loss, optimizer: optimizers.adam({ learningRate: 0.02 }) })
  return { model, compile: { optimizer: object('optimizers.Adam', { learning_rate: 0.02 }), loss }, x, y }
}

/** A functional model: a branch that is added to its input, then a layer that is used twice. */
function functional(): RunComparison {
  const { points, labels } = clusters(34, { rows, features: 10, classes: 3 })
  const input = layers.input([10])
  const branch = layers.dense(10)(layers.dense(20, { activation: 'gelu' })(input))
  const sum = layers.layerNormalization()(layers.add([input, branch]))
  const shared = layers.dense(8, { activation: 'relu' })
  const both = layers.concatenate([shared(sum), shared(input)])
  const outputs = layers.dense(3, { activation: 'softmax' })(both)
  const model = models.functional({ inputs: input, outputs })
  const loss = 'sparse_categorical_crossentropy'
  model.compile({ loss, optimizer: optimizers.nadam({ learningRate: 0.01 }) })
  const optimizer = object('optimizers.Nadam', { learning_rate: 0.01 })
  return { model, compile: { optimizer, loss }, x: points, y: labels }
}

/** The courses' wide and deep network: two inputs, a main and an auxiliary output, and weights of their losses. */
function wideAndDeep(): RunComparison {
  const samples = new Samples(35)
  const [wide, deep] = [samples.uniform([rows, 5], -1, 1), samples.uniform([rows, 6], -1, 1)]
  const y = floats(
    [rows, 1],
    Float32Array.from(
      { length: rows },
      (_, row) => wide.data[5 * row] + deep.data[6 * row] * deep.data[6 * row + 1],
    ),
  )
  const inputA = layers.input([5], { name: 'wide_input' })
  const inputB = layers.input([6], { name: 'deep_input' })
  const hidden = layers.dense(30, { activation: 'relu' })(layers.dense(30, { activation: 'relu' })(inputB))
  const output = layers.dense(1, { name: 'main_output' })(layers.concatenate([inputA, hidden]))
  const auxiliary = layers.dense(1, { name: 'aux_output' })(hidden)
  const model = models.functional({ inputs: [inputA, inputB], outputs: [output, auxiliary] })
  const optimizer = optimizers.sgd({ learningRate: 0.1 })
  model.compile({ loss: ['mse', 'mse'], lossWeights: [0.9, 0.1], optimizer })
  const keras = object('optimizers.SGD', { learning_rate: 0.1 })
  const compile = { optimizer: keras, loss: ['mse', 'mse'], loss_weights: [0.9, 0.1] }
  return { model, compile, x: [wide, deep], y: [y, y] }
}

/** The courses' LeNet on digits that Gradus draws. */
async function lenet(): Promise<RunComparison> {
  const { train } = await digits.load({ train: rows, test: 10 })
  const x = new HostTensor(
    'uint8',
    train.images.shape,
    (await train.images.data()) as Uint8Array<ArrayBuffer>,
  )
  const model = createLenet(5)
  const learningRate = model.optimizer?.learningRate ?? Number.NaN
  const optimizer = object('optimizers.Adam', { learning_rate: learningRate })
  const y = integers([rows], await train.labels.data())
  return { model, compile: { optimizer, loss: 'sparse_categorical_crossentropy' }, x, y }
}

const run = (
  name: string,
  entries: readonly string[],
  make: () => RunComparison | Promise<RunComparison>,
): ConformanceCase => ({
  entries,
  row: `training: ${name}`,
  name,
  run: async (peer) => compareRun(peer, await make()),
})

export const trainingSuite: Suite = {
  name: 'training',
  cases: [
    run('a perceptron with L2 penalties and Nesterov momentum', [], () => perceptron(rows)),
    run('regression with RMSprop, clipping and a schedule', [], regression),
    run('convolutions with batch normalisation and AdamW', [], normalizedConvolutions),
    run('an embedding and an LSTM with Adam and clipping', [], recurrent),
    run('an embedding of tokens that occur often, with Adam', [], bagOfTokens),
    run('a functional model with a skip and a shared layer', ['layers.Input'], functional),
    run("the courses' wide and deep network", [], wideAndDeep),
    run("the courses' LeNet on drawn digits", ['layers.InputLayer'], lenet),
  ],
}
