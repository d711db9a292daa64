import type { Optimizer } from '../../optimizers/index.js'
import { type Clipping, clipFloat64 } from '../clipFloat64.js'
import { compareOptimizer, type OptimizerArbiter, stepsCompared } from '../compareOptimizer.js'
import { makeObject } from '../gradusSide.js'
import { describe, KerasObject, object, type Settings } from '../kerasObject.js'
import {
  type ScheduleFreeSettings,
  scheduleFreeDefaults,
  scheduleFreeFloat64,
} from '../scheduleFreeFloat64.js'
import type { ConformanceCase, Suite } from '../suite.js'

function optimizerCase(name: string, settings: Settings, arbiter?: OptimizerArbiter): ConformanceCase {
  return {
    entries: [`optimizers.${name}`],
    name: describe(name, settings),
    run: (peer) => {
      const keras = new KerasObject(`optimizers.${name}`, settings)
      return compareOptimizer(peer, keras, { optimizer: makeObject(keras) as Optimizer, arbiter })
    },
  }
}

const exponential = object('optimizers.schedules.ExponentialDecay', {
  initial_learning_rate: 0.02,
  decay_steps: 30,
  decay_rate: 0.5,
})

/** What every optimizer is run with: nothing, each clipping, a schedule, and all that the base class does. */
const common: readonly Settings[] = [
  {},
  { clipnorm: 0.5 },
  { clipvalue: 0.3 },
  { global_clipnorm: 1 },
  { learning_rate: exponential },
  { learning_rate: exponential, clipnorm: 0.5 },
  { weight_decay: 0.01 },
  { use_ema: true, ema_momentum: 0.9, ema_overwrite_frequency: 20 },
  { gradient_accumulation_steps: 4 },
]

const optimizers: readonly (readonly [name: string, ...settings: Settings[]])[] = [
  ['SGD', { momentum: 0.9 }, { momentum: 0.9, nesterov: true }, { learning_rate: 0.1, momentum: 0.5 }],
  ['Adagrad', { learning_rate: 0.1, initial_accumulator_value: 0.01, epsilon: 1e-5 }],
  ['Adadelta', { learning_rate: 1.5, rho: 0.9, epsilon: 1e-6 }],
  ['RMSprop', { momentum: 0.9 }, { centered: true }, { rho: 0.8, momentum: 0.5, centered: true }],
  ['Adam', { amsgrad: true }, { learning_rate: 0.01, beta_1: 0.8, beta_2: 0.99, epsilon: 1e-4 }],
  ['AdamW', { weight_decay: 0.1, amsgrad: true }],
  ['Nadam', { learning_rate: 0.01, beta_1: 0.8 }],
  ['Adamax', { learning_rate: 0.01, beta_1: 0.8 }],
  [
    'Ftrl',
    { learning_rate: 0.1, l1_regularization_strength: 0.05, l2_regularization_strength: 0.02 },
    { learning_rate: 0.1, l2_shrinkage_regularization_strength: 0.01, beta: 0.1, learning_rate_power: -0.6 },
  ],
  ['Lion', { learning_rate: 0.01, beta_1: 0.8 }],
  ['Lamb', { learning_rate: 0.01 }],
  ['Adafactor', { relative_step: false }, { learning_rate: 0.01, clip_threshold: 0.5 }],
  ['Muon', { learning_rate: 0.01 }],
]

const halving = (step: number): number => 0.02 * 0.5 ** (step / 30)

/**
 * On TensorFlow, Keras's `ScheduleFreeAdamW` takes the new z where it means the old one: it keeps a reference to the variable
 * that it is about to change. The arbiter is the paper's formula.
 */
const scheduleFree: readonly ConformanceCase[] = (
  [
    [{}],
    [{ warmup_steps: 10 }, { warmupSteps: 10 }],
    [
      { learning_rate: 0.01, beta_1: 0.8, beta_2: 0.99 },
      { learningRate: () => 0.01, beta1: 0.8, beta2: 0.99 },
    ],
    [{ clipnorm: 0.5 }, {}, { clipnorm: 0.5 }],
    [{ clipvalue: 0.3 }, {}, { clipvalue: 0.3 }],
    [{ global_clipnorm: 1 }, {}, { globalClipnorm: 1 }],
    [{ learning_rate: exponential }, { learningRate: halving }],
    [{ learning_rate: exponential, clipnorm: 0.5 }, { learningRate: halving }, { clipnorm: 0.5 }],
    [{ weight_decay: 0.01 }, { weightDecay: 0.01 }],
  ] as const satisfies readonly (readonly [Settings, Partial<ScheduleFreeSettings>?, Clipping?])[]
).map(([settings, own, clipping]) =>
  optimizerCase('ScheduleFreeAdamW', settings, scheduleFreeArbiter(own, clipping)),
)

function scheduleFreeArbiter(
  settings: Partial<ScheduleFreeSettings> = {},
  clipping: Clipping = {},
): OptimizerArbiter {
  const all = { ...scheduleFreeDefaults, ...settings }
  return ({ weights, gradients }) => {
    const clipped = clipFloat64(gradients, clipping)
    const reached = weights.map((weight, i) => scheduleFreeFloat64(weight, clipped[i], stepsCompared, all))
    return stepsCompared.map((_, k) => reached.map((values) => values[k]))
  }
}

export const optimizerSuite: Suite = {
  name: 'optimizers',
  cases: [
    ...optimizers.flatMap(([name, ...own]) =>
      [...common, ...own].map((settings) => optimizerCase(name, settings)),
    ),
    ...scheduleFree,
  ],
}
