import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { Movement } from '../../graph/op.js'
import type { Shape } from '../../graph/shape.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import { commonOrder, labelsOf, orderedView, plainView, type View } from '../view.js'

type Affine = Extract<Movement, { type: 'affine' }>

/** Where elements come from. Transposing, broadcasting and axes of size 1 change the view alone. */
export function exportMovement(
  { op, attributes, inputs, outputs: [output] }: OperationNode,
  views: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'movement') throw new InternalError(`${op.name} moves nothing`)
  const movement = kind.movement(attributes, inputs)
  switch (movement.type) {
    case 'reshape':
      return [reshaped(views[0], output.shape, graph)]
    case 'affine':
      return [moved(views[0], movement, output.shape, graph)]
    case 'concatenate':
      return [concatenated(views, movement.axis, output.shape, graph)]
  }
}

function reshaped(x: View, shape: Shape, graph: FileGraph): View {
  const long = (sizes: Shape) => sizes.flatMap((size, axis) => (size === 1 ? [] : [axis]))
  const [from, to] = [long(x.shape), long(shape)]
  if (from.length === to.length && from.every((axis, i) => x.shape[axis] === shape[to[i]])) {
    // Axes of size 1 come and go.
    const axes = shape.map((_, axis) => (to.includes(axis) ? x.axes[from[to.indexOf(axis)]] : null))
    return { ...x, shape, axes }
  }
  const { dtype } = x
  return plainView(
    { name: reshapedValue(graph.value(x), { dtype, sizes: shape }, graph), graph },
    shape,
    dtype,
  )
}

/** The value with other axes: from before an earlier change of axes, if it comes from one. */
function reshapedValue(
  value: string,
  type: { readonly dtype: View['dtype']; readonly sizes: Shape },
  graph: FileGraph,
): string {
  const producer = graph.producer(value)
  const from =
    producer?.operator === 'Reshape'
      ? producer.inputs[0]
      : producer?.operator === 'MatMul'
        ? stackedProduct(value, producer.inputs, graph)
        : value
  const known = graph.typeOf(from)?.sizes
  if (known?.length === type.sizes.length && known.every((size, axis) => size === type.sizes[axis]))
    return from
  return graph.one('Reshape', [from, graph.shape(type.sizes)], type)
}

/** Gradus computes a stack of rows times one matrix as one tall product; `MatMul` takes the stack as it is. */
function stackedProduct(product: string, [rows, matrix]: readonly string[], graph: FileGraph): string {
  const reshape = graph.producer(rows)
  const [stack, type] = [reshape?.inputs[0] ?? '', graph.typeOf(product)]
  const before = graph.typeOf(stack)
  const [inner, columns] = graph.typeOf(matrix)?.sizes ?? []
  const fits = reshape?.operator === 'Reshape' && type?.sizes.length === 2 && before?.sizes.at(-1) === inner
  if (!fits || !before || before.sizes.length < 3) return product
  return graph.one('MatMul', [stack, matrix], { ...type, sizes: before.sizes.with(-1, columns) })
}

/** Transposing, broadcasting, slices, mirroring and padding. */
function moved(x: View, { offset, factor, fill }: Affine, shape: Shape, graph: FileGraph): View {
  const readBy = factor.map((row) => row.flatMap((step, axis) => (step === 0 ? [] : [axis])))
  if (readBy.some((axes) => axes.length > 1)) throw new ExportError('windows written out')
  const source = shape.map((_, axis) => readBy.findIndex(([reader]) => reader === axis))
  const cuts = x.shape.map((size, axis): Cut => {
    const [reader] = readBy[axis]
    if (reader === undefined) return { first: offset[axis], step: 1, count: 1, before: 0, after: 0, size }
    return cutOf(offset[axis], factor[axis][reader], shape[reader], size, fill !== undefined)
  })
  const cut = padded(sliced(x, cuts, graph), cuts, fill ?? 0, graph)
  return { ...cut, shape, axes: source.map((axis) => (axis < 0 ? null : cut.axes[axis])) }
}

