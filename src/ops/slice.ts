import { ArgumentError, ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis, type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { pad } from './pad.js'
import { reader, referenceOf } from './reference.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * A block of a tensor: `size[a]` elements from `begin[a]` on along each axis, `steps[a]` apart.
 *
 * @param begin first coordinate along each axis; negative ones count from the end
 * @param size elements along each axis; -1 (the default) takes all that follow
 * @param steps distance between elements along each axis, 1 or more. Default: 1
 * @throws ShapeError if the block reaches outside; ArgumentError if it begins at fractions, or steps backwards
 */
export function slice(
  x: TensorLike,
  begin: readonly number[],
  size: readonly number[] = begin.map(() => -1),
  steps: readonly number[] = begin.map(() => 1),
): Tensor {
  const value = asTensor(x)
  if ([begin, size, steps].some((list) => list.length !== value.rank)) {
    throw new ShapeError(
      `slice: expected begin, size and steps for each of the ${value.rank} axes of ${showShape(value.shape)}, ` +
        `received [${begin.join(', ')}], [${size.join(', ')}] and [${steps.join(', ')}].`,
    )
  }
  if (steps.some((step) => !Number.isInteger(step) || step < 1)) {
    throw new ArgumentError(`slice: expected steps of 1 or more, received [${steps.join(', ')}]. See flip.`)
  }
  if (!begin.every(Number.isInteger)) {
    throw new ArgumentError(`slice: expected whole numbers to begin at, received [${begin.join(', ')}].`)
  }
  const first = begin.map((at, axis) => (at < 0 ? at + value.shape[axis] : at))
  const shape = size.map((count, axis) =>
    count === -1 ? Math.max(0, Math.ceil((value.shape[axis] - first[axis]) / steps[axis])) : count,
  )
  if (shape.every((count, axis) => count === value.shape[axis] && first[axis] === 0)) return value
  return applyOne(sliceOp, [value], { begin: first, shape, steps })
}

/** The part of one axis from `begin` up to but without `end` (default: to the end), as JavaScript's `slice`. */
export function sliceAxis(x: TensorLike, axis: number, begin: number, end?: number, step = 1): Tensor {
  const value = asTensor(x)
  const resolved = resolveAxis(axis, value.rank, 'sliceAxis')
  const length = value.shape[resolved]
  const [first, last] = [begin, end ?? length].map((at) =>
    Math.min(length, Math.max(0, at < 0 ? at + length : at)),
  )
  const only = (other: number, chosen: number) => value.shape.map((_, i) => (i === resolved ? chosen : other))
  const count = Math.max(0, Math.ceil((last - first) / step))
  const sizes = value.shape.map((size, i) => (i === resolved ? count : size))
  return slice(value, only(0, first), sizes, only(1, step))
}

type SliceAttributes = {
  readonly begin: readonly number[]
  readonly shape: Shape
  readonly steps: readonly number[]
}

const sliceOp = defineOp<SliceAttributes>({
  name: 'slice',
  kind: {
    kind: 'movement',
    movement: ({ begin, steps }) => ({
      type: 'affine',
      offset: begin,
      factor: steps.map((step, axis) => steps.map((_, o) => (o === axis ? step : 0))),
    }),
  },
  infer([x], { begin, shape, steps }) {
    shape.forEach((count, axis) => {
      const last = begin[axis] + (count - 1) * steps[axis]
      const inside = Number.isInteger(count) && count >= 0 && begin[axis] >= 0 && last < x.shape[axis]
      if (inside || (count === 0 && begin[axis] <= x.shape[axis])) return
      throw new ShapeError(
        `slice: ${count} elements from ${begin[axis]} on, ${steps[axis]} apart, do not lie within axis ${axis} of ` +
          `${showShape(x.shape)}.`,
      )
    })
    return [{ shape, dtype: x.dtype }]
  },
  gradient({ inputs: [x], attributes: { begin, steps }, gradients: [dy] }) {
    if (!dy) return []
    const spread = spreadOut(dy, steps)
    return [
      pad(
        spread,
        spread.shape.map((size, axis) => [begin[axis], x.shape[axis] - begin[axis] - size]),
      ),
    ]
  },
  reference([x], { begin, shape, steps }) {
    const read = reader(x)
    return [
      referenceOf(shape, (at) => read(at.map((position, axis) => begin[axis] + position * steps[axis]))),
    ]
  },
})

/** Each element followed by `step - 1` zeros along each axis: an axis is split off, padded, and merged again. */
function spreadOut(x: Tensor, steps: readonly number[]): Tensor {
  if (steps.every((step) => step === 1)) return x
  const split = reshape(
    x,
    x.shape.flatMap((size) => [size, 1]),
  )
  const padded = pad(
    split,
    steps.flatMap((step) => [[0, 0] as const, [0, step - 1] as const]),
  )
  return reshape(
    padded,
    x.shape.map((size, axis) => size * steps[axis]),
  )
}
