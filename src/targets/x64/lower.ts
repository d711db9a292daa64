import { InternalError } from '../../errors.js'
import type { Instruction, LoopFunction, Statement, Value } from '../../loops/ir.js'
import { operandsOf } from '../../loops/operands.js'
import { analyze, isFloat, isVector } from './analysis.js'
import { conditions } from './instructions.js'
import { lowerConvert, lowerLanes } from './lowerConversions.js'
import { lowerFloatBinary, lowerFloatUnary, lowerMulAdd } from './lowerFloats.js'
import { lowerIntegerBinary, lowerIntegerUnary } from './lowerIntegers.js'
import {
  flagsOf,
  lowerCompare,
  lowerExtract,
  lowerInterleave,
  lowerLogic,
  lowerLogicNot,
  lowerReduce,
  lowerSelect,
  lowerSplat,
} from './lowerLanes.js'
import {
  isWholeLoad,
  lowerLoad,
  lowerLoadIndexed,
  lowerLoadSplat,
  lowerPrefetch,
  lowerStore,
  splatMemory,
} from './lowerMemory.js'
import { MachineCode } from './machineCode.js'
import { at, type Memory, type Register } from './operands.js'
import { isPlain, isScale, Values } from './values.js'

/** Heads of loops lie at multiples of this many bytes. */
const loopAlignment = 32

/**
 * Lowers a loop function to machine code with virtual registers. The function is called with one pointer, which is in
 * `block`: to its pointers, 64 bits each, then begin and end, 32 bits each.
 */
export function lower(fn: LoopFunction, block: Register): MachineCode {
  if (fn.width !== 8 && fn.width !== 16) {
    throw new InternalError(`x64 takes loops of 8 or 16 lanes; ${fn.name} has ${fn.width}`)
  }
  const code = new MachineCode(fn.width === 16 ? 64 : 32)
  const values = new Values(code, analyze(fn), fn.width)
  const { uses } = values.analysis
  fn.parameters.forEach(({ value }, i) => {
    if (uses[value.id] === 0) return
    const register = code.general()
    code.emit('mov', 64, [register, at(block, 8 * i)])
    values.define(value, register)
  })
  const range = 8 * fn.parameters.length
  ;[fn.begin, fn.end].forEach((value, i) => {
    if (uses[value.id] === 0) return
    const register = code.general()
    code.emit('mov', 32, [register, at(block, range + 4 * i)])
    values.define(value, register)
  })
  lowerBlock(fn.body, values)
  return code
}

function lowerBlock(statements: readonly Statement[], values: Values): void {
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i]
    if (statement.kind === 'let' && computesInto(statement, statements[i + 1], values)) i++
    else lowerStatement(statement, values)
  }
}

/** Computes a value that is made for a variable right in its register. */
function computesInto(
  { result, instruction }: Extract<Statement, { kind: 'let' }>,
  next: Statement | undefined,
  values: Values,
): boolean {
  if (next?.kind !== 'set' || next.value.id !== result.id || values.analysis.uses[result.id] !== 1)
    return false
  switch (instruction.op) {
    case 'constant':
    case 'get':
    case 'advance':
    case 'load':
    case 'loadSplat':
      return false
    default:
      if (values.constantOf(result) !== undefined) return false
      values.beforeSet(next.variable, result)
      compute(result, instruction, values.variable(next.variable), values)
      return true
  }
}

function lowerStatement(statement: Statement, values: Values): void {
  switch (statement.kind) {
    case 'let':
      if (values.analysis.uses[statement.result.id] > 0)
        lowerLet(statement.result, statement.instruction, values)
      return
    case 'declare':
      assign(values.declare(statement.variable), statement.value, values)
      return
    case 'set':
      values.beforeSet(statement.variable, statement.value)
      assign(values.variable(statement.variable), statement.value, values)
      return
    case 'store':
      lowerStore(statement, values)
      return
    case 'prefetch':
      lowerPrefetch(statement, values)
      return
    case 'for':
      lowerFor(statement, values)
      return
    case 'if':
      lowerIf(statement, values)
  }
}

function lowerIf(
  { condition, whenTrue, whenFalse }: Extract<Statement, { kind: 'if' }>,
  values: Values,
): void {
  const { code } = values
  values.beforeControl(condition)
  const otherwise = code.label('else')
  code.jump(otherwise, conditions[flagsOf(condition, values)].opposite)
  values.inBlock(() => lowerBlock(whenTrue, values))
  if (whenFalse.length === 0) {
    code.place(otherwise)
    return
  }
  const end = code.label('end')
  code.jump(end)
  code.place(otherwise)
  values.inBlock(() => lowerBlock(whenFalse, values))
  code.place(end)
}

function lowerFor(
  { counter, from, to, step, body }: Extract<Statement, { kind: 'for' }>,
  values: Values,
): void {
  const { code } = values
  values.beforeControl()
  const first = values.constantOf(from)
  const last = values.constantOf(to)
  if (first !== undefined && last !== undefined && (first | 0) >= (last | 0)) return
  const register = code.general()
  values.into(register, from)
  values.define(counter, register)
  const limit = last === undefined ? values.register(to) : last | 0
  const compare = (): void =>
    typeof limit !== 'number'
      ? code.emit('cmp', 32, [register, limit])
      : code.emit(limit >= -128 && limit <= 127 ? 'cmp_imm8' : 'cmp_imm32', 32, [register, limit])
  const head = code.label('head')
  const end = code.label('end')
  if (first === undefined || last === undefined) {
    compare()
    code.jump(end, 'ge')
  }
  code.loopStart()
  code.place(head, loopAlignment)
  values.inBlock(() => lowerBlock(body, values))
  code.pseudo('add', 32, [register, register, step])
  compare()
  code.jump(head, 'l')
  code.loopEnd()
  code.place(end)
}

