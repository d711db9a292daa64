import { ShapeError } from '../errors.js'
import { promote } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { reader, referenceOf } from './reference.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * `x` with `value` before and after each axis. A negative amount takes elements away instead. Where the type of `x` cannot hold
 * `value`, the result has one that can, as a sum of both has.
 * @param amounts `[before, after]` for each axis
 * @throws ShapeError if there is not one pair for each axis, or more is taken away than there is
 */
export function pad(
  x: TensorLike,
  amounts: readonly (readonly [before: number, after: number])[],
  value = 0,
): Tensor {
  const given = withRoomFor(value, asTensor(x))
  if (amounts.length === given.rank && amounts.every(([before, after]) => before === 0 && after === 0))
    return given
  return applyOne(padOp, [given], { amounts, value })
}

/** The tensor in a type that can hold the value too. */
function withRoomFor(value: number, x: Tensor): Tensor {
  if (x.dtype === 'bool' && (value === 0 || value === 1)) return x
  return cast(x, promote(x.dtype, asTensor(value, x.dtype).dtype))
}

type PadAttributes = {
  readonly amounts: readonly (readonly [before: number, after: number])[]
  readonly value: number
}

const padOp = defineOp<PadAttributes>({
  name: 'pad',
  kind: {
    kind: 'movement',
    movement: ({ amounts, value }) => ({
      type: 'affine',
      offset: amounts.map(([before]) => -before),
      factor: amounts.map((_, axis) => amounts.map((__, o) => (o === axis ? 1 : 0))),
      fill: value,
    }),
  },
  infer([x], { amounts }) {
    const shape = x.shape.map((size, axis) => size + (amounts[axis]?.[0] ?? 0) + (amounts[axis]?.[1] ?? 0))
    if (amounts.length !== x.shape.length || shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw new ShapeError(
        `pad: amounts ${JSON.stringify(amounts)} do not fit a tensor of shape ${showShape(x.shape)}: expected one pair of ` +
          'integers for each axis, which take away no more than there is.',
      )
    }
    return [{ shape, dtype: x.dtype }]
  },
  gradient: ({ gradients: [dy], attributes: { amounts } }) => [
    dy &&
      pad(
        dy,
        amounts.map(([before, after]) => [-before, -after]),
      ),
  ],
  reference([x], { amounts, value }, [output]) {
    const read = reader(x, value)
    return [referenceOf(output.shape, (at) => read(at.map((position, axis) => position - amounts[axis][0])))]
  },
})
