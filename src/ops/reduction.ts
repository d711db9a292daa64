import { ArgumentError, ShapeError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp, type OpDefinition, type Reduction } from '../graph/op.js'
import { resolveAxis, type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { cast } from './cast.js'
import { forEachCoordinate, indexer } from './reference.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

export interface ReductionOptions {
  /** The axes to combine; negative ones count from the end. Default: all. */
  readonly axis?: number | readonly number[]
  /** Keep the combined axes with size 1, so that the result broadcasts against the input. Default: false. */
  readonly keepDims?: boolean
}

const reductionOptions: OptionKeys<ReductionOptions> = { axis: true, keepDims: true }

/** @throws ArgumentError for what is no option of reductions */
export const checkReduction = (options: ReductionOptions, what: string): void =>
  checkOptions(options, what, undefined, reductionOptions)

/** Attributes of a reduction: the axes, resolved and ascending. */
export type ReductionAttributes = { readonly axes: readonly number[] }

/** What tells one reduction from another. */
export interface ReductionRule {
  readonly name: string
  readonly combine: Reduction<ReductionAttributes>['combine']
  /** The type the elements are cast to first. */
  operand(dtype: DType): DType
  /** The result's type. Default: the operand's. */
  readonly output?: DType
  /** Whether a result exists for no elements at all. */
  readonly allowsEmpty: boolean
  gradient?(context: ReductionGradient): Tensor
  /** The result for the elements along the reduced axes, in row-major order. */
  reference(values: readonly number[]): number
}

export interface ReductionGradient {
  readonly x: Tensor
  readonly axes: readonly number[]
  /** The result and its gradient with the reduced axes kept as size 1. */
  readonly y: Tensor
  readonly dy: Tensor
}

/** Axes as asked for, resolved, ascending and without repeats. */
export function resolveAxes(axis: ReductionOptions['axis'], rank: number, what: string): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i)
  const list = typeof axis === 'number' ? [axis] : axis
  if (!Array.isArray(list)) {
    throw new ArgumentError(
      `${what}: expected axis as a number or a list of numbers, received ${show(axis)}. Leave it out for the default.`,
    )
  }
  return [...new Set(list.map((one) => resolveAxis(one, rank, what)))].sort((a, b) => a - b)
}

/** The shape with these axes of size 1. */
export const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size))

/** Makes a public reduction from its rule. */
export function defineReduction(rule: ReductionRule): (x: TensorLike, options?: ReductionOptions) => Tensor {
  const op = reductionOp(rule)
  return (x, options = {}) => {
    checkReduction(options, rule.name)
    const value = asTensor(x)
    const operand = cast(value, rule.operand(value.dtype))
    const axes = resolveAxes(options.axis, operand.rank, rule.name)
    const isIndex = rule.combine === 'indexOfMax' || rule.combine === 'indexOfMin'
    const reduced = axes.length === 0 && !isIndex ? operand : applyOne(op, [operand], { axes })
    return options.keepDims ? reshape(reduced, keptShape(value.shape, axes)) : reduced
  }
}

/** The op of a rule, for public functions that prepare their operand in their own way. */
export function reductionOp(rule: ReductionRule): OpDefinition<ReductionAttributes> {
  const { gradient } = rule
  return defineOp<ReductionAttributes>({
    name: rule.name,
    kind: { kind: 'reduction', combine: rule.combine, axes: ({ axes }) => axes },
    infer([x], { axes }) {
      if (!rule.allowsEmpty && axes.some((axis) => x.shape[axis] === 0)) {
        throw new ShapeError(
          `${rule.name}: a tensor of shape ${showShape(x.shape)} has no elements to choose from.`,
        )
      }
      return [{ shape: x.shape.filter((_, axis) => !axes.includes(axis)), dtype: rule.output ?? x.dtype }]
    },
    gradient:
      gradient &&
      (({ inputs: [x], outputs: [y], attributes: { axes }, gradients: [dy] }) => {
        const shape = keptShape(x.shape, axes)
        return [dy && gradient({ x, axes, y: reshape(y, shape), dy: reshape(dy, shape) })]
      }),
    reference([x], { axes }, [output]) {
      const groups = Array.from({ length: output.shape.reduce((a, b) => a * b, 1) }, (): number[] => [])
      const locate = indexer(output.shape)
      forEachCoordinate(x.shape, (at, index) => {
        groups[locate(at.filter((_, axis) => !axes.includes(axis)))].push(x.data[index])
      })
      const wrap = output.dtype === 'int32' ? (value: number) => value | 0 : (value: number) => value
      return [
        { shape: output.shape, data: Float64Array.from(groups, (values) => wrap(rule.reference(values))) },
      ]
    },
  })
}

/** The type sums and products are computed in: integers shorter than `int32` widen to it. */
export function accumulatorDtype(dtype: DType): DType {
  return dtype === 'float32' ? 'float32' : 'int32'
}
