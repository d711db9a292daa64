import { describe, expect, it } from 'vitest'
import { enableRelaxedSimd } from './enableRelaxedSimd.node.js'
import { ByteWriter, encodeModule, type WasmType } from './encoder.js'
import { instructions, type WasmInstruction, writeInstruction } from './instructions.js'

type Signature = readonly [operands: readonly WasmType[], result?: WasmType]

const unary = (type: WasmType): Signature => [[type], type]
const binary = (type: WasmType): Signature => [[type, type], type]

/** What each group of instructions takes and gives, by the last part of the name. */
const signatures: readonly [names: RegExp, signature: Signature][] = [
  [/^(unreachable|block|loop|end|br)$/, [[]]],
  [/^i32\.const$/, [[], 'i32']],
  [/^f32\.const$/, [[], 'f32']],
  [/^v128\.const$/, [[], 'v128']],
  [/^select$/, [['i32', 'i32', 'i32'], 'i32']],
  [/^local\.get$/, [[], 'i32']],
  [/^local\.set$/, [['i32']]],
  [/^local\.tee$/, unary('i32')],
  [/^br_if$/, [['i32']]],
  [/^i32\.(load\w*|eqz)$/, unary('i32')],
  [/^f32\.load$/, [['i32'], 'f32']],
  [/^v128\.load\d+_lane$/, [['i32', 'v128'], 'v128']],
  [/^v128\.load\w*$/, [['i32'], 'v128']],
  [/^i32\.store\w*$/, [['i32', 'i32']]],
  [/^f32\.store$/, [['i32', 'f32']]],
  [/^v128\.store\w*$/, [['i32', 'v128']]],
  [/^f32\.(eq|ne|lt|le)$/, [['f32', 'f32'], 'i32']],
  [/^f32\.(abs|neg|ceil|floor|trunc|nearest|sqrt)$/, unary('f32')],
  [/^f32\.(convert_i32_.|reinterpret_i32)$/, [['i32'], 'f32']],
  [/^i32\.(trunc_sat_f32_s|reinterpret_f32)$/, [['f32'], 'i32']],
  [/^i32\./, binary('i32')],
  [/^f32\./, binary('f32')],
  [/^i32x4\.splat$/, [['i32'], 'v128']],
  [/^f32x4\.splat$/, [['f32'], 'v128']],
  [/^i32x4\.extract_lane$/, [['v128'], 'i32']],
  [/^f32x4\.extract_lane$/, [['v128'], 'f32']],
  [/^i32x4\.replace_lane$/, [['v128', 'i32'], 'v128']],
  [/^i32x4\.sh/, [['v128', 'i32'], 'v128']],
  [/bitselect|laneselect|relaxed_madd/, [['v128', 'v128', 'v128'], 'v128']],
  [/extend|\.(not|abs|neg|sqrt|ceil|floor|trunc|nearest|convert_\w+|trunc_sat_\w+)$/, unary('v128')],
  [/^(v128|i8x16|i32x4|f32x4)\./, binary('v128')],
]

/** A module whose function does nothing but this instruction. */
function moduleWith(name: WasmInstruction): Uint8Array<ArrayBuffer> {
  const signature = signatures.find(([names]) => names.test(name))?.[1]
  if (!signature) throw new Error(`no signature for ${name}`)
  const [parameters, result] = signature
  const code = new ByteWriter()
  parameters.forEach((_, index) => {
    writeInstruction(code, 'local.get', index)
  })
  const { immediate } = instructions[name]
  const values = { bytes: [new Uint8Array(16)], memory: [300], memoryLane: [300, 1], block: [] }
  const one = immediate === 'none' ? [] : [0]
  const immediates = immediate in values ? values[immediate as keyof typeof values] : one
  ;(writeInstruction as (out: ByteWriter, name: string, ...immediates: unknown[]) => void)(
    code,
    name,
    ...immediates,
  )
  const opens = name === 'block' || name === 'loop' || name === 'if'
  if (opens) writeInstruction(code, 'end')
  if (name !== 'end') writeInstruction(code, 'end')
  const results = result === undefined ? [] : [result]
  const locals = ['i32'] as const
  return encodeModule([{ exportName: 'f', debugName: 'f', parameters, results, locals, code }], {
    minimumPages: 1,
    maximumPages: 1,
    shared: false,
  })
}

describe('the table of instructions', () => {
  enableRelaxedSimd()
  const inBlocks: readonly WasmInstruction[] = ['if', 'else']
  const names = (Object.keys(instructions) as WasmInstruction[]).filter((name) => !inBlocks.includes(name))

  it.each(names)('gives %s the encoding and types that the engine knows', (name) => {
    expect(() => new WebAssembly.Module(moduleWith(name))).not.toThrow()
  })

  it('writes prefixes, LEB128 opcodes, alignments and lanes', () => {
    const bytesOf = (write: (out: ByteWriter) => void): number[] => {
      const out = new ByteWriter()
      write(out)
      return [...out.finish()]
    }
    expect(bytesOf((out) => writeInstruction(out, 'i32.trunc_sat_f32_s'))).toEqual([0xfc, 0x00])
    expect(bytesOf((out) => writeInstruction(out, 'f32x4.add'))).toEqual([0xfd, 0xe4, 0x01])
    expect(bytesOf((out) => writeInstruction(out, 'f32x4.relaxed_madd'))).toEqual([0xfd, 0x85, 0x02])
    expect(bytesOf((out) => writeInstruction(out, 'v128.load', 300))).toEqual([0xfd, 0x00, 2, 0xac, 0x02])
    expect(bytesOf((out) => writeInstruction(out, 'v128.store64_lane', 8, 1))).toEqual([0xfd, 0x5b, 2, 8, 1])
    expect(bytesOf((out) => writeInstruction(out, 'if', 'i32'))).toEqual([0x04, 0x7f])
    expect(bytesOf((out) => writeInstruction(out, 'loop'))).toEqual([0x03, 0x40])
  })
})
