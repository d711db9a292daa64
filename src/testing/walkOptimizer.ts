import { type Executor, useExecutor } from '../graph/executor.js'
import type { Shape } from '../graph/shape.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { hostRandomNormal } from '../ops/hostRandom.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import { ReferenceExecutor } from './referenceExecutor.js'

/** Where an optimizer is tried out. */
export interface Walk {
  /** The weight's shape. Default: `[6]`. */
  readonly shape?: Shape
  /** Default: 30. */
  readonly steps?: number
  /** Default: `w`. */
  readonly weightName?: string
  readonly constraint?: Variable['constraint']
  /** Default: the float64 reference. */
  readonly executor?: Executor
  /** Outside each step, before it. */
  before?(step: number, weight: Variable): void
}

const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1)

/** The weight that each walk starts from, and the gradient of each of its steps (from 0): the same each time. */
export const startOf = (shape: Shape): number[] =>
  Array.from(Float32Array.from(hostRandomNormal([1, 1], sizeOf(shape))))
export const gradientOf = (shape: Shape, step: number): number[] =>
  Array.from(Float32Array.from(hostRandomNormal([2, step], sizeOf(shape))))

/**
 * A weight after each of some steps with given gradients, each rounded to float32, but by default computed in float64
 * within a step. Learning rates go in as `fit` feeds them.
 */
export async function walk(optimizer: Optimizer, options: Walk = {}): Promise<number[][]> {
  const {
    shape = [6],
    steps = 30,
    weightName = 'w',
    constraint,
    executor = new ReferenceExecutor(),
  } = options
  useExecutor(executor)
  const weight = new Variable(startOf(shape), shape, { name: weightName, constraint })
  optimizer.build([weight])
  await optimizer.synchronize()
  const step = await executor.compile(
    trace(
      [
        { name: 'gradient', shape, dtype: 'float32' },
        { name: 'learning_rate', shape: [], dtype: 'float32' },
      ],
      (gradient, learningRate) => {
        optimizer.apply([weight], [gradient], learningRate)
        return []
      },
    ),
  )
  const path: number[][] = []
  for (let i = 0; i < steps; i++) {
    options.before?.(i, weight)
    await step.run([Float32Array.from(gradientOf(shape, i)), Float32Array.of(optimizer.takeLearningRate())])
    path.push(Array.from(await weight.data()))
  }
  return path
}
