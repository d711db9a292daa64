import { describe, expect, it } from 'vitest'
import { InternalError } from '../../errors.js'
import { ByteWriter, encodeModule, type FunctionDefinition } from './encoder.js'
import { writeInstruction } from './instructions.js'

function written(write: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter()
  write(out)
  return [...out.finish()]
}

function definition(overrides: Partial<FunctionDefinition>): FunctionDefinition {
  const code = new ByteWriter()
  writeInstruction(code, 'end')
  const empty = { exportName: 'f', debugName: 'f', parameters: [], results: [], locals: [] }
  return { ...empty, code, ...overrides }
}

describe('ByteWriter', () => {
  it.each([
    [0, [0x00]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('writes %i as unsigned LEB128', (value, bytes) => {
    expect(written((out) => out.unsigned(value))).toEqual(bytes)
  })

  it.each([-1, 0.5, 2 ** 32])('refuses %d as an unsigned integer', (value) => {
    expect(() => new ByteWriter().unsigned(value)).toThrow(InternalError)
  })

  it.each([
    [0, [0x00]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
    [2 ** 32 - 1, [0x7f]],
  ])('writes %i as signed LEB128, modulo 2^32', (value, bytes) => {
    expect(written((out) => out.signed(value))).toEqual(bytes)
  })

  it('writes floats, text and nested content', () => {
    expect(written((out) => out.float32(-1.5))).toEqual([0x00, 0x00, 0xc0, 0xbf])
    expect(written((out) => out.text('aé'))).toEqual([3, 0x61, 0xc3, 0xa9])
    const inner = new ByteWriter()
    inner.raw([7, 8])
    expect(written((out) => out.sized(inner))).toEqual([2, 7, 8])
  })

  it('grows', () => {
    const out = new ByteWriter()
    for (let i = 0; i < 1000; i++) out.byte(i & 255)
    out.raw(new Uint8Array(5000).fill(9))
    expect(out.length).toBe(6000)
    expect(out.finish()[999]).toBe(999 & 255)
    expect(out.finish()[5999]).toBe(9)
  })
})

describe('encodeModule', () => {
  it('writes the sections of a small module', () => {
    const code = new ByteWriter()
    writeInstruction(code, 'local.get', 0)
    writeInstruction(code, 'end')
    const add: Partial<FunctionDefinition> = { exportName: 'f0', debugName: 'id', parameters: ['i32'] }
    const bytes = encodeModule([definition({ ...add, results: ['i32'], code })], {
      minimumPages: 1,
      maximumPages: 300,
      shared: true,
    })
    expect([...bytes]).toEqual([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f],
      ...[0x02, 0x11, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79],
      ...[0x02, 0x03, 0x01, 0xac, 0x02],
      ...[0x03, 0x02, 0x01, 0x00],
      ...[0x07, 0x06, 0x01, 0x02, 0x66, 0x30, 0x00, 0x00],
      ...[0x0a, 0x06, 0x01, 0x04, 0x00, 0x20, 0x00, 0x0b],
      ...[0x00, 0x0c, 0x04, 0x6e, 0x61, 0x6d, 0x65, 0x01, 0x05, 0x01, 0x00, 0x02, 0x69, 0x64],
    ])
    expect(WebAssembly.validate(bytes)).toBe(true)
  })

  it('writes one type for functions of one signature, and locals as runs', () => {
    const locals = ['i32', 'i32', 'v128', 'i32'] as const
    const bytes = encodeModule(
      [
        definition({ exportName: 'a', locals }),
        definition({ exportName: 'b', parameters: ['f32', 'v128'] }),
        definition({ exportName: 'c' }),
      ],
      undefined,
    )
    const module = new WebAssembly.Module(bytes)
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    const text = [...bytes].join()
    expect(text).toContain([0x01, 0x09, 0x02, 0x60, 0x00, 0x00, 0x60, 0x02, 0x7d, 0x7b, 0x00].join())
    expect(text).toContain([0x03, 0x04, 0x03, 0x00, 0x01, 0x00].join())
    expect(text).toContain([0x08, 0x03, 0x02, 0x7f, 0x01, 0x7b, 0x01, 0x7f, 0x0b].join())
  })
})
