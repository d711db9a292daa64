import { InternalError } from '../../errors.js'
import type { Form, OperandPlace, OperandRule, Tuple } from './instructions.js'
import { type Constant, isMemory, isRegister, type Memory, type Operand, type Register } from './operands.js'

/** Width of an instruction: of its general registers, or of its vectors. */
export type Bits = 32 | 64 | 128 | 256 | 512

/** One machine instruction with all registers known. */
export interface Encodable {
  readonly form: Form
  readonly bits: Bits
  /** Those of the form; with EVEX there may be a mask behind them: lanes to compute. The others stay, or become zero. */
  readonly operands: readonly Operand[]
  readonly zeroing?: boolean
}

/** A 32-bit field that gets the distance from the end of its instruction to a constant. */
export interface Fixup {
  readonly at: number
  readonly end: number
  readonly constant: Constant
}

/** Bytes of machine code, growing. */
export class CodeBytes {
  private bytes: Uint8Array<ArrayBuffer>
  length = 0
  readonly fixups: Fixup[] = []

  /** `usual` is how many there will be, as a rule. */
  constructor(usual = 4096) {
    this.bytes = new Uint8Array(usual)
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  private reserve(more: number): void {
    const larger = new Uint8Array(2 * (this.length + more))
    larger.set(this.bytes)
    this.bytes = larger
  }

  int32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >> shift) & 255)
  }

  slice(from = 0, to = this.length): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(from, to)
  }
}

/** The parts of an instruction, each operand in its place. */
class Parts {
  reg = 0
  vvvv = 0
  rm: Register | Memory | undefined = undefined
  opcodeRegister = 0
  /** Bytes after the address. */
  immediate = 0
  immediateBytes = 0
  /** Number of the mask; 0 without one. */
  mask = 0
  /** Whether an 8-bit operand needs a REX prefix to be sil, dil and so on. */
  needsRex = false
  /**
   * Bits 3 of the registers in ModRM.reg, SIB.index and ModRM.rm (or SIB.base), and bit 4 of a vector in ModRM.rm; and bit 4 of a
   * vector of indices.
   */
  r = 0
  x = 0
  b = 0
  high = 0
}

/** One for all instructions, which are encoded one after another. */
const parts = new Parts()

/** Whether only a register may stand there. */
const takesRegister: Record<OperandPlace, boolean> = {
  reg: true,
  vvvv: true,
  opcode: true,
  is4: true,
  rm: false,
  imm8: false,
  imm32: false,
  mask: true,
}

/** Whether there is a mask behind the operands of the form. */
const isMasked = ({ form, operands }: Encodable): boolean => operands.length > form.operands.length

/** The rules of an instruction's operands. */
export const rulesOf = (instruction: Encodable): readonly OperandRule[] =>
  isMasked(instruction) ? instruction.form.masked : instruction.form.operands

function collect(instruction: Encodable): void {
  const { form, operands } = instruction
  const rules = rulesOf(instruction)
  let mask = 0
  let reg = form.extension ?? 0
  let vvvv = 0
  let rm: Register | Memory | undefined
  let opcodeRegister = 0
  let immediate = 0
  let immediateBytes = 0
  let needsRex = false
  for (let i = 0; i < rules.length; i++) {
    const { place, kind } = rules[i]
    const operand = operands[i]
    const number = isRegister(operand) ? operand.number : -1
    if (number < 0 && takesRegister[place]) {
      throw new InternalError(`${form.mnemonic}: expected a register with a number`)
    }
    if (number >= 4 && kind === 'r8') needsRex = true
    switch (place) {
      case 'reg':
        reg = number
        break
      case 'vvvv':
        vvvv = number
        break
      case 'opcode':
        opcodeRegister = number
        break
      case 'rm':
        if (typeof operand === 'number')
          throw new InternalError(`${form.mnemonic}: an immediate as an address`)
        rm = operand
        break
      case 'mask':
        mask = number
        break
      case 'is4':
        immediate = number << 4
        immediateBytes = 1
        break
      case 'imm8':
      case 'imm32':
        if (typeof operand !== 'number') throw new InternalError(`${form.mnemonic}: expected an immediate`)
        immediate = operand
        immediateBytes = place === 'imm8' ? 1 : 4
    }
  }
  parts.mask = mask
  parts.reg = reg
  parts.vvvv = vvvv
  parts.rm = rm
  parts.opcodeRegister = opcodeRegister
  parts.immediate = immediate
  parts.immediateBytes = immediateBytes
  parts.needsRex = needsRex
  extend(reg, rm, opcodeRegister)
}

function extend(reg: number, rm: Parts['rm'], opcodeRegister: number): void {
  parts.r = bit(reg, 3)
  parts.x = 0
  parts.high = 0
  if (rm === undefined) parts.b = bit(opcodeRegister, 3)
  else if (isRegister(rm)) {
    parts.x = bit(rm.number, 4)
    parts.b = bit(rm.number, 3)
  } else {
    const index = rm.index?.number ?? 0
    parts.x = bit(index, 3)
    parts.b = bit(rm.base?.number ?? 0, 3)
    parts.high = bit(index, 4)
  }
}

const bit = (value: number, index: number): number => (value >> index) & 1

/** Whether an instruction can only be written with an EVEX prefix. */
export function needsEvex(instruction: Encodable): boolean {
  const { form, bits, operands } = instruction
  if (form.evex === undefined) return false
  if (form.vex === undefined || isMasked(instruction) || (bits === 512 && form.length === undefined))
    return true
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (isRegister(operand)) {
      if (operand.number > 15) return true
    } else if (isMemory(operand)) {
      if (operand.broadcast === true || (operand.index?.number ?? 0) > 15) return true
    }
  }
  return false
}

