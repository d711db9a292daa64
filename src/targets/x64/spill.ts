import {
  type Item,
  type MachineInstruction,
  machineInstruction,
  type PseudoInstruction,
  pseudoInstruction,
} from './machineCode.js'
import { isMemory, type Memory, memoryOperand, type Operand, Register } from './operands.js'

/**
 * Replaces registers that live on the stack: by the stack itself where an instruction can read memory, else by a brief
 * register that is loaded before the instruction and stored after it, as it reads and writes.
 */
export function rewriteSpills(
  items: readonly Item[],
  slots: ReadonlyMap<Register, Memory>,
  brief: Set<Register>,
): Item[] {
  const out: Item[] = []
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if ((item.kind === 'instruction' || item.kind === 'pseudo') && touches(item, slots)) {
      rewrite(item, slots, brief, out)
    } else out.push(item)
  }
  return out
}

function touches(
  item: MachineInstruction | PseudoInstruction,
  slots: ReadonlyMap<Register, Memory>,
): boolean {
  const { operands } = item
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand instanceof Register) {
      if (slots.has(operand)) return true
    } else if (isMemory(operand)) {
      if (operand.base && slots.has(operand.base)) return true
      if (operand.index && slots.has(operand.index)) return true
    }
  }
  return false
}

function rewrite(
  item: MachineInstruction | PseudoInstruction,
  slots: ReadonlyMap<Register, Memory>,
  brief: Set<Register>,
  out: Item[],
): void {
  const { rules } = item
  const replaced = new Map<Register, { register: Register; reads: boolean; writes: boolean }>()
  const replace = (register: Register, reads: boolean, writes: boolean): Register => {
    if (!slots.has(register)) return register
    let entry = replaced.get(register)
    if (!entry) {
      const own = new Register(register.registerClass, register.bytes)
      brief.add(own)
      entry = { register: own, reads: false, writes: false }
      replaced.set(register, entry)
    }
    entry.reads ||= reads
    entry.writes ||= writes
    return entry.register
  }
  const direct = item.operands.findIndex((operand, i) => readsFromMemory(item, operand, i, slots))
  const operands = item.operands.map((operand, i): Operand => {
    if (i === direct) return slots.get(operand as Register) ?? operand
    if (operand instanceof Register) {
      return replace(operand, rules[i].access !== 'write', rules[i].access !== 'read')
    }
    if (!isMemory(operand)) return operand
    const { base, index, scale, displacement, constant, broadcast } = operand
    return memoryOperand(
      base && replace(base, true, false),
      index && replace(index, true, false),
      scale,
      displacement,
      constant,
      broadcast,
    )
  })
  for (const [register, { register: own, reads }] of replaced) {
    if (reads) out.push(load(own, slots.get(register) as Memory))
  }
  out.push(withOperands(item, operands))
  for (const [register, { register: own, writes }] of replaced) {
    if (writes) out.push(store(own, slots.get(register) as Memory))
  }
}

// Not spread: that would give V8 objects of another kind than all others.
function withOperands(item: MachineInstruction | PseudoInstruction, operands: readonly Operand[]): Item {
  if (item.kind === 'pseudo') return pseudoInstruction(item.name, item.bits, operands, item.condition)
  const { form, rules, bits, zeroing } = item
  return { kind: 'instruction', form, rules, bits, operands, zeroing }
}

/** Whether an operand can stay on the stack: no other may be memory, nor the same register. */
function readsFromMemory(
  item: MachineInstruction | PseudoInstruction,
  operand: Operand,
  position: number,
  slots: ReadonlyMap<Register, Memory>,
): boolean {
  if (!(operand instanceof Register) || !slots.has(operand)) return false
  const rule = item.rules[position]
  if (!rule.memory || rule.access !== 'read' || item.operands.some(isMemory)) return false
  if (rule.kind === 'r8') return false
  return item.operands.filter((other) => other === operand).length === 1
}

function load(to: Register, from: Memory): Item {
  if (to.registerClass === 'general') return machineInstruction('mov', 64, [to, from])
  if (to.registerClass === 'mask') return machineInstruction('kmovw', 128, [to, from])
  return machineInstruction('vmovups', widthOf(to), [to, from])
}

function store(from: Register, to: Memory): Item {
  if (from.registerClass === 'general') return machineInstruction('mov_store', 64, [to, from])
  if (from.registerClass === 'mask') return machineInstruction('kmovw_store', 128, [to, from])
  return machineInstruction('vmovups_store', widthOf(from), [to, from])
}

const widthOf = (register: Register): 128 | 256 | 512 =>
  register.bytes === 64 ? 512 : register.bytes === 32 ? 256 : 128