/** Gives a variable its value. */
function assign(to: Register, value: Value, values: Values): void {
  if (value.type === 'ptr') assignPointer(to, value, values)
  else values.into(to, value)
}

function assignPointer(to: Register, value: Value, values: Values): void {
  const { code } = values
  const memory = values.address(value)
  if (memory.index) code.emit('lea', 64, [to, memory])
  else if (memory.base && memory.displacement !== 0) {
    code.pseudo('add', 64, [to, memory.base, memory.displacement])
  } else if (memory.base) code.move(to, memory.base)
}

/** Lowers an instruction whose result is needed, or leaves it for where it is. */
function lowerLet(result: Value, instruction: Instruction, values: Values): void {
  const { analysis } = values
  if (values.constantOf(result) !== undefined) return
  if (instruction.op === 'get' && analysis.isAlias(result)) {
    values.alias(result, instruction.variable)
    return
  }
  if (instruction.op === 'advance' && analysis.placeOf(result).root !== result) return
  if (analysis.usedOnceInPlace(result) && canWait(instruction, result, values)) {
    values.defer(
      {
        value: result,
        compute: (to) => compute(result, instruction, to, values),
        memory: memoryOf(instruction, result, values),
        reads: instruction.op === 'load' || instruction.op === 'loadSplat',
      },
      instruction.op === 'advance' ? advanceOperands(result, values) : operandsOf(instruction),
    )
    return
  }
  const to = values.fresh(result.type)
  compute(result, instruction, to, values)
  values.define(result, to)
}

/** Whether it pays to compute a value where it is used: as an operand in memory, an address, or flags. */
function canWait(instruction: Instruction, result: Value, values: Values): boolean {
  switch (instruction.op) {
    case 'load':
    case 'loadSplat':
      return true
    case 'advance':
      return isScale(values.analysis.variableAdvanceOf(result)?.bytes ?? 0)
    case 'compare':
      return !isVector(instruction.a) && !isFloat(instruction.a)
    default:
      return false
  }
}

function memoryOf(instruction: Instruction, result: Value, values: Values): (() => Memory) | undefined {
  if (instruction.op === 'load' && isWholeLoad(instruction, result, values)) {
    return () => values.address(instruction.base, instruction.offset)
  }
  if (instruction.op === 'loadSplat' && values.evex && isPlain(instruction.storage)) {
    return () => splatMemory(instruction, values)
  }
  return undefined
}

function advanceOperands(result: Value, values: Values): readonly Value[] {
  const advance = values.analysis.variableAdvanceOf(result)
  return advance ? [advance.base.root, advance.index] : []
}

/** Computes an instruction into a register, which its last machine instruction writes. */
function compute(result: Value, instruction: Instruction, to: Register, values: Values): void {
  const { code } = values
  switch (instruction.op) {
    case 'constant':
      values.into(to, result)
      return
    case 'lanes':
      lowerLanes(to, values)
      return
    case 'unary':
      if (isFloat(instruction.a)) lowerFloatUnary(instruction, to, values)
      else lowerIntegerUnary(instruction, to, values)
      return
    case 'binary':
      if (isFloat(instruction.a)) lowerFloatBinary(instruction, to, values)
      else lowerIntegerBinary(instruction, to, values)
      return
    case 'mulAdd':
      lowerMulAdd(instruction, to, values)
      return
    case 'compare':
      lowerCompare(instruction, to, values)
      return
    case 'logic':
      lowerLogic(instruction, to, values)
      return
    case 'logicNot':
      lowerLogicNot(instruction, to, values)
      return
    case 'select':
      lowerSelect(instruction, to, values)
      return
    case 'convert':
      lowerConvert(instruction, to, values)
      return
    case 'splat':
      lowerSplat(instruction, to, values)
      return
    case 'extract':
      lowerExtract(instruction, to, values)
      return
    case 'reduce':
      lowerReduce(instruction, to, values)
      return
    case 'interleave':
      lowerInterleave(instruction, to, values)
      return
    case 'get':
      code.move(to, values.variable(instruction.variable))
      return
    case 'advance':
      lowerAdvance(result, to, values)
      return
    case 'load':
      lowerLoad(instruction, result, to, values)
      return
    case 'loadSplat':
      lowerLoadSplat(instruction, to, values)
      return
    case 'loadIndexed':
      lowerLoadIndexed(instruction, to, values)
  }
}

/** The variable part of a pointer's move. */
function lowerAdvance(result: Value, to: Register, values: Values): void {
  const { code } = values
  const advance = values.analysis.variableAdvanceOf(result)
  if (!advance) throw new InternalError('an advance by a constant needs no code')
  const { bytes } = advance
  const index = values.extend(advance.index)
  const base = values.pointer(advance.base)
  if (isScale(bytes)) {
    code.emit('lea', 64, [to, at(base, 0, index, bytes)])
    return
  }
  const scaled = code.general()
  code.pseudo('imul', 64, [scaled, index, bytes])
  code.pseudo('add', 64, [to, scaled, base])
}
