import type { DType } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { FileGraph } from './fileGraph.js'
import type { OnnxArray } from './format.js'

/**
 * How a tensor of the traced graph stands in the file: as a value whose axes may be in another order (images have their channels
 * first), and which may lack axes along which the tensor repeats. So transposing and broadcasting take no operators where the
 * next ones can do without.
 */
export interface View {
  /** The tensor's shape. */
  readonly shape: Shape
  readonly dtype: DType
  /** For each axis of the tensor, the axis of the value; `null` where the value has none, and the tensor repeats. */
  readonly axes: readonly (number | null)[]
  /** The value's sizes. Axes that no axis of the tensor stands for have size 1. */
  readonly sizes: Shape
  readonly source: ValueSource | ConstantSource
}

/** A value that operators compute, or that is fed. */
export interface ValueSource {
  readonly name: string
  /** The graph in which it is computed: that of the file, or the body of a loop. */
  readonly graph: FileGraph
}

/** Numbers that are known. They become values of the file in the form in which they are used. */
export interface ConstantSource {
  readonly array: OnnxArray
  /** What the value is called. */
  readonly hint: string
}

export const isConstant = (view: View): view is View & { readonly source: ConstantSource } =>
  'array' in view.source

/** A tensor whose numbers are a value of the file. */
export type ComputedView = View & { readonly source: ValueSource }

export const isComputed = (view: View): view is ComputedView => 'graph' in view.source

/** A value that is the tensor as it stands. */
export const plainView = (source: View['source'], shape: Shape, dtype: DType): View => ({
  shape,
  dtype,
  axes: shape.map((_, axis) => axis),
  sizes: shape,
  source,
})

/** The view of an operator's output whose axes are those of a tensor in this order; along others the tensor repeats. */
export function orderedView(
  source: ValueSource,
  { shape, dtype }: { readonly shape: Shape; readonly dtype: DType },
  order: readonly number[],
): ComputedView {
  return {
    shape,
    dtype,
    axes: shape.map((_, axis) => (order.includes(axis) ? order.indexOf(axis) : null)),
    sizes: order.map((axis) => shape[axis]),
    source,
  }
}

/** For each axis of the value, the axis of the tensor that it stands for. */
export function labelsOf({ axes, sizes }: View): (number | null)[] {
  const labels = new Array<number | null>(sizes.length).fill(null)
  axes.forEach((place, axis) => {
    if (place !== null) labels[place] = axis
  })
  return labels
}

/** `[0, 1, ...]`: the order of the tensor itself. */
export const ownOrder = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis)

/** `[batch, channels, ...spatial]` of a tensor `[batch, ...spatial, channels]`. */
export const channelsFirst = (rank: number): number[] => [0, rank - 1, ...ownOrder(rank).slice(1, -1)]

/**
 * The order in which operators on several tensors of one shape take their axes: that of the value that has the most of them, and
 * among those one that is in another order than its tensor, since the operators around will be too.
 */
export function commonOrder(views: readonly View[]): number[] {
  const orderOf = (view: View) => labelsOf(view).filter((label) => label !== null)
  const isOwn = (order: readonly number[]) => order.every((axis, i) => i === 0 || axis > order[i - 1])
  const computed = views.filter((view) => !isConstant(view))
  const orders = (computed.length > 0 ? computed : views).map(orderOf)
  const most = Math.max(...orders.map((order) => order.length))
  const longest = orders.filter((order) => order.length === most)
  const order = [...(longest.find((each) => !isOwn(each)) ?? longest[0])]
  // Axes that it lacks come behind those that they follow in the tensor.
  views[0].shape.forEach((_, axis) => {
    if (!order.includes(axis)) order.splice(axis === 0 ? 0 : order.indexOf(axis - 1) + 1, 0, axis)
  })
  return order
}
