import { DataError } from '../../errors.js'
import { constant } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'

const unsignedByte = 0x08

/**
 * Reads a file in the IDX format of MNIST (LeCun, Cortes and Burges): two zero bytes, the type of the elements (8:
 * unsigned byte), the number of axes, the length of each axis as a 32-bit big-endian integer, then the elements row by
 * row.
 *
 * @param bytes the uncompressed file; the tensor reads from it without a copy
 * @param name the file's name or path, for messages
 * @returns a uint8 tensor of the file's shape
 * @throws DataError when the file is of another format or type, cut off or too long
 */
export function parseIdx(bytes: Uint8Array<ArrayBuffer>, name: string): Tensor {
  const fail = (at: number, expected: string, received: string): never => {
    throw new DataError(
      `${name}, byte ${at}: expected ${expected}, received ${received}. ` +
        'The file is damaged or not an IDX file: delete it and fetch it again.',
    )
  }
  if (bytes.length < 4) fail(0, 'an IDX header of at least 4 bytes', `${bytes.length} bytes in all`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(0)
  const rank = magic & 0xff
  if (magic >>> 8 !== unsignedByte || rank === 0) {
    fail(0, 'the magic number 0x000008NN (IDX, unsigned bytes, NN axes)', hex(magic))
  }
  const header = 4 + 4 * rank
  if (bytes.length < header)
    fail(4, `the lengths of ${rank} axes (${4 * rank} bytes)`, `${bytes.length - 4} bytes`)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  if (bytes.length - header !== size) {
    fail(header, `${size} bytes of elements for the shape [${shape.join(', ')}]`, `${bytes.length - header}`)
  }
  return constant(bytes.subarray(header), shape, 'uint8')
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
