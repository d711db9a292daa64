import type {
  Comparison,
  Conversion,
  FloatBinary,
  FloatUnary,
  Instruction,
  IntegerBinary,
  IntegerUnary,
  LoopFunction,
  Statement,
  Storage,
  Value,
  ValueType,
} from './ir.js'

/** What is not a number gets one. Statements and instructions share theirs, as `let` has none of its own. */
const kinds: Record<Exclude<Statement['kind'], 'let'> | Instruction['op'], number> = {
  ...{ declare: 1, set: 2, store: 3, for: 4, if: 5, constant: 6, lanes: 7, unary: 8, binary: 9, mulAdd: 10 },
  ...{ compare: 11, logic: 12, logicNot: 13, select: 14, convert: 15, splat: 16, extract: 17, reduce: 18 },
  ...{ get: 19, advance: 20, load: 21, loadSplat: 22, loadIndexed: 23, prefetch: 24, interleave: 25 },
}

const endOfBlock = 0

type Name = FloatUnary | FloatBinary | IntegerUnary | IntegerBinary | Comparison | Conversion

const names: Record<Name, number> = {
  ...{ neg: 0, abs: 1, sqrt: 2, floor: 3, ceil: 4, trunc: 5, nearest: 6, not: 7, add: 8, sub: 9, mul: 10 },
  ...{ div: 11, rem: 12, divU: 13, remU: 14, min: 15, max: 16, and: 17, or: 18, xor: 19, shl: 20, shr: 21 },
  ...{ shrU: 22, eq: 23, ne: 24, lt: 25, le: 26, ltU: 27, leU: 28, toFloat: 29, toFloatU: 30, toInt: 31 },
  ...{ bitsToFloat: 32, floatToBits: 33, boolToInt: 34 },
}

const types: Record<ValueType, number> = { f32: 0, i32: 1, bool: 2, ptr: 3, f32v: 4, i32v: 5, boolv: 6 }

const storages: Record<Storage, number> = { f32: 0, i32: 1, u8: 2 }

/** Stands before a number that is no integer below it. */
const marker = 0x8000

/** So many units become a string at once. */
const slice = 4096

/** Writes functions as units of 16 bits. */
class KeyWriter {
  private units = new Uint16Array(2 * slice)
  private length = 0
  private readonly float = new Float64Array(1)
  private readonly floatUnits = new Uint16Array(this.float.buffer)

  write({ body, ...head }: LoopFunction): string {
    this.length = 0
    this.block(body)
    let key = `${JSON.stringify(head)}\n`
    for (let at = 0; at < this.length; at += slice) {
      const part: ArrayLike<number> = this.units.subarray(at, Math.min(at + slice, this.length))
      // Not spread: that would make an object for each unit.
      key += Reflect.apply(String.fromCharCode, null, part)
    }
    return key
  }

  private unit(unit: number): void {
    if (this.length === this.units.length) {
      const longer = new Uint16Array(2 * this.length)
      longer.set(this.units)
      this.units = longer
    }
    this.units[this.length++] = unit
  }

  private number(value: number): void {
    if ((value & (marker - 1)) === value && !Object.is(value, -0)) {
      this.unit(value)
      return
    }
    this.unit(marker)
    this.float[0] = value
    for (let i = 0; i < this.floatUnits.length; i++) this.unit(this.floatUnits[i])
  }

  private block(statements: readonly Statement[]): void {
    for (let i = 0; i < statements.length; i++) this.statement(statements[i])
    this.unit(endOfBlock)
  }

  private statement(statement: Statement): void {
    if (statement.kind === 'let') {
      this.instruction(statement.instruction, statement.result)
      return
    }
    this.unit(kinds[statement.kind])
    switch (statement.kind) {
      case 'declare':
        this.number(statement.variable.id)
        this.unit(types[statement.variable.type])
        this.number(statement.value.id)
        return
      case 'set':
        this.number(statement.variable.id)
        this.number(statement.value.id)
        return
      case 'store':
        this.unit(storages[statement.storage])
        this.number(statement.base.id)
        this.number(statement.offset)
        this.number(statement.value.id)
        this.number(statement.count)
        return
      case 'prefetch':
        this.number(statement.base.id)
        this.number(statement.offset)
        return
      case 'for':
        this.number(statement.counter.id)
        this.number(statement.from.id)
        this.number(statement.to.id)
        this.number(statement.step)
        this.block(statement.body)
        return
      case 'if':
        this.number(statement.condition.id)
        this.block(statement.whenTrue)
        this.block(statement.whenFalse)
    }
  }

  private instruction(instruction: Instruction, result: Value): void {
    this.unit(kinds[instruction.op])
    this.number(result.id)
    this.unit(types[result.type])
    switch (instruction.op) {
      case 'constant':
        this.number(instruction.value)
        return
      case 'lanes':
        return
      case 'unary':
      case 'convert':
      case 'reduce':
        this.unit(names[instruction.name])
        this.number(instruction.a.id)
        return
      case 'logicNot':
      case 'splat':
        this.number(instruction.a.id)
        return
      case 'extract':
        this.number(instruction.a.id)
        this.number(instruction.lane)
        return
      case 'binary':
      case 'compare':
      case 'logic':
        this.unit(names[instruction.name])
        this.number(instruction.a.id)
        this.number(instruction.b.id)
        return
      case 'mulAdd':
        this.number(instruction.a.id)
        this.number(instruction.b.id)
        this.number(instruction.c.id)
        return
      case 'select':
        this.number(instruction.condition.id)
        this.number(instruction.a.id)
        this.number(instruction.b.id)
        return
      case 'interleave':
        this.unit(instruction.odd ? 1 : 0)
        this.number(instruction.run)
        this.number(instruction.a.id)
        this.number(instruction.b.id)
        return
      case 'get':
        this.number(instruction.variable.id)
        return
      case 'advance':
        this.number(instruction.base.id)
        this.number(instruction.index.id)
        this.number(instruction.bytes)
        return
      case 'load':
        this.unit(storages[instruction.storage])
        this.number(instruction.base.id)
        this.number(instruction.offset)
        this.number(instruction.count)
        return
      case 'loadSplat':
        this.unit(storages[instruction.storage])
        this.number(instruction.base.id)
        this.number(instruction.offset)
        return
      case 'loadIndexed':
        this.unit(storages[instruction.storage])
        this.number(instruction.base.id)
        this.number(instruction.offset)
        this.number(instruction.index.id)
    }
  }
}

/** One for all functions, so that its array is made once. */
let writer: KeyWriter | undefined

/**
 * A loop function as a string by which it is known: equal keys mean equal code. Not for people, who have `print`, but shorter and
 * written in less time.
 */
export function keyOf(fn: LoopFunction): string {
  writer ??= new KeyWriter()
  return writer.write(fn)
}
