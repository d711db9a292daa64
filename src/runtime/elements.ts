import { bytesPerElement, type DType, type Elements, type TypedArray } from '../graph/dtype.js'
import { type Shape, sizeOf } from '../graph/shape.js'

const views: Record<DType, <B extends ArrayBufferLike>(...place: Place<B>) => ElementsIn<B>> = {
  float32: (...place) => new Float32Array(...place),
  int32: (...place) => new Int32Array(...place),
  bool: (...place) => new Uint8Array(...place),
  uint8: (...place) => new Uint8Array(...place),
}

type Place<B extends ArrayBufferLike> = readonly [buffer: B, address?: number, count?: number]
type ElementsIn<B extends ArrayBufferLike> = Float32Array<B> | Int32Array<B> | Uint8Array<B>

/** The elements that a buffer holds, not copied. */
export const elementsOf = (dtype: DType, buffer: ArrayBuffer): TypedArray => views[dtype](buffer)

/** Elements among others. */
export const elementsAt = (dtype: DType, buffer: ArrayBufferLike, address: number, count: number): Elements =>
  views[dtype](buffer, address, count)

export const bytesOfType = (type: { readonly shape: Shape; readonly dtype: DType }): number =>
  sizeOf(type.shape) * bytesPerElement[type.dtype]
