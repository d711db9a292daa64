import type { DType, TypedArray } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import { type FloatType, floatBytes } from './elements.js'

/** An array as it goes into files and comes out of them: row-major elements. */
export interface StoredArray {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
  /** Of float32 elements: what they are rounded to when they are written. Default: float32. */
  readonly fileType?: FloatType
}

/** The type of an array's elements in the file. */
export const fileTypeOf = ({ dtype, fileType }: StoredArray): DType | FloatType =>
  dtype === 'float32' ? (fileType ?? dtype) : dtype

/** Arrays by the names that they have in a file, in its order. */
export type StoredArrays = ReadonlyMap<string, StoredArray>

/** The elements of an array as bytes, without a copy where there is a choice. They are little-endian on every machine that Gradus runs on. */
export function bytesOf(array: StoredArray): Uint8Array<ArrayBuffer> {
  const { data } = array
  const type = fileTypeOf(array)
  if (type !== array.dtype) return floatBytes(data, type as FloatType)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Pieces of a file as one array of bytes. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
