import type { Cursor } from '../cursor.js'
import type { FileDType } from '../elements.js'
import { unsupported } from './unsupported.js'

/** What the elements of a dataset or attribute are. */
export type Datatype =
  | {
      readonly kind: 'number'
      readonly type: FileDType
      readonly littleEndian: boolean
      readonly size: number
    }
  | { readonly kind: 'text'; readonly size: number }
  /** Texts that lie elsewhere in the file. */
  | { readonly kind: 'variableText'; readonly size: number }
  /** Bytes of which HDF5 does not know what they mean. */
  | { readonly kind: 'opaque'; readonly size: number }

const integers: Readonly<Record<string, FileDType>> = {
  '1 true': 'int8',
  '2 true': 'int16',
  '4 true': 'int32',
  '8 true': 'int64',
  '1 false': 'uint8',
  '2 false': 'uint16',
  '4 false': 'uint32',
  '8 false': 'uint64',
}

/** By size in bytes, bits of the exponent and bits of the fraction. */
const floats: Readonly<Record<string, FileDType>> = {
  '2 5 10': 'float16',
  '2 8 7': 'bfloat16',
  '4 8 23': 'float32',
  '8 11 52': 'float64',
}

const classNames = [
  'integer',
  'float',
  'time',
  'text',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enum',
  'list',
  'array',
]

export function readDatatype(cursor: Cursor): Datatype {
  const classAndVersion = cursor.u8()
  const bits = cursor.unsigned(3)
  const size = cursor.u32()
  const littleEndian = (bits & 1) === 0
  const typeClass = classAndVersion & 0x0f
  const refuse = (): never =>
    unsupported(cursor, `elements of ${size} bytes of class ${classNames[typeClass] ?? typeClass}`)
  switch (typeClass) {
    case 0:
      return { kind: 'number', type: integers[`${size} ${(bits & 8) !== 0}`] ?? refuse(), littleEndian, size }
    case 1: {
      const exponentBits = cursor.skip(5).u8()
      const fractionBits = cursor.skip(1).u8()
      const type = floats[`${size} ${exponentBits} ${fractionBits}`]
      return { kind: 'number', type: type ?? refuse(), littleEndian, size }
    }
    case 3:
      return { kind: 'text', size }
    case 5:
      return { kind: 'opaque', size }
    case 8:
      // How h5py writes booleans: FALSE and TRUE, as numbers of one byte.
      return size === 1 && (bits & 0xffff) === 2
        ? { kind: 'number', type: 'bool', littleEndian, size }
        : refuse()
    case 9:
      return (bits & 0x0f) === 1 && size === 16 ? { kind: 'variableText', size } : refuse()
    default:
      return refuse()
  }
}

/** The sizes of a dataset's or attribute's axes; empty for a single element. */
export function readDataspace(cursor: Cursor): readonly number[] {
  const version = cursor.u8()
  const rank = cursor.u8()
  if (version === 1) cursor.skip(6)
  else if (version === 2) {
    const type = cursor.skip(1).u8()
    if (type === 2) return [0]
  } else unsupported(cursor, `a dataspace of version ${version}`)
  return Array.from({ length: rank }, () => cursor.size())
}
