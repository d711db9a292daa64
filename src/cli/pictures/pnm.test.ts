import { describe, expect, it } from 'vitest'
import { isPnm, parsePnm } from './pnm.js'

const file = (header: string, body: readonly number[] = []) =>
  Uint8Array.from([...new TextEncoder().encode(header), ...body])
const read = (bytes: Uint8Array) => {
  const { width, height, channels, data } = parsePnm(bytes, 'a.pnm')
  return { size: [width, height, channels], data: Array.from(data) }
}

describe('parsePnm', () => {
  it.each([
    ['P1 bitmap as text', file('P1\n# black corners\n3 2\n1 0 1\n010'), [3, 2, 1], [0, 255, 0, 255, 0, 255]],
    ['P2 grey as text', file('P2 2 2 10 0 5\n10 1'), [2, 2, 1], [0, 128, 255, 26]],
    ['P3 colours as text', file('P3\n1 2\n255\n1 2 3 4 5 6\n'), [1, 2, 3], [1, 2, 3, 4, 5, 6]],
    [
      'P4 bitmap',
      file('P4 10 2\n', [0b10000000, 0b01000000, 0xff, 0xff]),
      [10, 2, 1],
      [0, ...Array(8).fill(255), 0, ...Array(10).fill(0)],
    ],
    ['P5 grey', file('P5 # comment\n3 1\n255\n', [0, 10, 255]), [3, 1, 1], [0, 10, 255]],
    ['P5 grey of two bytes', file('P5 2 1 65535\n', [0x80, 0, 0xff, 0xff]), [2, 1, 1], [128, 255]],
    ['P5 of a small range', file('P5 3 1 4\n', [0, 2, 9]), [3, 1, 1], [0, 128, 255]],
    ['P6 colours', file('P6\n1 1\n255\n', [10, 32, 35]), [1, 1, 3], [10, 32, 35]],
  ] as const)('reads %s', (_what, bytes, size, data) => {
    expect(isPnm(bytes)).toBe(true)
    expect(read(bytes)).toEqual({ size, data })
  })

  it.each([
    [
      'a picture that is cut off',
      file('P5 2 2 255\n', [1, 2, 3]),
      /a.pnm, byte 11: expected 4 bytes of pixels, found 3/,
    ],
    [
      'text that is cut off',
      file('P2 2 2 255 1 2 3'),
      /expected a value of at least 0, found the end of the file/,
    ],
    ['no size', file('P6 \n'), /expected a width of at least 1, found the end of the file/],
    ['a size of nothing', file('P5 0 4 255\n'), /expected a width of at least 1, found 0/],
    [
      'a size that is absurd',
      file('P5 100000 100000 255\n'),
      /at most 268435456 pixels, found 100000 x 100000/,
    ],
    ['values that are too large', file('P2 1 1 255 256'), /expected a value of at least 0, found 256/],
    [
      'a range that is too large',
      file('P5 1 1 65536\n'),
      /expected the largest value of at least 1, found 65536/,
    ],
    ['other digits in a bitmap', file('P1 1 1 2'), /expected 0 or 1, found byte 50/],
    [
      'no space behind the header',
      file('P5 1 1 255'),
      /expected white space behind the header, found the end of the file/,
    ],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => read(bytes)).toThrow(message)
  })

  it('does not take other files for pictures', () => {
    for (const text of ['', 'P', 'P7\n', 'PNG', '\x89PNG']) expect(isPnm(file(text))).toBe(false)
  })
})
