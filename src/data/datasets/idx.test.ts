import { describe, expect, it } from 'vitest'
import { DataError } from '../../errors.js'
import { parseIdx } from './idx.js'

/** A file of shape [2, 1, 3]. */
const sound = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])

describe('parseIdx', () => {
  it('reads shape and elements without a copy', () => {
    const tensor = parseIdx(sound, 'a')
    expect([tensor.shape, tensor.dtype]).toEqual([[2, 1, 3], 'uint8'])
    expect(Array.from(tensor.knownData())).toEqual([1, 2, 3, 4, 5, 255])
    expect(tensor.knownData().buffer).toBe(sound.buffer)
  })

  it('reads from the middle of a larger buffer', () => {
    const larger = new Uint8Array(40)
    larger.set(sound, 7)
    expect(Array.from(parseIdx(larger.subarray(7, 7 + sound.length), 'a').knownData())).toEqual([
      1, 2, 3, 4, 5, 255,
    ])
  })

  it.each([
    [
      'nothing',
      sound.subarray(0, 0),
      'byte 0: expected an IDX header of at least 4 bytes, received 0 bytes in all',
    ],
    [
      'half a header',
      sound.subarray(0, 9),
      'byte 4: expected the lengths of 3 axes (12 bytes), received 5 bytes',
    ],
    [
      'a cut end',
      sound.subarray(0, 20),
      'byte 16: expected 6 bytes of elements for the shape [2, 1, 3], received 4',
    ],
    ['a byte too many', Uint8Array.from([...sound, 0]), 'byte 16: expected 6 bytes of elements'],
    ['another magic', Uint8Array.from([1, ...sound.subarray(1)]), 'received 0x01000803'],
    ['floats', Uint8Array.from([0, 0, 13, ...sound.subarray(3)]), 'received 0x00000d03'],
    ['no axes', Uint8Array.from([0, 0, 8, 0, 5]), 'received 0x00000800'],
  ])('refuses %s and names file, place, expected and received', (_, bytes, message) => {
    const parse = () => parseIdx(bytes, 'folder/train-images')
    expect(parse).toThrow(DataError)
    expect(parse).toThrow('folder/train-images, byte ')
    expect(parse).toThrow(message)
    expect(parse).toThrow('delete it and fetch it again')
  })
})
