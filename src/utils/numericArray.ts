import { ArgumentError } from '../errors.js'
import { show } from './show.js'

/** Typed arrays of numbers that data may come as. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array

/** @throws ArgumentError for a view of anything but numbers */
export function checkNumeric(value: ArrayBufferView, what: string): void {
  const isBig = value instanceof BigInt64Array || value instanceof BigUint64Array
  if (!isBig && !(value instanceof DataView)) return
  throw new ArgumentError(
    `${what}: expected a typed array of numbers, received ${show(value)}.${isBig ? ' Convert it: Float32Array.from(x, Number).' : ''}`,
  )
}