/** What is read of one axis: `count` elements from `first` on, `step` apart, with padding around. */
interface Cut {
  readonly first: number
  readonly step: number
  readonly count: number
  readonly before: number
  readonly after: number
  /** The axis before. */
  readonly size: number
}

function cutOf(offset: number, step: number, count: number, size: number, fills: boolean): Cut {
  if (!fills) return { first: offset, step, count, before: 0, after: 0, size }
  if (step !== 1) throw new ExportError('padding between elements')
  const before = Math.min(count, Math.max(0, -offset))
  const after = Math.min(count - before, Math.max(0, offset + count - size))
  return { first: Math.max(0, offset), step, count: count - before - after, before, after, size }
}

const isWhole = ({ first, step, count, size }: Cut): boolean => first === 0 && step === 1 && count === size

function sliced(x: View, cuts: readonly Cut[], graph: FileGraph): View {
  const axes = cuts.flatMap((cut, axis) => (isWhole(cut) ? [] : [axis]))
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? cuts[axis].count : size))
  // Along axes that the value has not, all elements are alike.
  const real = axes.filter((axis) => x.axes[axis] !== null)
  if (real.length === 0) return { ...x, shape }
  const from = graph.computed(x, [])
  const { name } = from.source
  const places = real.map((axis) => Number(from.axes[axis]))
  const isMirrored = real.length === 1 && isReversal(cuts[real[0]])
  const before = isMirrored ? graph.mirrorOf(name, places[0]) : undefined
  if (before !== undefined) return { ...from, source: { name: before, graph } }
  const list = (what: (cut: Cut) => number, hint: string) =>
    graph.integers(
      real.map((axis) => what(cuts[axis])),
      hint,
    )
  const sizes = resized(from, shape)
  const result = graph.one(
    'Slice',
    [
      name,
      list((cut) => cut.first, 'starts'),
      list(endOf, 'ends'),
      graph.integers(places, 'axes'),
      list((cut) => cut.step, 'steps'),
    ],
    { dtype: x.dtype, sizes },
  )
  if (isMirrored) graph.keepMirror(result, places[0], name)
  return { ...from, shape, sizes, source: { name: result, graph } }
}

const isReversal = ({ first, step, count, size }: Cut): boolean =>
  step === -1 && first === size - 1 && count === size

/** Where a slice ends, that element not included; backwards past the first one is a number below all that count from the end. */
function endOf({ first, step, count }: Cut): number {
  const end = first + step * count
  return step < 0 && end < 0 ? -(2 ** 31) : end
}

function padded(x: View, cuts: readonly Cut[], fill: number, graph: FileGraph): View {
  const axes = cuts.flatMap(({ before, after }, axis) => (before > 0 || after > 0 ? [axis] : []))
  if (axes.length === 0) return x
  const shape = x.shape.map((size, axis) => size + cuts[axis].before + cuts[axis].after)
  const from = graph.computed(x, axes)
  const labels = labelsOf(from)
  const amounts = (side: 'before' | 'after') => labels.map((axis) => (axis === null ? 0 : cuts[axis][side]))
  const inputs = [
    from.source.name,
    graph.integers([...amounts('before'), ...amounts('after')], 'pads'),
    graph.number(fill, x.dtype, 'fill'),
  ]
  const sizes = resized(from, shape)
  const name = graph.one('Pad', inputs, { dtype: x.dtype, sizes }, { mode: 'constant' })
  return { ...from, shape, sizes, source: { name, graph } }
}

/** The sizes of a value whose tensor has another shape now. */
const resized = (view: View, shape: Shape): number[] =>
  labelsOf(view).map((axis) => (axis === null ? 1 : shape[axis]))

function concatenated(views: readonly View[], axis: number, shape: Shape, graph: FileGraph): View {
  const order = commonOrder(views)
  const { dtype } = views[0]
  const inputs = views.map((view) => graph.value(view, order))
  const sizes = order.map((each) => shape[each])
  const name = graph.one('Concat', inputs, { dtype, sizes }, { axis: order.indexOf(axis) })
  return orderedView({ name, graph }, { shape, dtype }, order)
}
