import { InternalError } from '../../errors.js'
import { type Instruction, scalarOf, type Value, type ValueType, type Variable } from '../../loops/ir.js'
import type { Analysis, Effects } from './analysis.js'
import type { CodeWriter } from './codeWriter.js'
import type { WasmType } from './encoder.js'

/** A value not computed yet: its instruction goes where the value is used, as long as nothing it reads has changed. */
interface Pending {
  readonly result: Value
  readonly instruction: Instruction
  readonly readsMemory: boolean
  readonly readsVariables: ReadonlySet<number>
}

/** Emits the instruction that leaves `result` on the operand stack. */
export type Lower = (result: Value, instruction: Instruction, values: Values) => void

/** The WASM type of a value: pointers and truth values are i32, truth values of lanes are masks. */
export function wasmTypeOf(type: ValueType): WasmType {
  if (type.endsWith('v')) return 'v128'
  return scalarOf(type) === 'f32' ? 'f32' : 'i32'
}

/**
 * Where the values of a function are. Each is in a local, or is a constant, or waits to be computed on the operand
 * stack by its only user. Reads of variables wait too, for any number of users: they are the variable's own local
 * until the variable is about to change.
 */
export class Values {
  private readonly locals = new Map<number, number>()
  private readonly pending = new Map<number, Pending>()
  /** Uses still to come, by id. */
  private readonly remaining: Int32Array

  constructor(
    readonly code: CodeWriter,
    readonly analysis: Analysis,
    /** Whether relaxed SIMD instructions are used. */
    readonly relaxed: boolean,
    private readonly lower: Lower,
  ) {
    this.remaining = Int32Array.from(analysis.uses)
  }

  /** Declares that a value or variable lives in a local. */
  bind(item: Value | Variable, index: number): void {
    this.locals.set(item.id, index)
  }

  bindNew(item: Value | Variable): number {
    const index = this.code.local(wasmTypeOf(item.type))
    this.locals.set(item.id, index)
    return index
  }

  localOf(variable: Variable): number {
    const index = this.locals.get(variable.id)
    if (index === undefined)
      throw new InternalError(`variable ${variable.id} is used where it is not declared`)
    return index
  }

  /** Takes note of a value, and computes it now unless it may wait or nobody wants it. */
  define(result: Value, instruction: Instruction): void {
    if (this.isConstant(result) || this.remaining[result.id] === 0) return
    if (instruction.op === 'get' || this.analysis.usedOnceInPlace[result.id]) {
      this.pending.set(result.id, { result, instruction, ...this.readsOf(result, instruction) })
      return
    }
    this.lower(result, instruction, this)
    this.code.emit('local.set', this.bindNew(result))
  }

  /** Leaves a value on the operand stack. */
  push(value: Value): void {
    const { root, offset } = this.analysis.placeOf(value)
    this.pushRoot(root)
    if (offset === 0) return
    this.code.emit('i32.const', offset)
    this.code.emit('i32.add')
  }

  /**
   * Leaves the address `base + offset` on the operand stack, but for the part that it returns, which the memory
   * instruction adds.
   */
  pushAddress(base: Value<'ptr'>, offset: number): number {
    const place = this.analysis.placeOf(base)
    const total = place.offset + offset
    this.pushRoot(place.root)
    if (total >= 0) return total
    this.code.emit('i32.const', total)
    this.code.emit('i32.add')
    return 0
  }

  /** The number that a value surely is, in each lane. */
  constantOf(value: Value): number | undefined {
    return this.analysis.constantOf(value)
  }

  /** A local that holds the value and does not change, for operands that are read several times. */
  inLocal(value: Value): number {
    const known = this.locals.get(value.id)
    if (known !== undefined && this.analysis.placeOf(value).offset === 0) {
      this.remaining[value.id]--
      return known
    }
    const index = this.code.local(wasmTypeOf(value.type))
    this.push(value)
    this.code.emit('local.set', index)
    return index
  }

  /** Computes what still waits and would be changed by `effects`. The operand stack stays as it is. */
  settle(effects: Effects): void {
    const changed = ({ readsMemory, readsVariables }: Pending): boolean =>
      (readsMemory && effects.storesMemory) ||
      [...readsVariables].some((variable) => effects.setsVariables.has(variable))
    // Users before what they use, so that an operand is still folded into its user; reads of variables last.
    const waiting = [...this.pending.values()].filter(changed).reverse()
    const isRead = ({ instruction }: Pending): boolean => instruction.op === 'get'
    for (const item of [...waiting.filter((item) => !isRead(item)), ...waiting.filter(isRead)]) {
      if (!this.pending.delete(item.result.id) || this.remaining[item.result.id] === 0) continue
      this.lower(item.result, item.instruction, this)
      this.code.emit('local.set', this.bindNew(item.result))
    }
  }

  /** Leaves a root of places on the operand stack: a pointer without the constants split off from it. */
  pushRoot(value: Value): void {
    this.remaining[value.id]--
    const known = this.locals.get(value.id)
    if (known !== undefined) {
      this.code.emit('local.get', known)
      return
    }
    const item = this.pending.get(value.id)
    if (item) {
      if (item.instruction.op !== 'get') this.pending.delete(value.id)
      this.lower(value, item.instruction, this)
      return
    }
    const definition = this.analysis.definitions.get(value.id)
    if (!definition || !this.isConstant(value)) {
      throw new InternalError(`value ${value.id} is used where it is not defined`)
    }
    this.lower(value, definition, this)
  }

  /** Constants have no local: they are made where they are used. */
  private isConstant(value: Value): boolean {
    return this.constantOf(value) !== undefined || this.analysis.definitions.get(value.id)?.op === 'lanes'
  }

  /** What an instruction reads, itself and through the operands that wait with it. */
  private readsOf(result: Value, instruction: Instruction): Pick<Pending, 'readsMemory' | 'readsVariables'> {
    let readsMemory =
      instruction.op === 'load' || instruction.op === 'loadSplat' || instruction.op === 'loadIndexed'
    const readsVariables = new Set<number>()
    if (instruction.op === 'get') readsVariables.add(instruction.variable.id)
    for (const operand of this.analysis.operandsOf(result)) {
      const item = this.pending.get(operand.id)
      if (!item) continue
      readsMemory ||= item.readsMemory
      for (const variable of item.readsVariables) readsVariables.add(variable)
    }
    return { readsMemory, readsVariables }
  }
}
