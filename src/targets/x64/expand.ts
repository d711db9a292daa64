import { InternalError } from '../../errors.js'
import type { Bits, Encodable } from './encoder.js'
import { conditions, type InstructionName } from './instructions.js'
import { machineInstruction, type PseudoInstruction } from './machineCode.js'
import { at, isMemory, isRegister, type Operand, type Register } from './operands.js'

/** Where the instructions go. */
type Out = (instruction: Encodable) => void

/** Without closures or rest parameters, which would make two objects more for each instruction. */
function put(out: Out, name: InstructionName, bits: Bits, operands: readonly Operand[]): void {
  out(machineInstruction(name, bits, operands))
}

/** Tells what a pseudo-instruction stands for, now that its registers are known: one instruction where possible. */
export function expand(out: Out, item: PseudoInstruction): void {
  const { name, bits, operands, condition } = item
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
      put(out, name, bits, [to])
      return
    case 'shl':
    case 'shr':
    case 'sar':
      move(out, to, operands[1] as Register, bits)
      put(out, `${name}_imm`, bits, [to, operands[2]])
      return
    case 'choose': {
      const [, otherwise, chosen] = operands as readonly Register[]
      if (!condition) throw new InternalError('a choice without a condition')
      if (to.number === chosen.number)
        put(out, `cmov${conditions[condition].opposite}`, bits, [to, otherwise])
      else {
        move(out, to, otherwise, bits)
        put(out, `cmov${condition}`, bits, [to, chosen])
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
  if (to.registerClass === 'general') put(out, 'mov', bits, [to, from])
  else if (to.registerClass === 'mask') put(out, 'kmovw', 128, [to, from])
  else put(out, 'vmovaps', (8 * Math.max(16, to.bytes)) as Bits, [to, from])
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
  if (typeof b === 'number') {
    const suffix = fitsByte(b) ? 'imm8' : 'imm32'
    if (name === 'imul') put(out, `imul_${suffix}`, bits, [to, a, b])
    else if (to.number !== a.number && (name === 'add' || (name === 'sub' && b !== -(2 ** 31)))) {
      put(out, 'lea', bits, [to, at(a, name === 'add' ? b : 0 - b)])
    } else {
      move(out, to, a, bits)
      put(out, `${name}_${suffix}`, bits, [to, b])
    }
    return
  }
  if (!isRegister(b) || to.number !== b.number) {
    if (name === 'add' && isRegister(b) && to.number !== a.number) {
      // r13 and rbp take a byte more as a base: it does not matter here.
      put(out, 'lea', bits, [to, at(a, 0, b)])
      return
    }
    move(out, to, a, bits)
    put(out, name, bits, [to, b])
  } else if (name === 'sub') {
    // to = a - to
    if (to.number === a.number) put(out, 'xor', bits, [to, to])
    else {
      put(out, 'neg', bits, [to])
      put(out, 'add', bits, [to, a])
    }
  } else put(out, name, bits, [to, a])
}

const isAt = (operand: Operand, { number }: Register): boolean =>
  isRegister(operand) && operand.number === number

/**
 * `to = a * b + c`. The three forms differ in which operand they overwrite: 231 the addend, 213 and 132 a factor; and in
 * what may be memory: a factor in 231 and 132, the addend in 213.
 */
function expandFma(out: Out, bits: Bits, to: Register, a: Register, b: Operand, c: Operand): void {
  const suffix = bits === 32 ? 'ss' : 'ps'
  const width = bits === 32 ? 128 : bits
  if (isMemory(c)) {
    if (isAt(a, to)) put(out, `vfmadd213${suffix}`, width, [to, b, c])
    else if (isAt(b, to)) put(out, `vfmadd213${suffix}`, width, [to, a, c])
    else {
      move(out, to, a, bits)
      put(out, `vfmadd213${suffix}`, width, [to, b, c])
    }
  } else if (isAt(c, to)) put(out, `vfmadd231${suffix}`, width, [to, a, b])
  else if (isMemory(b)) {
    if (isAt(a, to)) put(out, `vfmadd132${suffix}`, width, [to, c, b])
    else {
      move(out, to, c as Register, bits)
      put(out, `vfmadd231${suffix}`, width, [to, a, b])
    }
  } else if (isAt(a, to)) put(out, `vfmadd213${suffix}`, width, [to, b, c])
  else if (isAt(b, to)) put(out, `vfmadd213${suffix}`, width, [to, a, c])
  else {
    move(out, to, c as Register, bits)
    put(out, `vfmadd231${suffix}`, width, [to, a, b])
  }
}
