import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, GradusError } from '../errors.js'
import { decodeSafetensors, encodeSafetensors } from './safetensors.js'
import { joinBytes, type StoredArray } from './storedArray.js'

const arrays = new Map<string, StoredArray>([
  ['flags', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['kernel', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2.5, Number.NaN, Infinity) }],
  ['steps', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['pixels', { dtype: 'uint8', shape: [1, 2], data: Uint8Array.of(0, 255) }],
  ['nothing', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
])
const sample = () => joinBytes(encodeSafetensors({ arrays, metadata: { format: 'gradus' } }))

/** A file with this header, of which `elements` bytes are zero. */
function fileOf(header: unknown, elements = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(text.length), true)
  return joinBytes([new Uint8Array(length.buffer), text, new Uint8Array(elements)])
}
const entry = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })

describe('safetensors', () => {
  it('gives back what was written, and texts beside it', () => {
    const read = decodeSafetensors(sample(), 'a.safetensors')
    expect(read.metadata).toEqual({ format: 'gradus' })
    expect(new Map([...read.arrays].sort())).toEqual(new Map([...arrays].sort()))
  })

  it('aligns elements, for readers that map the file into memory', () => {
    const bytes = sample()
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    for (const name of ['kernel', 'steps']) expect(header[name].data_offsets[0] % 4).toBe(0)
  })

  it('reads the other types of the format as the nearest of Gradus', () => {
    const elements = new DataView(new ArrayBuffer(36))
    elements.setFloat64(0, 0.1, true)
    elements.setBigInt64(8, -5n, true)
    elements.setUint16(16, 0x3e00, true) // float16: 1.5
    elements.setUint16(18, 0xc040, true) // bfloat16: -3
    elements.setUint16(20, 0x0001, true) // float16: the smallest
    elements.setUint16(22, 0xfc00, true) // float16: -infinity
    elements.setInt16(24, -300, true)
    elements.setInt8(26, -1)
    elements.setUint8(27, 9)
    elements.setUint32(28, 70_000, true)
    elements.setUint16(32, 65_535, true)
    const header = {
      f64: entry('F64', [1], [0, 8]),
      i64: entry('I64', [1], [8, 16]),
      f16: entry('F16', [1], [16, 18]),
      bf16: entry('BF16', [1], [18, 20]),
      halves: entry('F16', [2], [20, 24]),
      i16: entry('I16', [], [24, 26]),
      i8: entry('I8', [], [26, 27]),
      bool: entry('BOOL', [], [27, 28]),
      u32: entry('U32', [], [28, 32]),
      u16: entry('U16', [2], [32, 36]),
    }
    const bytes = joinBytes([fileOf(header), new Uint8Array(elements.buffer)])
    const read = decodeSafetensors(bytes, 'x').arrays
    const values = Object.fromEntries([...read].map(([name, { dtype, data }]) => [name, [dtype, ...data]]))
    expect(values).toEqual({
      f64: ['float32', Math.fround(0.1)],
      i64: ['int32', -5],
      f16: ['float32', 1.5],
      bf16: ['float32', -3],
      halves: ['float32', 2 ** -24, Number.NEGATIVE_INFINITY],
      i16: ['int32', -300],
      i8: ['int32', -1],
      bool: ['bool', 1],
      u32: ['int32', 70_000],
      u16: ['int32', 65_535, 0],
    })
  })

  it.each([
    ['nothing', new Uint8Array(0), /has 0 bytes, and 8 at least/],
    ['another format', new TextEncoder().encode('PK\x03\x04 a zip file'), /announce a header of \d+ bytes/],
    ['no JSON', fileOf('{"a":'), /header is no JSON/],
    ['a list', fileOf([]), /no JSON object/],
    [
      'an unknown type',
      fileOf({ a: entry('C64', [1], [0, 8]) }, 8),
      /array 'a': expected a dtype of F64.*found "C64"/,
    ],
    [
      'a negative size',
      fileOf({ a: entry('F32', [-1], [0, 4]) }, 4),
      /expected a shape such as \[3, 4\], found \[-1\]/,
    ],
    [
      'an absurd size',
      fileOf({ a: entry('F32', [2 ** 40, 2 ** 40], [0, 4]) }, 4),
      /takes \d.*bytes, but data_offsets 0 to 4 span 4/,
    ],
    [
      'offsets of another size',
      fileOf({ a: entry('F32', [2], [0, 4]) }, 4),
      /takes 8 bytes, but data_offsets 0 to 4 span 4/,
    ],
    [
      'overlaps',
      fileOf({ a: entry('U8', [4], [0, 4]), b: entry('U8', [4], [2, 6]) }, 6),
      /'b' begins at byte 2.*ends at 4/,
    ],
    [
      'gaps',
      fileOf({ a: entry('U8', [2], [0, 2]), b: entry('U8', [2], [4, 6]) }, 6),
      /'b' begins at byte 4.*ends at 2/,
    ],
    ['too few bytes', sample().subarray(0, -1), /describes 25 bytes of elements, but 24 follow/],
    [
      'too many bytes',
      joinBytes([sample(), new Uint8Array(3)]),
      /describes 25 bytes of elements, but 28 follow/,
    ],
    ['no offsets', fileOf({ a: { dtype: 'F32', shape: [] } }), /expected data_offsets \[begin, end\]/],
    ['a number as entry', fileOf({ a: 3 }), /expected a dtype/],
    ['metadata that are no texts', fileOf({ __metadata__: { a: 1 } }), /__metadata__ to hold texts only/],
    [
      'integers that int32 does not hold',
      joinBytes([fileOf({ a: entry('I64', [1], [0, 8]) }), new Uint8Array(8).fill(0x7f)]),
      /array 'a': expected integers from -2147483648.*found 9187201950435738000/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(DataError)
    expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(/^w\.safetensors: /)
    expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(message)
  })

  it('gives arrays or a GradusError for whatever bytes are changed', () => {
    const bytes = sample()
    const changes = fc.array(fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) }), {
      minLength: 1,
      maxLength: 8,
    })
    let refused = 0
    fc.assert(
      fc.property(changes, fc.nat(bytes.length), (edits, length) => {
        const mutated = bytes.slice(0, length % 3 === 0 ? length : bytes.length)
        for (const { at, byte } of edits) if (at < mutated.length) mutated[at] = byte
        try {
          decodeSafetensors(mutated, 'fuzzed')
        } catch (error) {
          if (!(error instanceof GradusError)) throw error
          refused++
        }
      }),
      { numRuns: 5000, seed: 11 },
    )
    expect(refused).toBeGreaterThan(1000)
  })
})
