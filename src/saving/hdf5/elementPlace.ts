import { InternalError } from '../../errors.js'
import type { Source } from '../cursor.js'

/** Kinds of messages in an object's header: where a dataset's elements stand, and where more messages do. */
const [LAYOUT, CONTINUATION] = [8, 16]
/** What flags of a header say: that it has times, limits of how attributes are kept, and an order in which they were made. */
const [TIMES, LIMITS, ORDER] = [0x20, 0x10, 0x04]

/**
 * The byte at which the elements of a dataset begin, which stand in one piece.
 *
 * Source: HDF5 File Format Specification, version 3.0: IV.A.1.b, object headers of version 2; IV.A.2.i, data layout.
 *
 * @param header where the dataset's header stands
 */
export function elementPlace(source: Source, header: number): number {
  const start = source.at(header, 'object header')
  if (start.text(4) !== 'OHDR') throw new InternalError(`No object header of version 2 is at byte ${header}.`)
  const flags = start.skip(1).u8()
  start.skip((flags & TIMES ? 16 : 0) + (flags & LIMITS ? 4 : 0))
  const size = [start.u8, start.u16, start.u32, start.size][flags & 3].call(start)
  const blocks = [start.part(size)]
  for (const block of blocks) {
    // Less than the head of a message may be left at the end.
    while (block.left >= 4) {
      const [kind, length] = [block.u8(), block.u16()]
      const message = block.skip(flags & ORDER ? 3 : 1).part(length)
      if (kind === LAYOUT) return message.skip(2).size()
      if (kind !== CONTINUATION) continue
      const [at, bytes] = [message.size(), message.size()]
      // Between a signature and a checksum.
      blocks.push(source.at(at + 4, 'object header', bytes - 8))
    }
  }
  throw new InternalError(`The dataset with the header at byte ${header} has no layout.`)
}
