import { DataError } from '../errors.js'
import type { DType, TypedArray } from '../graph/dtype.js'

/** Types of elements that files have. Gradus reads each as the type of its own that is nearest. */
export type FileDType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool'

/** Types of real numbers. */
export type FloatType = 'float64' | 'float32' | 'float16' | 'bfloat16'

interface ElementType {
  readonly bytes: number
  readonly dtype: DType
  read(view: DataView, at: number): number | bigint
}

const types: Record<FileDType, ElementType> = {
  float64: { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at, true) },
  float32: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at, true) },
  float16: {
    bytes: 2,
    dtype: 'float32',
    read: (view, at) => halfToNumber(view.getUint16(at, true)),
  },
  bfloat16: {
    bytes: 2,
    dtype: 'float32',
    read: (view, at) => brainToNumber(view.getUint16(at, true)),
  },
  int64: { bytes: 8, dtype: 'int32', read: (view, at) => view.getBigInt64(at, true) },
  int32: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at, true) },
  int16: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at, true) },
  int8: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  uint64: { bytes: 8, dtype: 'int32', read: (view, at) => view.getBigUint64(at, true) },
  uint32: { bytes: 4, dtype: 'int32', read: (view, at) => view.getUint32(at, true) },
  uint16: { bytes: 2, dtype: 'int32', read: (view, at) => view.getUint16(at, true) },
  uint8: { bytes: 1, dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, dtype: 'bool', read: (view, at) => Number(view.getUint8(at) !== 0) },
}

/** Bytes that one element takes in a file. */
export const fileBytes = (type: FileDType): number => types[type].bytes

/**
 * The elements that stand in `bytes`, in the nearest type of Gradus: floats as float32, integers as int32, bytes and booleans as
 * they are.
 * @param where names the file and the place in it, for errors
 * @throws DataError for integers that int32 does not hold
 */
export function readElements(
  bytes: Uint8Array,
  type: FileDType,
  where: string,
): { readonly dtype: DType; readonly data: TypedArray } {
  const { bytes: width, dtype, read } = types[type]
  const isPlain = type === dtype && dtype !== 'bool'
  if (isPlain) return { dtype, data: copied(bytes, dtype) }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.byteLength / width
  if (dtype !== 'int32') {
    const data = dtype === 'float32' ? new Float32Array(count) : new Uint8Array(count)
    for (let i = 0; i < count; i++) data[i] = Number(read(view, i * width))
    return { dtype, data }
  }
  const data = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const value = Number(read(view, i * width))
    data[i] = value
    if (data[i] !== value) {
      throw new DataError(
        `${where}: expected integers from ${-(2 ** 31)} to ${2 ** 31 - 1}, found ${value} as element ${i}.`,
      )
    }
  }
  return { dtype, data }
}

function copied(bytes: Uint8Array, dtype: DType): TypedArray {
  // Not `slice`, which of Node's Buffers gives a view of the whole.
  const { buffer } = new Uint8Array(bytes)
  if (dtype === 'float32') return new Float32Array(buffer)
  return dtype === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer)
}

/** IEEE binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const word = new DataView(new ArrayBuffer(4))

/** bfloat16: the upper half of a float32. */
function brainToNumber(bits: number): number {
  word.setUint32(0, bits * 2 ** 16)
  return word.getFloat32(0)
}

function float32Bits(value: number): number {
  word.setFloat32(0, value)
  return word.getUint32(0)
}

/** The nearest bfloat16, of two as near the even one. */
function numberToBrain(value: number): number {
  const bits = float32Bits(value)
  if (Number.isNaN(value)) return 0x7fc0
  return Math.floor((bits + 0x7fff + (Math.floor(bits / 2 ** 16) & 1)) / 2 ** 16)
}

/** The nearest binary16, of two as near the even one; beyond its range infinity. */
function numberToHalf(value: number): number {
  const bits = float32Bits(value)
  const sign = bits >= 2 ** 31 ? 0x8000 : 0
  if (Number.isNaN(value)) return 0x7e00
  const size = Math.abs(value)
  // Halfway between the largest, 65504, and what would come next.
  if (size >= 65520) return sign | 0x7c00
  // Numbers of one exponent lie evenly, 2^-24 apart where they are smallest; scaling by powers of 2 is exact.
  const exponent = Math.max(-14, (Math.floor(bits / 2 ** 23) % 256) - 127)
  return sign | ((exponent + 14) * 1024 + roundToEven(size * 2 ** (10 - exponent)))
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}

/** Numbers as a file has them whose elements are of this type. */
export function floatBytes(numbers: ArrayLike<number>, type: FloatType): Uint8Array<ArrayBuffer> {
  const { length } = numbers
  switch (type) {
    case 'float64':
      return new Uint8Array(Float64Array.from(numbers).buffer)
    case 'float32':
      return new Uint8Array(Float32Array.from(numbers).buffer)
    case 'float16':
      return new Uint8Array(Uint16Array.from({ length }, (_, i) => numberToHalf(numbers[i])).buffer)
    case 'bfloat16':
      return new Uint8Array(Uint16Array.from({ length }, (_, i) => numberToBrain(numbers[i])).buffer)
  }
}
