import { InternalError } from '../../errors.js'
import type { Bits, Encodable } from './encoder.js'
import { conditions, type InstructionName } from './instructions.js'
import { machineInstruction, type PseudoInstruction } from './machineCode.js'
import { at, isMemory, isRegister, type Operand, type Register } from './operands.js'

/** Where the instructions go. */
type Out = (instruction: Encodable) => void

/** Tells what a pseudo-instruction stands for, now that its registers are known: one instruction where possible. */
export function expand(out: Out, item: PseudoInstruction): void {
  const { name, bits, operands, condition } = item
  const emit = (instruction: InstructionName, ...of: Operand[]): void =>
    out(machineInstruction(instruction, bits, of))
  const to = operands[0] as Register
  switch (name) {
    case 'move':
      move(out, to, operands[1] as Register, bits)
      return
    case 'fma':
      expandFma(out, bits, to, operands[1] as Register, operands[2], operands[3])
      return
    case 'neg':
    case 'not':
      move(out, to, operands[1] as Register, bits)
      emit(name, to)
      return
    case 'shl':
    case 'shr':
    case 'sar':
      move(out, to, operands[1] as Register, bits)
      emit(`${name}_imm`, to, operands[2])
      return
    case 'choose': {
      const [, otherwise, chosen] = operands as readonly Register[]
      if (!condition) throw new InternalError('a choice without a condition')
      if (to.number === chosen.number) emit(`cmov${conditions[condition].opposite}`, to, otherwise)
      else {
        move(out, to, otherwise, bits)
        emit(`cmov${condition}`, to, chosen)
      }
      return
    }
    case 'add':
    case 'sub':
    case 'and':
    case 'or':
    case 'xor':
    case 'imul':
      expandArithmetic(out, name, bits, to, operands[1] as Register, operands[2])
  }
}

function move(out: Out, to: Register, from: Register, bits: Bits): void {
  if (to.number === from.number) return
  if (to.registerClass === 'general') out(machineInstruction('mov', bits, [to, from]))
  else if (to.registerClass === 'mask') out(machineInstruction('kmovw', 128, [to, from]))
  else {
    const width = (8 * Math.max(16, to.bytes)) as Bits
    out(machineInstruction('vmovaps', width, [to, from]))
  }
}

type Arithmetic = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'imul'

const fitsByte = (value: number): boolean => value >= -128 && value <= 127

function expandArithmetic(
  out: Out,
  name: Arithmetic,
  bits: Bits,
  to: Register,
  a: Register,
  b: Operand,
): void {
  const emit = (instruction: InstructionName, ...operands: Operand[]): void =>
    out(machineInstruction(instruction, bits, operands))
  if (typeof b === 'number') {
    const suffix = fitsByte(b) ? 'imm8' : 'imm32'
    if (name === 'imul') emit(`imul_${suffix}`, to, a, b)
    else if (to.number !== a.number && (name === 'add' || (name === 'sub' && b !== -(2 ** 31)))) {
      emit('lea', to, at(a, name === 'add' ? b : 0 - b))
    } else {
      move(out, to, a, bits)
      emit(`${name}_${suffix}`, to, b)
    }
    return
  }
  if (!isRegister(b) || to.number !== b.number) {
    if (name === 'add' && isRegister(b) && to.number !== a.number) {
      // r13 and rbp take a byte more as a base: it does not matter here.
      emit('lea', to, at(a, 0, b))
      return
    }
    move(out, to, a, bits)
    emit(name, to, b)
  } else if (name === 'sub') {
    // to = a - to
    if (to.number === a.number) emit('xor', to, to)
    else {
      emit('neg', to)
      emit('add', to, a)
    }
  } else emit(name, to, a)
}

/**
 * `to = a * b + c`. The three forms differ in which operand they overwrite: 231 the addend, 213 and 132 a factor; and in
 * what may be memory: a factor in 231 and 132, the addend in 213.
 */
function expandFma(out: Out, bits: Bits, to: Register, a: Register, b: Operand, c: Operand): void {
  const suffix = bits === 32 ? 'ss' : 'ps'
  const width = bits === 32 ? 128 : bits
  const emit = (order: '132' | '213' | '231', x: Operand, y: Operand): void =>
    out(machineInstruction(`vfmadd${order}${suffix}`, width, [to, x, y]))
  const is = (operand: Operand): boolean => isRegister(operand) && operand.number === to.number
  if (isMemory(c)) {
    if (is(a)) emit('213', b, c)
    else if (is(b)) emit('213', a, c)
    else {
      move(out, to, a, bits)
      emit('213', b, c)
    }
  } else if (is(c)) emit('231', a, b)
  else if (isMemory(b)) {
    if (is(a)) emit('132', c, b)
    else {
      move(out, to, c as Register, bits)
      emit('231', a, b)
    }
  } else if (is(a)) emit('213', b, c)
  else if (is(b)) emit('213', a, c)
  else {
    move(out, to, c as Register, bits)
    emit('231', a, b)
  }
}
