import type { DType } from '../../graph/dtype.js'
import type { FloatType } from '../elements.js'
import { bytesOf, fileTypeOf, type StoredArray } from '../storedArray.js'
import { messageTypes } from './objectHeader.js'
import { aligned, encodeText, FileLayout, Record } from './record.js'
import { INTERNAL_K, LEAF_K, pieces, writeLinks } from './writeLinks.js'

/** A group that is to be written: attributes that are a text or a list of texts; arrays and more groups by their names. */
export interface Hdf5Tree {
  readonly attributes?: Readonly<{ [name: string]: string | readonly string[] }>
  readonly members: ReadonlyMap<string, Hdf5Tree | StoredArray>
}

/** The size of an attribute's list where Keras begins a second attribute: the message that holds it has 64 KiB at most. */
const LARGEST_LIST = 64_512
/** The smallest collection of texts that HDF5 reads. */
const SMALLEST_HEAP = 4096
/** A collection numbers its texts with 16 bits. */
const TEXTS_PER_HEAP = 65_535

/**
 * An HDF5 file in the form that all versions of HDF5 read, which h5py writes by default: groups with symbol tables, contiguous
 * datasets. Given as pieces to be written one after another; arrays are not copied.
 *
 * Source: HDF5 File Format Specification, version 3.0.
 */
export function writeHdf5(root: Hdf5Tree): Uint8Array[] {
  const file = new FileLayout()
  const superblock = new Record(96)
  file.add(superblock)
  const writer = new Writer(file, root)
  const header = writer.writeGroup(root)
  superblock.u8(0x89).letters('HDF\r\n').u8(0x1a, 0x0a)
  superblock.u8(0, 0, 0, 0, 0, 8, 8, 0).u16(LEAF_K).u16(INTERNAL_K).u32(0)
  superblock.u64(0).address(undefined).u64(file.size).address(undefined)
  superblock.u64(0).u64(header)
  return file.parts
}

/** What an object header says on one subject. */
type Message = readonly [subject: keyof typeof messageTypes, content: Record]

/** Where a text lies: in which collection, under which number. */
interface TextPlace {
  readonly address: number
  readonly index: number
}

class Writer {
  private readonly texts: ReadonlyMap<string, TextPlace>

  constructor(
    private readonly file: FileLayout,
    root: Hdf5Tree,
  ) {
    this.texts = this.writeTexts([...new Set(textsOf(root))])
  }

  /** Collections of texts, which attributes refer to. */
  private writeTexts(texts: readonly string[]): Map<string, TextPlace> {
    const places = new Map<string, TextPlace>()
    for (const some of pieces(texts, TEXTS_PER_HEAP)) {
      const encoded = some.map(encodeText)
      const used = encoded.reduce((size, text) => size + 16 + aligned(text.length), 16)
      // What is left over is an object of its own, for which there must be room.
      const size = Math.max(SMALLEST_HEAP, used + 16)
      const heap = new Record(size).letters('GCOL').u8(1, 0, 0, 0).u64(size)
      encoded.forEach((text, i) =>
        heap
          .u16(i + 1)
          .u16(0)
          .u32(0)
          .u64(text.length)
          .bytes(text)
          .align(),
      )
      heap.u64(0).u64(size - used)
      const address = this.file.add(heap)
      some.forEach((text, i) => places.set(text, { address, index: i + 1 }))
    }
    return places
  }

  /** Writes a group, and gives the address of its object header. */
  writeGroup({ attributes = {}, members }: Hdf5Tree): number {
    const links = [...members].map(([name, member]) => ({
      name,
      header: 'members' in member ? this.writeGroup(member) : this.writeArray(member),
    }))
    const { tree, heap } = writeLinks(this.file, links)
    return this.writeHeader([
      ['symbolTable', new Record(16).u64(tree).u64(heap)],
      ...Object.entries(attributes).flatMap(([name, value]) => this.attributeMessages(name, value)),
    ])
  }

  private writeArray(array: StoredArray): number {
    const bytes = bytesOf(array)
    const type = fileTypeOf(array)
    const address = bytes.length === 0 ? undefined : this.file.add(bytes)
    return this.writeHeader([
      ['dataspace', dataspace(array.shape)],
      ['datatype', datatypes[type]()],
      // Space is allocated late, and filled, where it must be, with the type's zero.
      ['fillValue', new Record(8).u8(2, 2, 2, 1)],
      ['layout', new Record(18).u8(3, 1).address(address).u64(bytes.length)],
      ...(type === BFLOAT16 ? this.attributeMessages('dtype', BFLOAT16) : []),
    ])
  }

