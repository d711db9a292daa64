import { getExecutor } from '../graph/executor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import type { Optimizer } from '../optimizers/index.js'
import { compareAll, type Measurement, type Named } from './compare.js'
import { compareConfigs } from './configs.js'
import type { HostTensor } from './hostTensor.js'
import type { KerasObject } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { floats, Samples } from './samples.js'

/** Steps after which weights are compared. */
export const stepsCompared = [1, 10, 100]
/** The limit after 100 steps, whose errors add up. */
const limit = 1e-4

const shapes = [[6, 4], [4], [3, 3, 2, 2]]

/** What an optimizer is set to work on. */
export interface Problem {
  readonly weights: readonly HostTensor[]
  /** `[steps, ...shape]` for each weight. */
  readonly gradients: readonly HostTensor[]
}

/** What weights start from, and each step's gradients: `[steps, ...shape]` for each weight. */
function makeProblem(): Problem {
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
  { weights, gradients }: Problem,
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
export type OptimizerArbiter = (problem: Problem) => Reply['weights']

export interface OptimizerComparison {
  readonly optimizer: Optimizer
  /** Judges in place of Keras in float64. */
  readonly arbiter?: OptimizerArbiter
  /** Whether configs are compared. Default: true. */
  readonly hasConfig?: boolean
}

/** Compares weights after some steps on the same gradients, and the optimizer's config. */
export async function compareOptimizer(
  peer: KerasPeer,
  keras: KerasObject,
  { optimizer, arbiter: exact, hasConfig = true }: OptimizerComparison,
): Promise<Measurement[]> {
  const problem = makeProblem()
  const ask = (precision: Precision) =>
    peer.ask<Reply>('optimizer', { optimizer: keras, ...problem, steps: stepsCompared }, precision)
  const named = (reached: Reply['weights']): Named =>
    Object.fromEntries(
      reached.flatMap((weights, k) =>
        weights.map((weight, i) => [`weight ${i} after ${stepsCompared[k]} steps`, weight]),
      ),
    )
  const received = await stepWithGradus(optimizer, problem)
  const reply = await ask('float32')
  const arbiter = async () => named(exact ? exact(problem) : (await ask('float64')).weights)
  const measured = await compareAll(named(received), named(reply.weights), arbiter, limit)
  return hasConfig ? [...measured, await compareConfigs(peer, keras, optimizer)] : measured
}
