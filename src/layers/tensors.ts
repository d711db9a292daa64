import { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { flatten, mapStructure, type Structure } from '../utils/structure.js'
import type { BatchShape } from './batchShape.js'

/** What layers take and give: a tensor, a list of tensors, or an object of named tensors. */
export type Tensors = Structure<Tensor>

/** What has the structure of `S`, with values of type `T` in the places of its tensors. */
export type Like<S, T> = S extends Tensor ? T : { readonly [K in keyof S]: T }

/** As `Like`; where the structure is not known, any. */
export type AnyLike<S, T> = [S] extends [never] ? Structure<T> : Like<S, T>

/** The shapes that go with tensors of this structure. */
export type ShapesOf<S> = AnyLike<S, BatchShape>

export const isTensor = (value: Tensors): value is Tensor => value instanceof Tensor

/** Whether it is one shape, rather than a list or an object of shapes. */
export const isShape = (value: Structure<BatchShape>): value is BatchShape =>
  Array.isArray(value) && value.every((size) => size === null || typeof size === 'number')

export const flatShapes = (shapes: Structure<BatchShape>): BatchShape[] => flatten(shapes, isShape)

/** Shapes made of shapes, in the same structure. */
export const mapShapes = (
  shapes: Structure<BatchShape>,
  f: (shape: BatchShape) => BatchShape,
): Structure<BatchShape> => mapStructure(shapes, isShape, f)

export const flatTensors = (tensors: Tensors): Tensor[] => flatten(tensors, isTensor)

export const shapesOf = (tensors: Tensors): Structure<BatchShape> =>
  mapStructure(tensors, isTensor, ({ shape }): BatchShape => shape)

/**
 * What a layer was called on, as tensors: a tensor, a variable, a typed array or nested arrays of numbers become one tensor; a list in
 * which tensors, variables or typed arrays stand becomes a list of tensors; an object becomes an object of tensors.
 */
export function toTensors(inputs: unknown): Tensors {
  if (isTyped(inputs)) return asTensor(inputs)
  if (Array.isArray(inputs)) {
    const isList = inputs.some((each) => isTyped(each) || ArrayBuffer.isView(each))
    return isList ? inputs.map((each: TensorLike) => asTensor(each)) : asTensor(inputs)
  }
  if (typeof inputs === 'object' && inputs !== null && !ArrayBuffer.isView(inputs)) {
    const named = Object.entries(inputs as Record<string, TensorLike>)
    return Object.fromEntries(named.map(([name, each]) => [name, asTensor(each)]))
  }
  return asTensor(inputs as TensorLike)
}

const isTyped = (value: unknown): value is Tensor | Variable =>
  value instanceof Tensor || value instanceof Variable
