import { ShapeError } from '../errors.js'
import { resolveAxis, showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { matmul } from './matmul.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'
import { transpose } from './transpose.js'

/**
 * Product of the last axis of `a` with the first axis of `b` (the last but one, if `b` has more than two), as Keras's and
 * NumPy's `dot`: inner product of vectors, matrix times vector, matrix product; `a * b` if either has rank 0.
 *
 * @throws ShapeError if the sizes of the axes differ
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)]
  if (x.rank === 0 || y.rank === 0) return tensordot(x, y, 0)
  return tensordot(x, y, [[-1], [y.rank === 1 ? 0 : -2]])
}

/**
 * Sum of products over pairs of axes: what remains of `a`'s axes, then of `b`'s.
 * @param axes how many last axes of `a` meet as many first axes of `b`, or the axes of each in turn
 * @throws ShapeError if paired axes differ in size or number
 */
export function tensordot(
  a: TensorLike,
  b: TensorLike,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [x, y] = [asTensor(a), asTensor(b)]
  const [ofX, ofY] =
    typeof axes === 'number'
      ? [countFrom(x.rank - axes, axes), countFrom(0, axes)]
      : [
          axes[0].map((axis) => resolveAxis(axis, x.rank, 'tensordot')),
          axes[1].map((axis) => resolveAxis(axis, y.rank, 'tensordot')),
        ]
  const paired = ofX.map((axis) => x.shape[axis])
  if (ofX.length !== ofY.length || paired.some((size, i) => size !== y.shape[ofY[i]])) {
    throw new ShapeError(
      `tensordot: axes [${ofX.join(', ')}] of ${showShape(x.shape)} do not fit axes [${ofY.join(', ')}] of ` +
        `${showShape(y.shape)}: there must be as many, of equal sizes.`,
    )
  }
  const restX = countFrom(0, x.rank).filter((axis) => !ofX.includes(axis))
  const restY = countFrom(0, y.rank).filter((axis) => !ofY.includes(axis))
  const inner = sizeOf(paired)
  const [outerX, outerY] = [restX.map((axis) => x.shape[axis]), restY.map((axis) => y.shape[axis])]
  const left = reshape(transpose(x, [...restX, ...ofX]), [sizeOf(outerX), inner])
  const right = reshape(transpose(y, [...ofY, ...restY]), [inner, sizeOf(outerY)])
  return reshape(matmul(left, right), [...outerX, ...outerY])
}

const countFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i)
