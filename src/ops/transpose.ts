import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { reader, referenceOf } from './reference.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * Axes in another order: axis `i` of the result is axis `permutation[i]` of `x`. Default: reversed.
 * @throws ShapeError if `permutation` does not name each axis once
 */
export function transpose(x: TensorLike, permutation?: readonly number[]): Tensor {
  const value = asTensor(x)
  const axes = permutation ?? value.shape.map((_, axis) => value.rank - 1 - axis)
  const resolved = axes.map((axis) => resolveAxis(axis, value.rank, 'transpose'))
  if (new Set(resolved).size !== value.rank || resolved.length !== value.rank) {
    throw new ShapeError(
      `transpose: expected each of the ${value.rank} axes of ${showShape(value.shape)} once, received [${axes.join(', ')}].`,
    )
  }
  if (resolved.every((axis, i) => axis === i)) return value
  return applyOne(transposeOp, [value], { permutation: resolved })
}

/** Moves one axis to another place; the others keep their order. */
export function moveAxis(x: TensorLike, from: number, to: number): Tensor {
  const value = asTensor(x)
  const [source, target] = [from, to].map((axis) => resolveAxis(axis, value.rank, 'moveAxis'))
  const others = value.shape.map((_, axis) => axis).filter((axis) => axis !== source)
  return transpose(value, others.toSpliced(target, 0, source))
}

const transposeOp = defineOp<{ readonly permutation: readonly number[] }>({
  name: 'transpose',
  kind: {
    kind: 'movement',
    movement: ({ permutation }) => ({
      type: 'affine',
      offset: permutation.map(() => 0),
      factor: permutation.map((_, a) => permutation.map((from) => (from === a ? 1 : 0))),
    }),
  },
  infer: ([x], { permutation }) => [{ shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype }],
  gradient: ({ gradients: [dy], attributes: { permutation } }) => [
    dy &&
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
  reference([x], { permutation }, [output]) {
    const read = reader(x)
    return [
      referenceOf(output.shape, (at) => read(permutation.map((_, axis) => at[permutation.indexOf(axis)]))),
    ]
  },
})
