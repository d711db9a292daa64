import * as activations from '../../activations/index.js'
import * as constraints from '../../constraints/index.js'
import type { Tensor } from '../../graph/tensor.js'
import * as initializers from '../../initializers/index.js'
import * as layers from '../../layers/index.js'
import * as losses from '../../losses/index.js'
import * as metrics from '../../metrics/index.js'
import * as models from '../../models/index.js'
import * as optimizers from '../../optimizers/index.js'
import * as regularizers from '../../regularizers/index.js'
import type { Config } from '../../utils/config.js'
import { compareAll, type Measurement } from '../compare.js'
import { compareFunction, type FunctionComparison } from '../compareFunction.js'
import { compareLayer } from '../compareLayer.js'
import { compareMetric } from '../compareMetric.js'
import { compareOptimizer } from '../compareOptimizer.js'
import { compareJson } from '../configs.js'
import { KerasObject, object, type Settings } from '../kerasObject.js'
import type { KerasPeer } from '../kerasPeer.js'
import { floats, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const samples = new Samples(40)
const matrix = samples.normal([4, 5])
const targets = samples.probabilities([4, 5])
const predictions = samples.probabilities([4, 5])

/** One case for each name of a module that stands for something. */
const namesCase = (
  entry: string,
  names: readonly string[],
  compare: (peer: KerasPeer, name: string, keras: KerasObject) => Promise<Measurement[]>,
): ConformanceCase[] =>
  names.map((name) => ({
    entries: [entry],
    name: `${entry}('${name}')`,
    run: (peer) => compare(peer, name, object(entry, { identifier: name })),
  }))

/** Names of functions of tensors: what they stand for gives the same numbers. */
const functionNames = (
  entry: string,
  names: readonly string[],
  find: (name: string) => FunctionComparison['gradus'],
  inputs: FunctionComparison['inputs'] = [matrix],
): ConformanceCase[] =>
  namesCase(entry, names, (peer, name, keras) => compareFunction(peer, { keras, gradus: find(name), inputs }))

const got: readonly ConformanceCase[] = [
  ...functionNames(
    'activations.get',
    [
      'relu',
      'tanh',
      'sigmoid',
      'softmax',
      'elu',
      'selu',
      'gelu',
      'silu',
      'swish',
      'hard_sigmoid',
      'leaky_relu',
      'linear',
    ],
    (name) => activations.get(name as activations.ActivationName),
  ),
  ...functionNames(
    'losses.get',
    [
      'mse',
      'mae',
      'mape',
      'msle',
      'bce',
      'kld',
      'huber',
      'log_cosh',
      'categorical_crossentropy',
      'poisson',
      'hinge',
    ],
    (name) => (yTrue, yPred) =>
      losses.get(name as losses.LossName, yTrue.shape, yPred.shape).call(yTrue, yPred),
    [targets, predictions],
  ),
  ...functionNames('regularizers.get', ['l1', 'l2', 'l1l2', 'orthogonal_regularizer'], (name) =>
    found(regularizers.get(name as regularizers.RegularizerName)),
  ),
  ...functionNames(
    'constraints.get',
    ['max_norm', 'min_max_norm', 'non_neg', 'unit_norm', 'MaxNorm'],
    (name) => found(constraints.get(name as constraints.ConstraintName)),
  ),
  ...namesCase('initializers.get', ['zeros', 'ones', 'zero', 'one'], async (peer, name, keras) => {
    const { values } = await peer.ask<{ values: typeof matrix }>('initializer', {
      initializer: keras,
      shape: [3, 4],
    })
    const gradus = initializers.get(name as initializers.InitializerName).generate([3, 4])
    return compareAll({ values: floats([3, 4], gradus) }, { values }, async () => ({ values }))
  }),
  ...namesCase(
    'metrics.get',
    ['mse', 'MAE', 'mape', 'msle', 'KLDivergence', 'CategoricalAccuracy'],
    (peer, name) =>
      compareMetric(peer, {
        keras: object('metrics.get', { identifier: name }),
        metric: metrics.get(name as metrics.MetricName, targets.shape, predictions.shape),
        updates: [[targets, predictions]],
        // The name that was given is the key in logs; in Keras, compile sees to that.
        hasConfig: false,
      }),
  ),
  ...namesCase('optimizers.get', ['sgd', 'adam', 'RMSprop', 'adamw'], (peer, name, keras) =>
    compareOptimizer(peer, keras, { optimizer: optimizers.get(name as optimizers.OptimizerName) }),
  ),
]

function found<F>(value: F | undefined): F {
  if (value === undefined) throw new Error('Gradus knows no such name.')
  return value
}

/** What Gradus writes for an object is what Keras writes for the same. */
const serialized = (
  entry: string,
  argument: string,
  made: KerasObject,
  gradus: () => unknown,
): ConformanceCase => ({
  entries: [entry],
  name: `${entry} of ${made.path}`,
  run: async (peer) => {
    const { value } = await peer.ask<{ value: unknown }>('value', {
      thing: object(entry, { [argument]: made }),
    })
    return [compareJson(gradus(), value)]
  },
})

const schedule: Settings = { initial_learning_rate: 0.1, decay_steps: 30, decay_rate: 0.5 }

const written: readonly ConformanceCase[] = [
  serialized('activations.serialize', 'activation', new KerasObject('activations.relu'), () =>
    activations.serialize(activations.relu),
  ),
  serialized('losses.serialize', 'loss', object('losses.MeanSquaredError'), () =>
    losses.serialize(new losses.MeanSquaredError()),
  ),
  serialized('metrics.serialize', 'metric', object('metrics.MeanSquaredError'), () =>
    metrics.serialize(new metrics.MeanSquaredError()),
  ),
  serialized('optimizers.serialize', 'optimizer', object('optimizers.Adam'), () =>
    optimizers.serialize(optimizers.adam()),
  ),
  serialized(
    'optimizers.schedules.serialize',
    'learning_rate_schedule',
    object('optimizers.schedules.ExponentialDecay', schedule),
    () => optimizers.schedules.serialize(optimizers.schedules.exponentialDecay(0.1, 30, 0.5)),
  ),
  serialized('initializers.serialize', 'initializer', object('initializers.HeNormal'), () =>
    initializers.serialize(initializers.heNormal()),
  ),
  serialized('regularizers.serialize', 'regularizer', object('regularizers.L2', { l2: 0.1 }), () =>
    regularizers.serialize(regularizers.l2(0.1)),
  ),
  serialized('constraints.serialize', 'constraint', object('constraints.MaxNorm', { max_value: 3 }), () =>
    constraints.serialize(constraints.maxNorm(3)),
  ),
  serialized('layers.serialize', 'layer', object('layers.Dense', { units: 4 }), () =>
    models.serialize(layers.dense(4)),
  ),
]

interface Written {
  readonly class_name: string
  readonly config: Config
}

/** Gradus makes of what Keras writes what Keras meant. */
const read: readonly ConformanceCase[] = [
  {
    entries: ['layers.deserialize'],
    name: 'layers.deserialize of a Dense layer',
    run: async (peer) => {
      const keras = object('layers.Dense', { units: 4, activation: 'tanh', use_bias: false })
      const thing = object('layers.serialize', { layer: keras })
      const { value } = await peer.ask<{ value: Written }>('value', { thing })
      const layer = layers.deserialize(value) as layers.Layer
      return compareLayer(peer, { keras, layer, inputs: matrix })
    },
  },
  {
    entries: ['optimizers.schedules.deserialize'],
    name: 'optimizers.schedules.deserialize of an ExponentialDecay',
    run: async (peer) => {
      const made = object('optimizers.schedules.ExponentialDecay', schedule)
      const thing = object('optimizers.schedules.serialize', { learning_rate_schedule: made })
      const { value } = await peer.ask<{ value: Written }>('value', { thing })
      const rate = optimizers.schedules.deserialize(value)
      const steps = Float32Array.from({ length: 50 }, (_, step) => step)
      const { values } = await peer.ask<{ values: typeof matrix }>('schedule', {
        schedule: made,
        steps: floats([50], steps),
      })
      const gradus = floats(
        [50],
        steps.map((step) => rate(step)),
      )
      return compareAll({ rates: gradus }, { rates: values }, async () => ({ rates: values }))
    },
  },
]

/** Merging layers as functions of a list. */
const merged: readonly ConformanceCase[] = (
  [
    ['add', layers.add],
    ['subtract', layers.subtract],
    ['multiply', layers.multiply],
    ['average', layers.average],
    ['maximum', layers.maximum],
    ['minimum', layers.minimum],
    ['concatenate', layers.concatenate],
    ['dot', (inputs: readonly Tensor[]) => layers.dot(inputs, 1)],
  ] as const
).map(([name, merge]) => ({
  entries: [`layers.${name}`],
  name: `layers.${name} of two matrices`,
  run: (peer) =>
    compareFunction(peer, {
      keras: new KerasObject(`layers.${name}`),
      gradus: (a: Tensor, b: Tensor) => merge([a, b]),
      inputs: [matrix, targets],
      keywords: name === 'dot' ? { axes: 1 } : {},
      takesList: true,
    }),
}))

export const identifierSuite: Suite = { name: 'identifiers', cases: [...got, ...written, ...read, ...merged] }
