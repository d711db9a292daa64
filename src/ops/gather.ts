import { ArgumentError, ShapeError } from '../errors.js'
import type { TensorType } from '../graph/op.js'
import { type Shape, sameShape, showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from './cast.js'
import { asTensor, type TensorLike } from './tensor.js'

/** Attributes of ops that read or write by index. */
export type IndexAttributes = { readonly axis: number }

/** Indices as an `int32` tensor. */
export function asIndices(indices: TensorLike, what: string): Tensor {
  const value = asTensor(indices, 'int32')
  if (value.dtype === 'float32') {
    throw new ArgumentError(
      `${what}: expected integer indices, received float32. Use cast(indices, 'int32').`,
    )
  }
  return cast(value, 'int32')
}

/** The shape of `take`: the axis replaced by the axes of the indices. */
export const takenShape = (x: Shape, indices: Shape, axis: number): Shape => x.toSpliced(axis, 1, ...indices)

/** Checks that indices for an `alongAxis` op have the tensor's sizes except along the axis. */
export function checkAlongAxis(what: string, x: TensorType, indices: TensorType, axis: number): void {
  const fits =
    indices.shape.length === x.shape.length &&
    indices.shape.every((size, i) => i === axis || size === x.shape[i])
  if (!fits) {
    throw new ShapeError(
      `${what}: indices of shape ${showShape(indices.shape)} must have the sizes of ${showShape(x.shape)} except along axis ${axis}.`,
    )
  }
}

/** Checks that there is something to take where indices ask for it. */
export function checkNotEmpty(what: string, x: TensorType, indices: TensorType, axis: number): void {
  if (x.shape[axis] > 0 || sizeOf(indices.shape) === 0) return
  throw new ShapeError(
    `${what}: axis ${axis} of a tensor of shape ${showShape(x.shape)} has no elements, but there are ${sizeOf(indices.shape)} indices.`,
  )
}

/** Checks that updates have the shape that their indices give. */
export function checkUpdates(what: string, updates: TensorType, expected: Shape): void {
  if (!sameShape(updates.shape, expected)) {
    throw new ShapeError(
      `${what}: expected updates of shape ${showShape(expected)}, received ${showShape(updates.shape)}.`,
    )
  }
}
