import {
  type Item,
  type MachineInstruction,
  machineInstruction,
  maskAccess,
  maskOf,
  type PseudoInstruction,
  rulesOf,
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
  const mask = maskOf(item)
  return mask !== undefined && slots.has(mask)
}

function rewrite(
  item: MachineInstruction | PseudoInstruction,
  slots: ReadonlyMap<Register, Memory>,
  brief: Set<Register>,
  out: Item[],
): void {
  const rules = rulesOf(item)
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
  const given = maskOf(item)
  const mask = given && replace(given, true, maskAccess(item) === 'update')
  for (const [register, { register: own, reads }] of replaced) {
    if (reads) out.push(load(own, slots.get(register) as Memory))
  }
  out.push(withOperands(item, operands, mask))
  for (const [register, { register: own, writes }] of replaced) {
    if (writes) out.push(store(own, slots.get(register) as Memory))
  }
}

function withOperands(
  item: MachineInstruction | PseudoInstruction,
  operands: readonly Operand[],
  mask: Register | undefined,
): Item {
  const { bits } = item
  return item.kind === 'instruction'
    ? { kind: 'instruction', form: item.form, bits, operands, mask, zeroing: item.zeroing }
    : { kind: 'pseudo', name: item.name, bits, operands, condition: item.condition }
}

/** Whether an operand can stay on the stack: no other may be memory, nor the same register. */
function readsFromMemory(
  item: MachineInstruction | PseudoInstruction,
  operand: Operand,
  position: number,
  slots: ReadonlyMap<Register, Memory>,
): boolean {
  if (!(operand instanceof Register) || !slots.has(operand)) return false
  const rule = rulesOf(item)[position]
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
