import { bytesPerElement, type DType, type TypedArray } from '../graph/dtype.js'
import { type Shape, sizeOf } from '../graph/shape.js'

const views: Record<DType, (buffer: ArrayBuffer) => TypedArray> = {
  float32: (buffer) => new Float32Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
}

/** The elements that a buffer holds, not copied. */
export const elementsOf = (dtype: DType, buffer: ArrayBuffer): TypedArray => views[dtype](buffer)

export const bytesOfType = (type: { readonly shape: Shape; readonly dtype: DType }): number =>
  sizeOf(type.shape) * bytesPerElement[type.dtype]
