import { ArgumentError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { getExecutor, readTensors } from '../graph/executor.js'
import { constant } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { cast } from '../ops/cast.js'
import { gradients as differentiate } from '../ops/gradient.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from './checkOptions.js'
import { above } from './numbers.js'
import { show } from './show.js'

export interface GradientCheckOptions {
  /** How far each element is moved up and down, relative to it where it is larger than 1. Default: 0.005. */
  readonly step?: number
}

const checkKeys: OptionKeys<GradientCheckOptions> = { step: true }

/** What a gradient check found. */
export interface GradientCheck {
  /** The largest difference between both, over the largest number in either, of all arguments together; 0 where all are 0. */
  readonly error: number
  /** The gradients with respect to each argument, by autodiff. */
  readonly gradients: readonly Tensor[]
  /** The same by central differences. */
  readonly estimates: readonly Tensor[]
}

/**
 * Compares the gradients of a scalar function with central differences, `(f(x + h) - f(x - h)) / 2h` for each element x of each
 * argument: whether ops of your own, a loss or a layer have the gradient that they should. In float32 an error up to about 1e-3 is
 * rounding; above 1e-2 a gradient is wrong, or the function has a kink (as ReLU has at 0) within h of an argument.
 *
 * The function is compiled once and run twice for each element, so keep arguments small.
 *
 * @param f gives a float32 scalar
 * @param inputs its arguments
 * @throws ShapeError if the function's result is not a float32 scalar
 * @example
 * const { error } = await utils.gradientCheck((w, b) => ops.mean(ops.square(ops.add(ops.multiply(w, 3), b))), [[1, 2], 0.5])
 */
export async function gradientCheck(
  f: (...parameters: Tensor[]) => Tensor,
  inputs: readonly TensorLike[],
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  checkOptions(options, 'gradientCheck', '{ step: 0.001 }', checkKeys)
  const { step = 0.005 } = options
  above(step, 0, 'gradientCheck: step')
  if (!Array.isArray(inputs)) {
    throw new ArgumentError(
      `gradientCheck: expected a list of arguments, received ${show(inputs)}. Write gradientCheck(f, [x]).`,
    )
  }
  const tensors = inputs.map((input) => cast(asTensor(input), 'float32'))
  const given = (await readTensors(tensors)).map((data) => Float32Array.from(data))
  const places = tensors.map(({ shape }, i) => ({ name: `argument_${i}`, shape, dtype: 'float32' }) as const)
  const { graph } = trace(places, (...parameters) => {
    const value = f(...parameters)
    return [value, ...differentiate(value, parameters)]
  })
  // Nothing is assigned: what the function would change, such as moving averages, stays.
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  const valueAt = async (): Promise<number> => (await program.run(given))[0][0]

  const [, ...exact] = await program.run(given)
  const estimates: TypedArray[] = []
  for (const array of given) {
    const estimate = new Float32Array(array.length)
    for (let i = 0; i < array.length; i++) {
      const x = array[i]
      const h = step * Math.max(1, Math.abs(x))
      // The step that is really taken is one between two float32 numbers.
      array[i] = x + h
      const [upper, valueAbove] = [array[i], await valueAt()]
      array[i] = x - h
      const [lower, valueBelow] = [array[i], await valueAt()]
      array[i] = x
      estimate[i] = (valueAbove - valueBelow) / (upper - lower)
    }
    estimates.push(estimate)
  }
  const asTensors = (arrays: readonly TypedArray[]) =>
    arrays.map((data, i) => constant(data, tensors[i].shape, 'float32'))
  return { error: errorOf(exact, estimates), gradients: asTensors(exact), estimates: asTensors(estimates) }
}

function errorOf(exact: readonly TypedArray[], estimates: readonly TypedArray[]): number {
  let [difference, size] = [0, 0]
  estimates.forEach((estimate, k) => {
    estimate.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(exact[k][i] - value))
      size = Math.max(size, Math.abs(value), Math.abs(exact[k][i]))
    })
  })
  return size === 0 ? 0 : difference / size
}
