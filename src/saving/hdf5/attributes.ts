import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'
import { readElements } from '../elements.js'
import { readRecords } from './btreeV2.js'
import { type Datatype, readDataspace, readDatatype } from './datatype.js'
import { FractalHeap } from './fractalHeap.js'
import { readVariableText } from './globalHeap.js'
import type { ObjectHeader } from './objectHeader.js'
import { unsupported } from './unsupported.js'

/** What an attribute says: texts or numbers, and whether it is a list of them. */
export interface Attribute {
  readonly values: readonly (string | number)[]
  readonly isList: boolean
}

/** The attributes of an object by their names; each is read when it is asked for. */
export function readAttributes(source: Source, header: ObjectHeader): ReadonlyMap<string, () => Attribute> {
  const messages = header.all('attribute')
  const info = header.find('attributeInfo')
  if (info) messages.push(...denseAttributes(source, info))
  return new Map(messages.map(readAttribute))
}

/** Attributes of an object that has many of them. */
function denseAttributes(source: Source, info: Cursor): Cursor[] {
  const flags = info.skip(1).u8()
  if (flags & 1) info.skip(2)
  const heapAddress = info.address()
  if (heapAddress === undefined) return []
  const heap = new FractalHeap(source, heapAddress)
  return readRecords(source, info.requiredAddress('index of attributes')).map((record) => heap.object(record))
}

function readAttribute(cursor: Cursor): readonly [string, () => Attribute] {
  const version = cursor.u8()
  if (version < 1 || version > 3) unsupported(cursor, `an attribute of version ${version}`)
  const flags = cursor.u8()
  if (version > 1 && flags & 3) unsupported(cursor, 'an attribute whose type is shared')
  const [nameSize, typeSize, spaceSize] = [cursor.u16(), cursor.u16(), cursor.u16()]
  if (version === 3) cursor.skip(1)
  // In the first version each part is filled up to a multiple of 8 bytes.
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size)
  const name = cursor.part(padded(nameSize)).text(nameSize)
  const type = cursor.part(padded(typeSize))
  const space = cursor.part(padded(spaceSize))
  return [name, () => readValues(name, readDatatype(type), readDataspace(space), cursor.part(cursor.left))]
}

function readValues(name: string, type: Datatype, shape: readonly number[], data: Cursor): Attribute {
  const count = shape.reduce((product, size) => product * size, 1)
  if (count * type.size > data.left) {
    throw new DataError(
      `${data.where}: attribute '${name}' has ${data.left} bytes for ${count} values of ${type.size}. The file is damaged.`,
    )
  }
  const isList = shape.length > 0
  switch (type.kind) {
    case 'number': {
      const where = `${data.where}: attribute '${name}'`
      const { data: numbers } = readElements(
        data.bytes(count * type.size),
        type.type,
        where,
        type.littleEndian,
      )
      return { values: [...numbers], isList }
    }
    case 'text':
      return {
        values: Array.from({ length: type.size === 0 ? 0 : count }, () => data.text(type.size)),
        isList,
      }
    case 'variableText':
      return { values: Array.from({ length: count }, () => readVariableText(data.part(type.size))), isList }
    case 'opaque':
      return unsupported(data, `attribute '${name}' of opaque bytes`)
  }
}
