import { getExecutor } from '../../graph/executor.js'
import { trace } from '../../graph/trace.js'
import { Variable } from '../../graph/variable.js'
import type { Optimizer } from '../../optimizers/index.js'
import { compareAll, type Named } from '../compare.js'
import { compareConfigs } from '../configs.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, object, type Settings } from '../kerasObject.js'
import type { Precision } from '../kerasPeer.js'
import { floats, Samples } from '../samples.js'
import {
  type ScheduleFreeSettings,
  scheduleFreeDefaults,
  scheduleFreeFloat64,
} from '../scheduleFreeFloat64.js'
import type { ConformanceCase, Suite } from '../suite.js'

/** Steps after which weights are compared. */
const stepsCompared = [1, 10, 100]
/** The limit after 100 steps, whose errors add up. */
const limit = 1e-4

const shapes = [[6, 4], [4], [3, 3, 2, 2]]

/** What weights start from, and each step's gradients: `[steps, ...shape]` for each weight. */
function problem() {
  const samples = new Samples(11)
  const count = Math.max(...stepsCompared)
  const weights = shapes.map((shape) => samples.normal(shape))
  const gradients = shapes.map((shape, i) => samples.normal([count, ...shape], [1, 0.01, 5][i]))
  // Some gradients are zero, for good or in between, as those of dead units are.
  gradients[0].data.forEach((_, at) => {
    if (at % 24 === 3 || at % 7 === 0) gradients[0].data[at] = 0
  })
  return { weights, gradients }
}

/** The gradients of one step, one after another as the traced step takes them. */
const rowsOf = (gradients: readonly HostTensor[], step: number): Float32Array<ArrayBuffer>[] =>
  gradients.map(({ data, shape }) => {
    const size = data.length / shape[0]
    return Float32Array.from(data.subarray(step * size, (step + 1) * size))
  })

/** Weights after the compared steps, and the averages of weights that end up in them if the optimizer keeps any. */
async function stepWithGradus(
  optimizer: Optimizer,
  { weights, gradients }: ReturnType<typeof problem>,
): Promise<HostTensor[][]> {
  const variables = weights.map(({ data, shape }, i) => new Variable(data, shape, { name: `w${i}` }))
  optimizer.build(variables)
  const types = shapes.map((shape, i) => ({ name: `g${i}`, shape, dtype: 'float32' }) as const)
  const rate = { name: 'learning_rate', shape: [], dtype: 'float32' } as const
  const traced = trace([rate, ...types], (learningRate, ...slopes) => {
    optimizer.apply(variables, slopes, learningRate)
    return []
  })
  const executable = await (await getExecutor()).compile(traced)
  const reached: HostTensor[][] = []
  await optimizer.synchronize()
  for (let step = 0; step < Math.max(...stepsCompared); step++) {
    await executable.run([Float32Array.of(optimizer.takeLearningRate()), ...rowsOf(gradients, step)])
    if (stepsCompared.includes(step + 1)) reached.push(await valuesOf(variables))
  }
  return reached
}

const valuesOf = (variables: readonly Variable[]): Promise<HostTensor[]> =>
  Promise.all(variables.map(async (variable) => floats(variable.shape, await variable.data())))

interface Reply {
  readonly weights: readonly (readonly HostTensor[])[]
}

/** Weights after the compared steps, in float64, by another way than Keras's. */
type Arbiter = (given: ReturnType<typeof problem>) => Reply['weights']

function optimizerCase(name: string, settings: Settings, exact?: Arbiter): ConformanceCase {
  return {
    entries: [`optimizers.${name}`],
    name: describe(name, settings),
    run: async (peer) => {
      const keras = new KerasObject(`optimizers.${name}`, settings)
      const optimizer = makeObject(keras) as Optimizer
      const given = problem()
      const ask = (precision: Precision) =>
        peer.ask<Reply>('optimizer', { optimizer: keras, ...given, steps: stepsCompared }, precision)
      const named = (reached: Reply['weights']): Named =>
        Object.fromEntries(
          reached.flatMap((weights, k) =>
            weights.map((weight, i) => [`weight ${i} after ${stepsCompared[k]} steps`, weight]),
          ),
        )
      const received = await stepWithGradus(optimizer, given)
      const reply = await ask('float32')
      const arbiter = async () => named(exact ? exact(given) : (await ask('float64')).weights)
      const measured = await compareAll(named(received), named(reply.weights), arbiter, limit)
      return [...measured, await compareConfigs(peer, keras, optimizer)]
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

/**
 * On TensorFlow, Keras's `ScheduleFreeAdamW` takes the new z where it means the old one: it keeps a reference to the variable
 * that it is about to change. The arbiter is the paper's formula.
 */
const scheduleFree: readonly ConformanceCase[] = [
  optimizerCase('ScheduleFreeAdamW', {}, scheduleFreeArbiter({})),
  optimizerCase('ScheduleFreeAdamW', { warmup_steps: 10 }, scheduleFreeArbiter({ warmupSteps: 10 })),
  optimizerCase(
    'ScheduleFreeAdamW',
    { learning_rate: 0.01, beta_1: 0.8, beta_2: 0.99 },
    scheduleFreeArbiter({ learningRate: 0.01, beta1: 0.8, beta2: 0.99 }),
  ),
]

function scheduleFreeArbiter(settings: Partial<ScheduleFreeSettings>): Arbiter {
  const all = { ...scheduleFreeDefaults, ...settings }
  return ({ weights, gradients }) => {
    const reached = weights.map((weight, i) => scheduleFreeFloat64(weight, gradients[i], stepsCompared, all))
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
