import { type Encodable, needsEvex, rulesOf } from './encoder.js'
import type { Form, OperandRule } from './instructions.js'
import { isRegister, type Memory, type Operand, type Register } from './operands.js'

const generalNames = {
  64: 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15',
  32: 'eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d',
  8: 'al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b',
}

const generalName = (number: number, bits: 8 | 32 | 64): string => generalNames[bits].split(' ')[number]

const vectorName = (number: number, bits: number): string =>
  `${bits === 512 ? 'z' : bits === 256 ? 'y' : 'x'}mm${number}`

const pointerNames: Record<number, string> = {
  1: 'BYTE',
  2: 'WORD',
  4: 'DWORD',
  8: 'QWORD',
  16: 'XMMWORD',
  32: 'YMMWORD',
  64: 'ZMMWORD',
}

/** Width in bits of an operand's register. */
function widthOf({ kind }: OperandRule, bits: number): number {
  switch (kind) {
    case 'r':
    case 'v':
    case 'none':
      return bits
    case 'r8':
      return 8
    case 'r32':
      return 32
    case 'r64':
      return 64
    case 'x':
      return 128
    case 'y':
      return 256
    case 'half':
      return Math.max(128, bits / 2)
    case 'quarter':
      return 128
    case 'k':
      return 16
  }
}

/** Bytes that an instruction reads or writes in memory. */
function memoryBytes(form: Form, rule: OperandRule, bits: number): number {
  if (typeof form.tuple === 'number') return form.tuple
  if (rule.kind === 'quarter') return bits / 32
  if (rule.kind === 'none' && form.mnemonic === 'kmovw') return 2
  if (rule.kind === 'none' && form.operands.some(({ kind }) => kind === 'r8')) return 1
  return widthOf(rule, bits) / 8
}

function registerName(register: Register, rule: OperandRule, bits: number): string {
  if (register.registerClass === 'mask') return `k${register.number}`
  const width = widthOf(rule, bits)
  if (register.registerClass === 'vector') return vectorName(register.number, width)
  return generalName(register.number, width === 8 || width === 32 ? width : 64)
}

function addressText({ base, index, scale, displacement, constant }: Memory, bits: number): string {
  if (constant) return `[rip+constant of ${constant.bytes.length} bytes]`
  const indexName =
    index &&
    (index.registerClass === 'vector' ? vectorName(index.number, bits) : generalName(index.number, 64))
  const parts = [base && generalName(base.number, 64), indexName && `${indexName}*${scale}`]
  const sum = parts.filter((part) => part !== undefined).join('+')
  const offset = displacement === 0 ? '' : displacement > 0 ? `+${displacement}` : `${displacement}`
  return `[${sum}${offset}]`
}

function operandText({ form, bits }: Encodable, operand: Operand, rule: OperandRule): string {
  if (typeof operand === 'number') return `${operand}`
  if (isRegister(operand)) return registerName(operand, rule, bits)
  const address = addressText(operand, bits)
  if (operand.broadcast) return `DWORD PTR ${address}{1to${bits / 32}}`
  const untyped = form.mnemonic === 'lea' || form.mnemonic.startsWith('prefetch')
  return untyped ? address : `${pointerNames[memoryBytes(form, rule, bits)]} PTR ${address}`
}

/** An instruction as GNU as reads it with `.intel_syntax noprefix`. */
export function intelText(instruction: Encodable): string {
  const { form, operands, zeroing } = instruction
  const rules = rulesOf(instruction)
  const texts = operands.map((operand, i) => operandText(instruction, operand, rules[i]))
  const [mask] = texts.splice(form.operands.length)
  if (mask) texts[0] += `{${mask}}${zeroing ? '{z}' : ''}`
  const prefix = needsEvex(instruction) ? '{evex} ' : ''
  return `${prefix}${form.mnemonic} ${texts.join(', ')}`.trimEnd()
}
