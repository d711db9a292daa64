import { describe, expect, it } from 'vitest'
import { InternalError } from '../../errors.js'
import { type Bits, CodeBytes, encode } from './encoder.js'
import { type InstructionName, instructions } from './instructions.js'
import { type general, type Memory, machineRegister, type Operand, Register, type Scale } from './operands.js'

const g = machineRegister
const v = (number: number): Register => new Register('vector', 64, number)
const k = (number: number): Register => new Register('mask', 8, number)
const at = (base: keyof typeof general, displacement = 0, index?: Register, scale: Scale = 1): Memory => ({
  base: g(base),
  ...(index && { index }),
  scale,
  displacement,
})
const broadcast = (memory: Memory): Memory => ({ ...memory, broadcast: true })

type Case = readonly [
  hex: string,
  name: InstructionName,
  bits: Bits,
  operands: readonly Operand[],
  mask?: Register,
  zeroing?: boolean,
]

function hexOf([, name, bits, operands, mask, zeroing]: Case): string {
  const out = new CodeBytes()
  encode(out, { form: instructions[name], bits, operands: mask ? [...operands, mask] : operands, zeroing })
  return Array.from(out.slice(), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

// Each line is what GNU as makes of it.
const groups: Record<string, readonly Case[]> = {
  'bases that need more bytes: rsp, r12, rbp, r13': [
    ['8b 04 24', 'mov', 32, [g('rax'), at('rsp')]],
    ['41 8b 44 24 08', 'mov', 32, [g('rax'), at('r12', 8)]],
    ['8b 45 00', 'mov', 32, [g('rax'), at('rbp')]],
    ['41 8b 45 00', 'mov', 32, [g('rax'), at('r13')]],
    ['62 d1 7c c9 10 0c 24', 'vmovups', 512, [v(1), at('r12')], k(1), true],
    ['62 41 7c 4f 11 7d 00', 'vmovups_store', 512, [at('r13'), v(31)], k(7)],
  ],
  'r12 as an index, and displacements of 8 and 32 bits': [
    ['4a 8b 04 e0', 'mov', 64, [g('rax'), at('rax', 0, g('r12'), 8)]],
    ['4b 8b 44 25 7f', 'mov', 64, [g('rax'), at('r13', 127, g('r12'))]],
    ['4b 8b 84 25 80 00 00 00', 'mov', 64, [g('rax'), at('r13', 128, g('r12'))]],
  ],
  'bytes of registers that need a prefix': [
    ['40 88 30', 'mov_store8', 32, [at('rax'), g('rsi')]],
    ['88 10', 'mov_store8', 32, [at('rax'), g('rdx')]],
    ['41 0f b6 00', 'movzx_byte', 32, [g('rax'), at('r8')]],
  ],
  'VEX of two and of three bytes': [
    ['c5 f0 58 c2', 'vaddps', 128, [v(0), v(1), v(2)]],
    ['c5 38 58 c2', 'vaddps', 128, [v(8), v(8), v(2)]],
    ['c4 c1 70 58 00', 'vaddps', 128, [v(0), v(1), at('r8')]],
    ['c4 41 04 58 ff', 'vaddps', 256, [v(15), v(15), v(15)]],
    ['c4 e2 75 b8 c2', 'vfmadd231ps', 256, [v(0), v(1), v(2)]],
    ['c4 e3 6d 4a cb c0', 'vblendvps', 256, [v(1), v(2), v(3), v(12)]],
    ['c4 e2 31 f7 c1', 'shlx', 32, [g('rax'), g('rcx'), g('r9')]],
    ['c4 c1 79 6e c0', 'vmovd', 128, [v(0), g('r8')]],
  ],
  'vectors 8, 16 and 31 in every place': [
    ['62 a1 7c 40 58 c0', 'vaddps', 512, [v(16), v(16), v(16)]],
    ['62 01 04 40 58 ff', 'vaddps', 512, [v(31), v(31), v(31)]],
    ['62 11 7c 40 58 c7', 'vaddps', 512, [v(8), v(16), v(31)]],
    ['62 21 3c 48 58 f8', 'vaddps', 512, [v(31), v(8), v(16)]],
    ['62 c1 04 40 58 c0', 'vaddps', 512, [v(16), v(31), v(8)]],
    ['62 e1 7e 08 10 40 7f', 'vmovss', 128, [v(16), at('rax', 508)]],
  ],
  'EVEX displacements, in units of the memory that is read': [
    ['62 f1 74 48 58 40 7f', 'vaddps', 512, [v(0), v(1), at('rax', 0x1fc0)]],
    ['62 f1 74 48 58 80 00 20 00 00', 'vaddps', 512, [v(0), v(1), at('rax', 0x2000)]],
    ['62 f1 74 48 58 40 80', 'vaddps', 512, [v(0), v(1), at('rax', -0x2000)]],
    ['62 f1 74 48 58 80 c0 df ff ff', 'vaddps', 512, [v(0), v(1), at('rax', -0x2040)]],
    ['62 f1 74 48 58 80 20 00 00 00', 'vaddps', 512, [v(0), v(1), at('rax', 0x20)]],
    ['62 f1 74 58 58 40 7f', 'vaddps', 512, [v(0), v(1), broadcast(at('rax', 0x1fc))]],
    ['62 f1 74 58 58 80 00 02 00 00', 'vaddps', 512, [v(0), v(1), broadcast(at('rax', 0x200))]],
    ['62 f1 74 58 58 40 80', 'vaddps', 512, [v(0), v(1), broadcast(at('rax', -0x200))]],
    ['62 f1 74 58 58 80 02 00 00 00', 'vaddps', 512, [v(0), v(1), broadcast(at('rax', 2))]],
    ['62 f2 7d 48 31 40 01', 'vpmovzxbd', 512, [v(0), at('rax', 16)]],
    ['62 f2 7e 4a 31 68 7f', 'vpmovdb', 512, [at('rax', 2032), v(5)], k(2)],
    ['62 f3 7d 48 19 48 01 03', 'vextractf32x4', 512, [at('rax', 16), v(1), 3]],
  ],
  'vectors of indices': [
    ['62 b2 7d 41 92 4c b8 02', 'vgatherdps', 512, [v(1), at('rax', 8, v(31), 4)], k(1)],
    ['62 82 7d 4b 92 0c 84', 'vgatherdps', 512, [v(17), at('r12', 0, v(8), 4)], k(3)],
    ['c4 a2 65 92 0c 88', 'vgatherdps_vex', 256, [v(1), at('rax', 0, v(9), 4), v(3)]],
  ],
  masks: [
    ['c5 f8 92 c8', 'kmovw_general', 128, [k(1), g('rax')]],
    ['c5 78 93 cf', 'kmovw_from', 128, [g('r9'), k(7)]],
  ],
}

describe.each(Object.entries(groups))('the encoder writes %s', (_, cases) => {
  it.each(cases.map((one): [string, Case] => [one[0], one]))('%s', (hex, one) => {
    expect(hexOf(one)).toBe(hex)
  })
})

describe('the encoder refuses', () => {
  it('rsp as an index, addresses beyond 32 bits, and registers without a number', () => {
    const wrong: Case[] = [
      ['', 'mov', 64, [g('rax'), at('rax', 0, g('rsp'))]],
      ['', 'mov', 64, [g('rax'), at('rax', 2 ** 31)]],
      ['', 'vaddps', 512, [new Register('vector', 64), v(1), v(2)]],
    ]
    for (const one of wrong) expect(() => hexOf(one)).toThrow(InternalError)
  })
})
