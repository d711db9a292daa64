import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'
import { unsupported } from './unsupported.js'

/** What the messages of an object header are about, by their numbers in the format. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const

/** One thing that an object header says. */
interface Message {
  readonly type: number
  readonly at: number
  readonly size: number
}

/** A group's or dataset's header: what is said about it. */
export class ObjectHeader {
  constructor(
    private readonly source: Source,
    private readonly where: string,
    private readonly messages: readonly Message[],
  ) {}

  /** All that is said on a subject, each with the cursor at its beginning. */
  all(subject: keyof typeof messageTypes): Cursor[] {
    return this.messages
      .filter(({ type }) => type === messageTypes[subject])
      .map(({ at, size }) => this.source.at(at, subject, size))
  }

  find(subject: keyof typeof messageTypes): Cursor | undefined {
    return this.all(subject).at(0)
  }

  require(subject: keyof typeof messageTypes): Cursor {
    const message = this.find(subject)
    if (message) return message
    throw new DataError(`${this.where}: says nothing of the object's ${subject}. The file is damaged.`)
  }
}

/** The object header at an address, in either of its two forms. */
export function readObjectHeader(source: Source, address: number): ObjectHeader {
  const cursor = source.at(address, 'object header')
  const { where } = cursor
  const isNewForm = cursor.u8() === 'O'.charCodeAt(0)
  const read = isNewForm ? readSecondForm : readFirstForm
  return new ObjectHeader(source, where, read(source.at(address, 'object header')))
}

/** A part of a header that lies elsewhere. */
const continuationOf = (cursor: Cursor): Cursor => {
  const at = cursor.requiredAddress('continuation')
  return cursor.source.at(at, 'continuation of an object header', cursor.size())
}

/**
 * Reads blocks of messages: those that follow are found in continuation messages.
 * @param readBlock reads the messages of one block
 */
function readBlocks(first: Cursor, readBlock: (block: Cursor, isFirst: boolean) => Message[]): Message[] {
  const messages: Message[] = []
  const seen = new Set<number>()
  const waiting = [first]
  for (let block = waiting.shift(); block; block = waiting.shift()) {
    if (seen.has(block.position))
      throw new DataError(`${block.where}: continues itself. The file is damaged.`)
    seen.add(block.position)
    for (const message of readBlock(block, block === first)) {
      const { type, at, size } = message
      messages.push(message)
      if (type === messageTypes.continuation) {
        waiting.push(continuationOf(block.source.at(at, 'continuation', size)))
      }
    }
  }
  return messages
}

function readFirstForm(cursor: Cursor): Message[] {
  const version = cursor.u8()
  if (version !== 1) unsupported(cursor, `an object header of version ${version}`)
  cursor.skip(7)
  const first = cursor.part(cursor.u32() + 4).skip(4)
  return readBlocks(first, (block) => {
    const messages: Message[] = []
    while (block.left >= 8) {
      const [type, size, flags] = [block.u16(), block.u16(), block.u8()]
      block.skip(3)
      messages.push(message(block, type, size, flags))
    }
    return messages
  })
}

function readSecondForm(cursor: Cursor): Message[] {
  cursor.signature('OHDR')
  const version = cursor.u8()
  if (version !== 2) unsupported(cursor, `an object header of version ${version}`)
  const flags = cursor.u8()
  if (flags & 0x20) cursor.skip(16)
  if (flags & 0x10) cursor.skip(4)
  const size = cursor.unsigned(2 ** (flags & 3))
  const headSize = flags & 4 ? 6 : 4
  // Blocks behind the first have letters before their messages, and a checksum behind them.
  return readBlocks(cursor.part(size), (block, isFirst) => {
    const inner = isFirst ? block : block.signature('OCHK').part(block.left - 4)
    const messages: Message[] = []
    while (inner.left >= headSize) {
      const [type, length, messageFlags] = [inner.u8(), inner.u16(), inner.u8()]
      inner.skip(headSize - 4)
      messages.push(message(inner, type, length, messageFlags))
    }
    return messages
  })
}

function message(block: Cursor, type: number, size: number, flags: number): Message {
  const at = block.position
  block.skip(size)
  const matters = Object.values(messageTypes).includes(type as 1)
  if (flags & 2 && matters) unsupported(block, 'a message that is shared between objects')
  return { type, at, size }
}
