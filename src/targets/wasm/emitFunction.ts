import { InternalError } from '../../errors.js'
import type { Instruction, LoopFunction, Statement, Value } from '../../loops/ir.js'
import { analyze } from './analysis.js'
import { CodeWriter } from './codeWriter.js'
import type { LooseFunction } from './encoder.js'
import * as floats from './floats.js'
import * as integers from './integers.js'
import * as lanes from './lanes.js'
import { type Of as InstructionOf, isFloat, pushConstant } from './lowering.js'
import * as memory from './memory.js'
import { closePin, emitPin, openPin, pinOf } from './pins.js'
import { Values } from './values.js'

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>

/**
 * Compiles one function of width 4. Its parameters are its pointers in order, then `begin` and `end`, all i32.
 */
export function emitFunction(fn: LoopFunction, options: { readonly relaxedMadd: boolean }): LooseFunction {
  if (fn.width !== 4) {
    throw new InternalError(`WASM vectors have 4 lanes, but ${fn.name} was built for ${fn.width}`)
  }
  const inputs = [...fn.parameters.map((parameter) => parameter.value), fn.begin, fn.end]
  const code = new CodeWriter(inputs.length)
  const values = new Values(code, analyze(fn), options.relaxedMadd, lower)
  inputs.forEach((value, index) => values.bind(value, index))
  emitBlock(fn.body, values)
  return {
    debugName: fn.name,
    parameters: inputs.map(() => 'i32' as const),
    results: [],
    code: code.finish(),
    locals: code.locals,
  }
}

type Lowerings = {
  readonly [Op in Instruction['op']]: (instruction: InstructionOf<Op>, values: Values, result: Value) => void
}

/** How each instruction leaves its result on the operand stack. */
const lowerings: Lowerings = {
  constant: ({ value }, values, { type }) => pushConstant(type, value, values),
  lanes: (_, { code }) => code.vectorConstant(new Int32Array([0, 1, 2, 3])),
  unary: (instruction, values) =>
    (isFloat(instruction.a) ? floats.lowerFloatUnary : integers.lowerIntegerUnary)(instruction, values),
  binary: (instruction, values) =>
    (isFloat(instruction.a) ? floats.lowerFloatBinary : integers.lowerIntegerBinary)(instruction, values),
  mulAdd: floats.lowerMulAdd,
  compare: lanes.lowerCompare,
  logic: lanes.lowerLogic,
  logicNot: lanes.lowerLogicNot,
  select: lanes.lowerSelect,
  convert: lanes.lowerConvert,
  splat: lanes.lowerSplat,
  extract: lanes.lowerExtract,
  reduce: lanes.lowerReduce,
  interleave: lanes.lowerInterleave,
  get: ({ variable }, values) => values.code.emit('local.get', values.localOf(variable)),
  advance: memory.lowerAdvance,
  load: memory.lowerLoad,
  loadSplat: memory.lowerLoadSplat,
  loadIndexed: memory.lowerLoadIndexed,
}

function lower(result: Value, instruction: Instruction, values: Values): void {
  const lowering = lowerings[instruction.op] as (i: Instruction, values: Values, result: Value) => void
  lowering(instruction, values, result)
}

function emitBlock(block: readonly Statement[], values: Values): void {
  for (const statement of block) emitStatement(statement, values)
}

function emitStatement(statement: Statement, values: Values): void {
  const { code } = values
  switch (statement.kind) {
    case 'let':
      values.define(statement.result, statement.instruction)
      break
    case 'declare':
      emitAssignment(statement, values)
      code.emit('local.set', values.bindNew(statement.variable))
      break
    case 'set':
      emitAssignment(statement, values)
      code.emit('local.set', values.localOf(statement.variable))
      break
    case 'store':
      values.flush([statement.base, statement.value])
      memory.emitStore(statement, values)
      break
    case 'prefetch':
      break
    case 'for':
      emitFor(statement, values)
      break
    case 'if':
      emitIf(statement, values)
      break
  }
}

/** Leaves the new value of a variable on the stack, when all that still needs the old one has been computed. */
function emitAssignment({ variable, value }: Of<'declare' | 'set'>, values: Values): void {
  values.flush([value])
  values.push(value)
  values.beforeSetting(new Set([variable.id]))
}

/** A loop checks its counter at the bottom; one that may have no iterations is guarded at the top. */
function emitFor({ counter, from, to, step, body }: Of<'for'>, values: Values): void {
  const { code } = values
  const [first, last] = [values.constantOf(from), values.constantOf(to)]
  const known = first !== undefined && last !== undefined
  if (known && first >= last) return
  const index = code.local('i32')
  values.flush([from, to])
  values.push(from)
  code.emit('local.set', index)
  const limit = last === undefined ? values.inLocal(to) : undefined
  values.bind(counter, index)
  values.beforeSetting(values.analysis.variablesSetIn(body))
  if (known && first + step >= last) {
    emitBlock(body, values)
    return
  }
  const pushLimit = (): void => {
    if (limit === undefined) code.emit('i32.const', last ?? 0)
    else code.emit('local.get', limit)
  }
  if (!known) {
    code.emit('block')
    code.emit('local.get', index)
    pushLimit()
    code.emit('i32.ge_s')
    code.emit('br_if', 0)
  }
  const pin = first !== undefined && first >= 0 ? pinOf(body) : undefined
  if (pin) openPin(values)
  code.emit('loop')
  for (const statement of body) {
    emitStatement(statement, values)
    if (statement === pin?.after) emitPin(index, values)
  }
  code.emit('local.get', index)
  code.emit('i32.const', step)
  code.emit('i32.add')
  code.emit('local.tee', index)
  pushLimit()
  code.emit('i32.lt_s')
  code.emit('br_if', 0)
  code.emit('end')
  if (pin) closePin(pin, values)
  if (!known) code.emit('end')
}

function emitIf({ condition, whenTrue, whenFalse }: Of<'if'>, values: Values): void {
  const { code } = values
  values.flush([condition])
  values.push(condition)
  for (const block of [whenTrue, whenFalse]) values.beforeSetting(values.analysis.variablesSetIn(block))
  code.emit('if')
  emitBlock(whenTrue, values)
  if (whenFalse.length > 0) {
    code.emit('else')
    emitBlock(whenFalse, values)
  }
  code.emit('end')
}