  private writeHeader(messages: readonly Message[]): number {
    const size = messages.reduce((sum, [, { content }]) => sum + 8 + aligned(content.length), 0)
    const header = new Record(16 + size).u8(1, 0).u16(messages.length).u32(1).u32(size).align()
    for (const [subject, { content }] of messages) {
      header.u16(messageTypes[subject]).u16(aligned(content.length)).u32(0).bytes(content).align()
    }
    return this.file.add(header)
  }

  private attributeMessages(name: string, value: string | readonly string[]): Message[] {
    if (typeof value === 'string') return [['attribute', this.textAttribute(name, value)]]
    const encoded = value.map(encodeText)
    const width = Math.max(1, ...encoded.map((text) => text.length))
    const parts = pieces(encoded, Math.max(1, Math.floor(LARGEST_LIST / width)))
    if (parts.length <= 1) return [['attribute', listAttribute(name, encoded, width)]]
    return parts.map((part, i): Message => ['attribute', listAttribute(`${name}${i}`, part, width)])
  }

  /** A text of any length, which lies in a collection of texts. */
  private textAttribute(name: string, text: string): Record {
    const place = this.texts.get(text)
    const data = new Record(16).u32(encodeText(text).length)
    data.address(place?.address ?? 0).u32(place?.index ?? 0)
    // Texts of variable length in UTF-8, made of unsigned bytes.
    const type = new Record(20).u8(0x19, 0x01, 0x01, 0).u32(16).bytes(integer(1, false).content)
    return attribute(name, type, [], data)
  }
}

/** HDF5 does not know this type: Keras writes bytes, and says in an attribute what they are. */
const BFLOAT16 = 'bfloat16'

/** All texts that attributes hold by themselves, not in lists. */
function* textsOf({ attributes = {}, members }: Hdf5Tree): Iterable<string> {
  for (const value of Object.values(attributes)) if (typeof value === 'string') yield value
  for (const member of members.values()) {
    if ('members' in member) yield* textsOf(member)
    else if (fileTypeOf(member) === BFLOAT16) yield BFLOAT16
  }
}

/** A list of texts of one width, filled up with zeros: what NumPy calls `S`. */
function listAttribute(name: string, texts: readonly Uint8Array[], width: number): Record {
  const data = new Record(texts.length * width)
  for (const text of texts) data.bytes(text).bytes(new Uint8Array(width - text.length))
  return attribute(name, new Record(8).u8(0x13, 0x01, 0, 0).u32(width), [texts.length], data)
}

function attribute(name: string, type: Record, shape: readonly number[], data: Record): Record {
  const [named, space] = [encodeText(name), dataspace(shape)]
  const sizes = [named.length + 1, type.content.length, space.content.length]
  const record = new Record(8 + sizes.reduce((sum, size) => sum + aligned(size), data.content.length))
  record.u8(1, 0)
  for (const size of sizes) record.u16(size)
  record.bytes(named).u8(0).align().bytes(type.content).align().bytes(space.content).align()
  return record.bytes(data.content)
}

function dataspace(shape: readonly number[]): Record {
  const record = new Record(8 + 8 * shape.length).u8(1, shape.length).align()
  for (const size of shape) record.u64(size)
  return record
}

const integer = (bytes: number, isSigned: boolean): Record =>
  new Record(12)
    .u8(0x10, isSigned ? 0x08 : 0, 0, 0)
    .u32(bytes)
    .u16(0)
    .u16(8 * bytes)

/** An IEEE number: the sign in its highest bit, below that the exponent, then the fraction from bit 0 on. */
function float(bytes: number, exponentBits: number, fractionBits: number): Record {
  const bits = 8 * bytes
  const record = new Record(20)
    .u8(0x11, 0x20, bits - 1, 0)
    .u32(bytes)
    .u16(0)
    .u16(bits)
  return record.u8(fractionBits, exponentBits, 0, fractionBits).u32(2 ** (exponentBits - 1) - 1)
}

const datatypes: { readonly [type in DType | FloatType]: () => Record } = {
  float32: () => float(4, 8, 23),
  float64: () => float(8, 11, 52),
  float16: () => float(2, 5, 10),
  bfloat16: () => new Record(8).u8(0x15, 0, 0, 0).u32(2),
  int32: () => integer(4, true),
  uint8: () => integer(1, false),
  // As h5py writes booleans: names for the numbers 0 and 1.
  bool: () =>
    new Record(38)
      .u8(0x18, 2, 0, 0)
      .u32(1)
      .bytes(integer(1, true).content)
      .letters('FALSE\0\0\0TRUE\0\0\0\0')
      .u8(0, 1),
}
