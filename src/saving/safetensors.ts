import { DataError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { type FileDType, type FloatType, fileBytes, readElements } from './elements.js'
import { bytesOf, fileTypeOf, type StoredArray, type StoredArrays } from './storedArray.js'

/** What a safetensors file holds. */
export interface Safetensors {
  readonly arrays: StoredArrays
  /** Texts by their names, for whatever the writer wants to say. */
  readonly metadata: Readonly<Record<string, string>>
}

const writtenTypes: Record<DType | FloatType, string> = {
  ...{ float64: 'F64', float32: 'F32', float16: 'F16', bfloat16: 'BF16' },
  ...{ int32: 'I32', uint8: 'U8', bool: 'BOOL' },
}

const readTypes: Readonly<Record<string, FileDType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
}

const METADATA = '__metadata__'
/** No header is longer, says the format. */
const LONGEST_HEADER = 100_000_000

/**
 * A safetensors file, as pieces to be written one after another: the header's length (8 bytes), the header (JSON, filled up with
 * spaces so that elements are aligned), the elements of all arrays without gaps.
 *
 * Source: https://huggingface.co/docs/safetensors, Format.
 */
export function encodeSafetensors({ arrays, metadata }: Safetensors): Uint8Array[] {
  // Wide elements first: each array is then aligned to its elements.
  const ordered = [...arrays]
    .map(([name, array]) => ({ name, array, type: fileTypeOf(array), bytes: bytesOf(array) }))
    .sort((a, b) => fileBytes(b.type) - fileBytes(a.type))
  let offset = 0
  const entries = ordered.map(({ name, array, type, bytes }) => {
    const begin = offset
    offset += bytes.byteLength
    return [name, { dtype: writtenTypes[type], shape: array.shape, data_offsets: [begin, offset] }] as const
  })
  const text = JSON.stringify(Object.fromEntries([[METADATA, metadata], ...entries]))
  const written = new TextEncoder().encode(text)
  const header = new Uint8Array(Math.ceil(written.length / 8) * 8).fill(0x20)
  header.set(written)
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(header.length), true)
  return [new Uint8Array(length.buffer), header, ...ordered.map(({ bytes }) => bytes)]
}

/**
 * What stands in a safetensors file. Nothing in it is taken on trust: the header must describe the bytes behind it exactly.
 * @param file what errors call it
 * @throws DataError naming the file and the place in it
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const header = readHeader(bytes, file)
  const body = bytes.subarray(8 + header.length)
  const { [METADATA]: metadata = {}, ...described } = header.entries
  const entries = Object.entries(described).map(([name, entry]) => checkEntry(name, entry, file))
  checkLayout(entries, body.length, file)
  const arrays = new Map<string, StoredArray>()
  for (const { name, type, shape, begin, end } of entries) {
    const where = `${file}: array '${name}'`
    arrays.set(name, { ...readElements(body.subarray(begin, end), type, where), shape })
  }
  return { arrays, metadata: checkMetadata(metadata, file) }
}

function readHeader(
  bytes: Uint8Array,
  file: string,
): { readonly length: number; readonly entries: Record<string, unknown> } {
  const noSafetensors = (what: string) =>
    new DataError(`${file}: is no safetensors file, or only part of one: ${what}.`)
  if (bytes.length < 8) throw noSafetensors(`it has ${bytes.length} bytes, and 8 at least are needed`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (length > LONGEST_HEADER || length > bytes.length - 8) {
    throw noSafetensors(
      `its first 8 bytes announce a header of ${length} bytes, but ${bytes.length - 8} follow`,
    )
  }
  let entries: unknown
  try {
    entries = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)))
  } catch (error) {
    throw noSafetensors(`its header is no JSON (${(error as Error).message})`)
  }
  if (!isRecord(entries)) throw noSafetensors('its header is no JSON object')
  return { length, entries }
}

interface Entry {
  readonly name: string
  readonly type: FileDType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

function checkEntry(name: string, entry: unknown, file: string): Entry {
  const where = `${file}: header: array '${name}'`
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
  if (typeof dtype !== 'string' || !Object.hasOwn(readTypes, dtype)) {
    throw new DataError(
      `${where}: expected a dtype of ${Object.keys(readTypes).join(', ')}, found ${JSON.stringify(dtype)}.`,
    )
  }
  if (!isCounts(shape)) {
    throw new DataError(`${where}: expected a shape such as [3, 4], found ${JSON.stringify(shape)}.`)
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new DataError(`${where}: expected data_offsets [begin, end], found ${JSON.stringify(offsets)}.`)
  }
  const type = readTypes[dtype]
  const [begin, end] = offsets
  const size = shape.reduce((product, axis) => product * axis, fileBytes(type))
  if (end - begin !== size) {
    throw new DataError(
      `${where}: ${dtype} of shape [${shape.join(', ')}] takes ${size} bytes, but data_offsets ${begin} to ${end} span ${end - begin}.`,
    )
  }
  return { name, type, shape, begin, end }
}

/** Arrays must follow each other without gaps or overlaps, to the end of the file. */
function checkLayout(entries: readonly Entry[], size: number, file: string): void {
  let at = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      throw new DataError(
        `${file}: header: array '${name}' begins at byte ${begin}, but the one before it ends at ${at}.`,
      )
    }
    at = end
  }
  if (at !== size) {
    throw new DataError(
      `${file}: its header describes ${at} bytes of elements, but ${size} follow. The file is cut off, or another's end hangs on it.`,
    )
  }
}

function checkMetadata(metadata: unknown, file: string): Record<string, string> {
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) {
    return metadata as Record<string, string>
  }
  throw new DataError(`${file}: header: expected ${METADATA} to hold texts only, found something else.`)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
