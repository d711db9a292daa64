import type { Bits, Encodable } from '../targets/x64/encoder.js'
import {
  type Form,
  type InstructionName,
  instructions,
  type OperandRule,
} from '../targets/x64/instructions.js'
import { type Memory, type Operand, Register, type Scale } from '../targets/x64/operands.js'
import type { RandomSource } from './randomLoopsSource.js'

/** Written by hand into the code, with one operand only. */
const fixedOperands: ReadonlySet<InstructionName> = new Set(['xgetbv'])

const names = (Object.keys(instructions) as InstructionName[]).filter((name) => !fixedOperands.has(name))

/** EVEX instructions without a mask: they move one element between register files. */
const maskless = /^(vmovd|vmovq|vpextr.|vpinsr.|vcvtsi2s.|vcvttsd2si)$/

const displacements = [
  0, 1, 4, 64, 127, 128, 508, 512, 8128, 8192, -1, -4, -64, -128, -129, -512, -8192, -8256,
]

/** An instruction that exists, with any registers, addresses, masks and widths that its form allows. */
export function randomInstruction(random: RandomSource): Encodable {
  const form = instructions[random.pick(names)]
  const bits = widthFor(form, random)
  const highest = form.evex !== undefined ? 31 : 15
  const operands: Operand[] = []
  for (const rule of form.operands) operands.push(operandFor(form, rule, bits, highest, operands, random))
  const maskable = form.evex !== undefined && !maskless.test(form.mnemonic)
  const gathers = form.mnemonic === 'vgatherdps' && form.evex !== undefined
  if (!gathers && (!maskable || random.chance(0.5))) return { form, bits, operands }
  const intoVector = operands[0] instanceof Register && operands[0].registerClass === 'vector'
  return {
    form,
    bits,
    operands: [...operands, new Register('mask', 8, 1 + random.below(7))],
    zeroing: intoVector && !gathers && random.chance(0.5),
  }
}

function widthFor(form: Form, random: RandomSource): Bits {
  const kinds = form.operands.map(({ kind }) => kind)
  if (form.w === 'width') return random.pick([32, 64] as const)
  if (form.vex === undefined && form.evex === undefined) return kinds.includes('r64') ? 64 : 32
  if (form.length !== undefined) return ([128, 256, 512] as const)[form.length]
  if (form.mnemonic === 'vextractf32x4') return random.pick([256, 512] as const)
  return form.evex === undefined ? random.pick([128, 256] as const) : random.pick([128, 256, 512] as const)
}

function operandFor(
  form: Form,
  rule: OperandRule,
  bits: Bits,
  highest: number,
  before: readonly Operand[],
  random: RandomSource,
): Operand {
  if (rule.place === 'imm8') return immediate8(form, random)
  // What fits a byte has a shorter form of its own.
  if (rule.place === 'imm32')
    return random.pick([128, -129, 2 ** 31 - 1, -(2 ** 31), random.bits() | 0x10000])
  if (rule.kind === 'none' || (rule.memory && random.chance(0.5))) {
    return memory(form, rule, bits, highest, before, random)
  }
  if (rule.kind === 'k') return new Register('mask', 8, random.below(8))
  if (rule.kind.startsWith('r')) return new Register('general', 8, random.below(16))
  // A gather's vectors must differ.
  const taken = form.mnemonic === 'vgatherdps' ? vectorsOf(before) : []
  const free = Array.from({ length: highest + 1 }, (_, i) => i).filter((number) => !taken.includes(number))
  return new Register('vector', 64, random.pick(free))
}

function vectorsOf(operands: readonly Operand[]): number[] {
  return operands.flatMap((operand) => {
    if (operand instanceof Register) return [operand.number]
    return typeof operand === 'object' && operand.index ? [operand.index.number] : []
  })
}

function immediate8(form: Form, random: RandomSource): number {
  // Shifts by 1 have a shorter form of their own.
  if (form.mnemonic === 'shl' || form.mnemonic === 'shr' || form.mnemonic === 'sar')
    return 2 + random.below(30)
  return form.legacy !== undefined ? random.below(256) - 128 : random.below(256)
}

function memory(
  form: Form,
  rule: OperandRule,
  bits: Bits,
  highest: number,
  before: readonly Operand[],
  random: RandomSource,
): Memory {
  const displacement = random.chance(0.8) ? random.pick(displacements) : random.bits() | 0
  const base = new Register('general', 8, random.below(16))
  const scale = random.pick([1, 2, 4, 8] as const satisfies readonly Scale[])
  if (rule.indexed) {
    const free = Array.from({ length: highest + 1 }, (_, i) => i).filter(
      (n) => !vectorsOf(before).includes(n),
    )
    return { base, index: new Register('vector', 64, random.pick(free)), scale, displacement }
  }
  const number = random.below(16)
  const index = number === 4 || random.chance(0.4) ? undefined : new Register('general', 8, number)
  const broadcast = form.tuple === 'full' && form.evex !== undefined && bits >= 128 && random.chance(0.4)
  return {
    base,
    ...(index && { index }),
    scale: index ? scale : 1,
    displacement,
    ...(broadcast && { broadcast }),
  }
}
