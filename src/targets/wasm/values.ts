import { InternalError } from '../../errors.js'
import { type Instruction, scalarOf, type Value, type ValueType, type Variable } from '../../loops/ir.js'
import type { Analysis } from './analysis.js'
import type { CodeWriter } from './codeWriter.js'
import type { WasmType } from './encoder.js'

/** A value that is computed where it is used. */
interface Pending {
  readonly result: Value
  readonly instruction: Instruction
}

/** Emits the instruction that leaves `result` on the operand stack. */
export type Lower = (result: Value, instruction: Instruction, values: Values) => void

const floats = ({ op }: Instruction): boolean => op === 'get' || op === 'advance'

/** The WASM type of a value: pointers and truth values are i32, truth values of lanes are masks. */
export function wasmTypeOf(type: ValueType): WasmType {
  if (type.endsWith('v')) return 'v128'
  return scalarOf(type) === 'f32' ? 'f32' : 'i32'
}

/**
 * Where the values of a function are: in a local, or a constant, or pending, which means not computed yet.
 *
 * - Reads of variables and moved pointers float: they cost nothing, or become part of an address. They are computed
 *   for each user, as late as their variables allow.
 * - Other values with one user wait to be computed on the operand stack by the next statement that emits code, if it
 *   uses them. If it does not, they are computed before it: the order of the program stays, since newer engines keep
 *   it and it decides how many vectors are live.
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

  /** Takes note of a value, and computes it now unless it may be pending or nobody wants it. */
  define(result: Value, instruction: Instruction): void {
    if (this.isConstant(result) || this.remaining[result.id] === 0) return
    if (instruction.op === 'get' || this.analysis.usedOnceInPlace[result.id]) {
      this.pending.set(result.id, { result, instruction })
      return
    }
    this.flush(this.analysis.operandsOf(result))
    this.compute({ result, instruction })
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

  /** Computes what waits, but for what the statement with these operands will compute. */
  flush(operands: readonly Value[]): void {
    const own = new Set<number>()
    const include = (value: Value): void => {
      const { root } = this.analysis.placeOf(value)
      const item = this.pending.get(root.id)
      if (!item) return
      own.add(root.id)
      for (const operand of this.analysis.operandsOf(item.result)) include(operand)
    }
    for (const operand of operands) include(operand)
    this.settle(({ result, instruction }) => !floats(instruction) && !own.has(result.id))
  }

  /** Computes what floats and would change with these variables. The operand stack stays as it is. */
  beforeSetting(variables: ReadonlySet<number>): void {
    const reads = ({ result, instruction }: Pending): boolean =>
      instruction.op === 'get'
        ? variables.has(instruction.variable.id)
        : this.analysis.operandsOf(result).some((operand) => {
            const item = this.pending.get(operand.id)
            return item !== undefined && reads(item)
          })
    this.settle(reads)
  }

  /** Computes pending values in order, but users before what they use, which is then computed with them. */
  private settle(chosen: (item: Pending) => boolean): void {
    const items = [...this.pending.values()].filter(chosen)
    const used = new Set(items.flatMap(({ result }) => this.analysis.operandsOf(result).map(({ id }) => id)))
    const isUsed = ({ result }: Pending): boolean => used.has(result.id)
    for (const item of [...items.filter((item) => !isUsed(item)), ...items.filter(isUsed)]) {
      if (this.pending.delete(item.result.id)) this.compute(item)
    }
  }

  private compute({ result, instruction }: Pending): void {
    this.lower(result, instruction, this)
    this.code.emit('local.set', this.bindNew(result))
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
      if (this.remaining[value.id] === 0) this.pending.delete(value.id)
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
}