/** Appends one instruction. */
export function encode(out: CodeBytes, instruction: Encodable): void {
  const { form, bits } = instruction
  collect(instruction)
  if (needsEvex(instruction)) {
    writeEvex(out, instruction)
    writeRest(out, form, displacementUnit(instruction, parts.rm))
    return
  }
  if (form.vex !== undefined) writeVex(out, form, bits)
  else if (form.legacy !== undefined) writeLegacy(out, form, bits)
  else throw new InternalError(`${form.mnemonic} has no encoding`)
  writeRest(out, form, 1)
}

function wideBit(form: Form, bits: Bits, evex: boolean): number {
  if (form.w === 'width') return bits === 64 ? 1 : 0
  return form.w === 'evex' ? (evex ? 1 : 0) : form.w
}

function lengthBits(form: Form, bits: Bits): number {
  return form.length ?? (bits === 512 ? 2 : bits === 256 ? 1 : 0)
}

const legacyPrefixes = [0, 0x66, 0xf3, 0xf2]
const legacyEscapes = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]]

function writeLegacy(out: CodeBytes, form: Form, bits: Bits): void {
  const { r, x, b } = parts
  const rex = (wideBit(form, bits, false) << 3) | (r << 2) | (x << 1) | b
  if (form.prefix !== 0) out.byte(legacyPrefixes[form.prefix])
  if (rex !== 0 || parts.needsRex) out.byte(0x40 | rex)
  const escapes = legacyEscapes[form.map]
  for (let i = 0; i < escapes.length; i++) out.byte(escapes[i])
  out.byte(form.opcode | (parts.opcodeRegister & 7))
}

function writeVex(out: CodeBytes, form: Form, bits: Bits): void {
  const { r, x, b } = parts
  const w = wideBit(form, bits, false)
  const last = ((~parts.vvvv & 15) << 3) | (lengthBits(form, bits) << 2) | form.prefix
  if (x === 0 && b === 0 && w === 0 && form.map === 1) {
    out.byte(0xc5)
    out.byte(((r ^ 1) << 7) | last)
  } else {
    out.byte(0xc4)
    out.byte(((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | form.map)
    out.byte((w << 7) | last)
  }
  out.byte(form.opcode)
}

function writeEvex(out: CodeBytes, { form, bits, zeroing }: Encodable): void {
  const { r, x, b, high: indexHigh, rm, mask } = parts
  // Bit 4 of vvvv, or of the vector of indices: no instruction has both.
  const high = bit(parts.vvvv, 4) | indexHigh
  const broadcast = rm !== undefined && isMemory(rm) && rm.broadcast ? 1 : 0
  out.byte(0x62)
  out.byte(((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | ((bit(parts.reg, 4) ^ 1) << 4) | form.map)
  out.byte((wideBit(form, bits, true) << 7) | ((~parts.vvvv & 15) << 3) | 4 | form.prefix)
  out.byte(
    ((zeroing ? 1 : 0) << 7) | (lengthBits(form, bits) << 5) | (broadcast << 4) | ((high ^ 1) << 3) | mask,
  )
  out.byte(form.opcode)
}

/** Bytes that one step of an EVEX 8-bit displacement counts for. */
function displacementUnit({ form, bits }: Encodable, rm: Register | Memory | undefined): number {
  const { tuple } = form
  if (rm === undefined || isRegister(rm) || tuple === undefined) return 1
  if (rm.broadcast) return 4
  return typeof tuple === 'number' ? tuple : (bits / 8) >> tupleShift[tuple]
}

/** By how many powers of two it is shorter than a vector. */
const tupleShift: Record<Exclude<Tuple, number>, number> = { full: 0, mem: 0, half: 1, quarter: 2 }

/** ModRM, SIB, displacement and immediate. */
function writeRest(out: CodeBytes, form: Form, unit: number): void {
  const { rm, immediate, immediateBytes } = parts
  const field = (parts.reg & 7) << 3
  if (rm !== undefined) {
    if (isRegister(rm)) out.byte(0xc0 | field | (rm.number & 7))
    else if (rm.constant) {
      out.byte(field | 5)
      const at = out.length
      out.int32(0)
      out.fixups.push({ at, end: at + 4 + immediateBytes, constant: rm.constant })
    } else writeAddress(out, form, field, rm, unit)
  }
  if (immediateBytes === 1) out.byte(immediate & 255)
  else if (immediateBytes === 4) out.int32(immediate)
}

const scaleBits = { 1: 0, 2: 1, 4: 2, 8: 3 }

function writeAddress(out: CodeBytes, form: Form, field: number, memory: Memory, unit: number): void {
  const { base, index, scale, displacement } = memory
  if (!base) throw new InternalError(`${form.mnemonic}: an address without a base`)
  if (displacement !== (displacement | 0)) {
    throw new InternalError(`${form.mnemonic}: the displacement ${displacement} takes more than 32 bits`)
  }
  const low = base.number & 7
  const steps = displacement / unit
  const short = Number.isInteger(steps) && steps >= -128 && steps <= 127
  // Without a displacement, base 5 would mean none.
  const mode = displacement === 0 && low !== 5 ? 0 : short ? 1 : 2
  if (index !== undefined || low === 4) {
    if (index && index.registerClass === 'general' && index.number === 4) {
      throw new InternalError(`${form.mnemonic}: rsp as an index`)
    }
    out.byte((mode << 6) | field | 4)
    out.byte((scaleBits[scale] << 6) | (((index?.number ?? 4) & 7) << 3) | low)
  } else out.byte((mode << 6) | field | low)
  if (mode === 1) out.byte(steps & 255)
  else if (mode === 2) out.int32(displacement)
}
