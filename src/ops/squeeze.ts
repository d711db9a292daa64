import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { resolveAxes } from './reduction.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

/**
 * Without axes of size 1: the given ones, or all there are.
 * @throws ShapeError if a given axis has another size
 */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const value = asTensor(x)
  if (axis === undefined)
    return reshape(
      value,
      value.shape.filter((size) => size !== 1),
    )
  const axes = resolveAxes(axis, value.rank, 'squeeze')
  const long = axes.find((each) => value.shape[each] !== 1)
  if (long !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${long} of ${showShape(value.shape)} has size ${value.shape[long]}; only axes of size 1 can go.`,
    )
  }
  return reshape(
    value,
    value.shape.filter((_, i) => !axes.includes(i)),
  )
}
