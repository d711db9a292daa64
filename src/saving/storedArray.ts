import type { DType, TypedArray } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'

/** An array as it goes into files and comes out of them: row-major elements. */
export interface StoredArray {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** Arrays by the names that they have in a file, in its order. */
export type StoredArrays = ReadonlyMap<string, StoredArray>

/** The elements of an array as bytes, without a copy. They are little-endian on every machine that Gradus runs on. */
export const bytesOf = ({ data }: StoredArray): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

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
