import { ArgumentError, ShapeError } from '../errors.js'
import { gradients as differentiate } from '../graph/autodiff.js'
import { reachable } from '../graph/graph.js'
import { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from './add.js'
import { alias } from './reshape.js'
import { asTensor, ones, type TensorLike, zerosLike } from './tensor.js'

/** A parameter of a function to differentiate: a tensor, or a list of them. */
export type Differentiable = Tensor | readonly Tensor[]

/** What such a function may be called with: JavaScript data becomes a tensor. */
export type ArgumentFor<P> = P extends Tensor ? TensorLike : P

/** What has the structure of the parameter: a list for a list of tensors, else one tensor. */
export type GradientOf<P> = P extends Tensor ? Tensor : Tensor[]

export interface ValueAndGradients<P extends readonly Differentiable[]> {
  readonly value: Tensor
  /** The gradient with respect to each argument, in order. */
  readonly gradients: { readonly [I in keyof P]: GradientOf<P[I]> }
}

/**
 * The gradients of a scalar with respect to tensors it was computed from, or variables it was computed with (however
 * often they were read). Zeros for what it does not depend on.
 *
 * @throws ShapeError if `output` is not a scalar of type `float32`
 */
export const gradients = (output: Tensor, targets: readonly (Tensor | Variable)[]): Tensor[] =>
  foundGradients(output, targets).map((gradient, i) => gradient ?? zerosLike(targetValue(targets[i])))

/** The same, but undefined for what the scalar does not depend on. */
export function foundGradients(
  output: Tensor,
  targets: readonly (Tensor | Variable)[],
): (Tensor | undefined)[] {
  checkScalar(output)
  const nodes = reachable([output])
  const readings = targets.map((target) => {
    if (target instanceof Tensor) return [target]
    return nodes.flatMap((node) =>
      node.type === 'variable' && node.variable === target
        ? [new Tensor(node, 0, target.shape, target.dtype)]
        : [],
    )
  })
  const flat = differentiate([output], [ones(output.shape)], readings.flat(), add)
  let next = 0
  return readings.map((group) => {
    const parts = group.map(() => flat[next++]).filter((part) => part !== undefined)
    return parts.length > 0 ? parts.reduce((a, b) => add(a, b)) : undefined
  })
}

/**
 * A function that gives a scalar function's value and its gradients with respect to all arguments.
 * @throws ShapeError if the function's result is not a float32 scalar
 * @example const { value, gradients: [dw] } = valueAndGrad((w) => sum(square(w)))([1, 2, 3])
 */
export function valueAndGrad<P extends readonly Tensor[]>(
  f: (...parameters: P) => Tensor,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => ValueAndGradients<P>
export function valueAndGrad<P extends readonly Differentiable[]>(
  f: (...parameters: P) => Tensor,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => ValueAndGradients<P>
export function valueAndGrad<P extends readonly Differentiable[]>(
  f: (...parameters: P) => Tensor,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => ValueAndGradients<P> {
  return (...inputs) => {
    // An alias for each argument, so that one tensor passed twice has a gradient for each place.
    const aliases = inputs.map((input: TensorLike | readonly Tensor[]) =>
      isTensorList(input) ? input.map(alias) : alias(asTensor(input as TensorLike)),
    )
    const value = f(...(aliases as readonly Differentiable[] as P))
    const flat = gradients(value, aliases.flat())
    let next = 0
    const nested = aliases.map((one) => (Array.isArray(one) ? one.map(() => flat[next++]) : flat[next++]))
    return { value, gradients: nested as readonly Differentiable[] as ValueAndGradients<P>['gradients'] }
  }
}

/**
 * A function that gives the gradient of a scalar function with respect to one argument.
 * @param argument which argument, counted from 0
 * @throws ShapeError if the function's result is not a float32 scalar
 * @example grad((x) => sum(square(x)))([1, 2, 3]) // 2, 4, 6
 */
export function grad<P extends readonly Tensor[]>(
  f: (...parameters: P) => Tensor,
  argument?: number,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => Tensor
export function grad<P extends readonly Differentiable[], N extends number = 0>(
  f: (...parameters: P) => Tensor,
  argument?: N,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => GradientOf<P[N]>
export function grad<P extends readonly Differentiable[], N extends number = 0>(
  f: (...parameters: P) => Tensor,
  argument: N = 0 as N,
): (...inputs: { [I in keyof P]: ArgumentFor<P[I]> }) => GradientOf<P[N]> {
  const both = valueAndGrad(f)
  return (...inputs) => {
    if (argument < 0 || argument >= inputs.length) {
      throw new ArgumentError(`grad: argument ${argument} asked for, ${inputs.length} given.`)
    }
    return both(...inputs).gradients[argument]
  }
}

function checkScalar(output: Tensor): void {
  if (output.size !== 1 || output.dtype !== 'float32') {
    throw new ShapeError(
      `gradients: expected a float32 scalar to differentiate, received ${output}. Reduce it first, for example with ` +
        'sum(...) or mean(...).',
    )
  }
}

const isTensorList = (input: TensorLike | readonly Tensor[]): input is readonly Tensor[] =>
  Array.isArray(input) && input.length > 0 && input.every((each) => each instanceof Tensor)

const targetValue = (target: Tensor | Variable): Tensor =>
  target instanceof Tensor ? target : target.value()
