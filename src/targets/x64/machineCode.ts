import type { Bits, Encodable } from './encoder.js'
import { type Condition, type InstructionName, instructions, type OperandRule } from './instructions.js'
import { type Constant, constantAt, isMemory, type Memory, type Operand, Register } from './operands.js'

/** A place in the code. */
export interface Label {
  readonly name: string
}

/** What is decided after registers have numbers: see `expand.ts`. */
export type PseudoName = keyof typeof pseudoInstructions

const rule = (access: OperandRule['access'], memory = false): OperandRule => ({
  place: 'reg',
  kind: 'v',
  memory,
  indexed: false,
  access,
})

/**
 * Instructions with a result of its own where the machine's overwrite an operand. Registers of the result and of any
 * operand may be the same.
 */
export const pseudoInstructions = {
  /** result = a * b + c; one of b and c may be memory. `bits` 32 stands for scalars. */
  fma: { operands: [rule('write'), rule('read'), rule('read', true), rule('read', true)] },
  /** result = a op b on general registers; b may be memory or an immediate. */
  add: { operands: [rule('write'), rule('read'), rule('read', true)] },
  sub: { operands: [rule('write'), rule('read'), rule('read', true)] },
  and: { operands: [rule('write'), rule('read'), rule('read', true)] },
  or: { operands: [rule('write'), rule('read'), rule('read', true)] },
  xor: { operands: [rule('write'), rule('read'), rule('read', true)] },
  imul: { operands: [rule('write'), rule('read'), rule('read', true)] },
  /** result = op a. */
  neg: { operands: [rule('write'), rule('read')] },
  not: { operands: [rule('write'), rule('read')] },
  shl: { operands: [rule('write'), rule('read'), rule('read')] },
  shr: { operands: [rule('write'), rule('read'), rule('read')] },
  sar: { operands: [rule('write'), rule('read'), rule('read')] },
  /** result = condition ? b : a, after an instruction that set the flags. */
  choose: { operands: [rule('write'), rule('read'), rule('read')] },
  /** result = a, of any class. */
  move: { operands: [rule('write'), rule('read')] },
} as const satisfies Record<string, { readonly operands: readonly OperandRule[] }>

/** An instruction whose registers may be virtual. */
export interface MachineInstruction extends Encodable {
  readonly kind: 'instruction'
  /** Those of its operands, the mask's included. */
  readonly rules: readonly OperandRule[]
}

export interface PseudoInstruction {
  readonly kind: 'pseudo'
  readonly name: PseudoName
  readonly rules: readonly OperandRule[]
  readonly bits: Bits
  readonly operands: readonly Operand[]
  readonly condition?: Condition
}

export type Item =
  | MachineInstruction
  | PseudoInstruction
  | { readonly kind: 'label'; readonly label: Label; readonly alignment: number }
  | { readonly kind: 'jump'; readonly condition: Condition | undefined; readonly label: Label }
  /** Around the body of a loop, with what is computed in each iteration. */
  | { readonly kind: 'loopStart' }
  | { readonly kind: 'loopEnd' }

export interface EmitOptions {
  readonly mask?: Register
  readonly zeroing?: boolean
}

export function machineInstruction(
  name: InstructionName,
  bits: Bits,
  operands: readonly Operand[],
  options?: EmitOptions,
): MachineInstruction {
  const form = instructions[name]
  const mask = options?.mask
  return {
    kind: 'instruction',
    form,
    rules: mask ? form.masked : form.operands,
    bits,
    operands: mask ? [...operands, mask] : operands,
    zeroing: options?.zeroing ?? false,
  }
}

export function pseudoInstruction(
  name: PseudoName,
  bits: Bits,
  operands: readonly Operand[],
  condition: Condition | undefined,
): PseudoInstruction {
  return { kind: 'pseudo', name, rules: pseudoInstructions[name].operands, bits, operands, condition }
}

/** Machine code under construction, in order, with as many registers as it likes. */
export class MachineCode {
  items: Item[] = []
  private readonly constants = new Map<string, Constant>()

  /** `vectorBytes` is the width of vectors, which is kept when one is spilled. */
  constructor(readonly vectorBytes: 32 | 64) {}

  general(): Register {
    return new Register('general', 8)
  }

  vector(): Register {
    return new Register('vector', this.vectorBytes)
  }

  /** A vector register of which only the low 128 bits count. */
  short(): Register {
    return new Register('vector', 16)
  }

  mask(): Register {
    return new Register('mask', 8)
  }

  emit(name: InstructionName, bits: Bits, operands: readonly Operand[], options?: EmitOptions): void {
    this.items.push(machineInstruction(name, bits, operands, options))
  }

  pseudo(name: PseudoName, bits: Bits, operands: readonly Operand[], condition?: Condition): void {
    this.items.push(pseudoInstruction(name, bits, operands, condition))
  }

  move(to: Register, from: Register): void {
    this.pseudo('move', to.registerClass === 'general' ? 64 : 128, [to, from])
  }

  label(name: string): Label {
    return { name }
  }

  place(label: Label, alignment = 1): void {
    this.items.push({ kind: 'label', label, alignment })
  }

  jump(label: Label, condition?: Condition): void {
    this.items.push({ kind: 'jump', condition, label })
  }

  loopStart(): void {
    this.items.push({ kind: 'loopStart' })
  }

  loopEnd(): void {
    this.items.push({ kind: 'loopEnd' })
  }

  /** Words that stand behind the code. Equal ones are kept once. */
  constant(words: readonly number[]): Memory {
    const key = words.join()
    let constant = this.constants.get(key)
    if (!constant) {
      constant = { bytes: new Uint8Array(Int32Array.from(words).buffer) }
      this.constants.set(key, constant)
    }
    return constantAt(constant)
  }
}

/** Calls back with each register of an instruction and whether it is read and written. */
export function forEachRegister(
  item: MachineInstruction | PseudoInstruction,
  visit: (register: Register, reads: boolean, writes: boolean) => void,
): void {
  const { operands, rules } = item
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand instanceof Register) visit(operand, rules[i].access !== 'write', rules[i].access !== 'read')
    else if (isMemory(operand)) {
      if (operand.base) visit(operand.base, true, false)
      if (operand.index) visit(operand.index, true, false)
    }
  }
}
