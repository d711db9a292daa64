import { ArgumentError } from '../errors.js'

/** Types of tensor elements. `bool` and `uint8` take one byte each, the others four. */
export type DType = 'float32' | 'int32' | 'bool' | 'uint8'

export const dtypes: readonly DType[] = ['float32', 'int32', 'bool', 'uint8']

/** @throws ArgumentError for what is no type of elements */
export function checkDtype(dtype: DType, what: string): void {
  if (dtypes.includes(dtype)) return
  throw new ArgumentError(
    `${what}: expected a dtype, one of ${dtypes.map((each) => `'${each}'`).join(', ')}, received '${String(dtype)}'.`,
  )
}

export const bytesPerElement: Record<DType, number> = { float32: 4, int32: 4, bool: 1, uint8: 1 }

/** The array a tensor's elements are read into and made from. */
export type TypedArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** Elements to be looked at, wherever they lie. */
export type Elements = Float32Array | Int32Array | Uint8Array

export const arrayOf: Record<DType, new (source: number | ArrayLike<number>) => TypedArray> = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
}

/** The type in which two operands meet: bool < uint8 < int32 < float32. */
export function promote(a: DType, b: DType): DType {
  const order: readonly DType[] = ['bool', 'uint8', 'int32', 'float32']
  return order[Math.max(order.indexOf(a), order.indexOf(b))]
}
