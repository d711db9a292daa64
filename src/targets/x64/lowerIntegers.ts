import type { IntegerBinary, IntegerUnary, Value } from '../../loops/ir.js'
import { isVector } from './analysis.js'
import { divideByConstant, divideScalar, divideVector } from './lowerDivision.js'
import type { Register } from './operands.js'
import type { Of, Values } from './values.js'

export function lowerIntegerUnary({ name, a }: Of<'unary'>, to: Register, values: Values): void {
  const operation = name as IntegerUnary
  if (isVector(a)) vectorUnary(operation, a, to, values)
  else scalarUnary(operation, a, to, values)
}

function scalarUnary(name: IntegerUnary, a: Value, to: Register, values: Values): void {
  const { code } = values
  const x = values.register(a)
  if (name !== 'abs') {
    code.pseudo(name, 32, [to, x])
    return
  }
  // The sign of -a says which of both is not negative; of -2^31, either is.
  const negative = code.general()
  code.pseudo('neg', 32, [negative, x])
  code.emit('test', 32, [negative, negative])
  code.pseudo('choose', 32, [to, negative, x], 's')
}

function vectorUnary(name: IntegerUnary, a: Value, to: Register, values: Values): void {
  const { code, bits } = values
  switch (name) {
    case 'abs':
      code.emit('vpabsd', bits, [to, values.operand(a)])
      return
    case 'neg':
      code.emit('vpsubd', bits, [to, values.splatRegister(0, bits), values.operand(a)])
      return
    case 'not':
      code.emit('vxorps', bits, [to, values.register(a), values.splatConstant(-1, bits)])
  }
}

const vectorInstruction = {
  add: 'vpaddd',
  sub: 'vpsubd',
  mul: 'vpmulld',
  min: 'vpminsd',
  max: 'vpmaxsd',
  and: 'vandps',
  or: 'vorps',
  xor: 'vxorps',
} as const

const commutative: ReadonlySet<IntegerBinary> = new Set(['add', 'mul', 'min', 'max', 'and', 'or', 'xor'])

export function lowerIntegerBinary({ name, a, b }: Of<'binary'>, to: Register, values: Values): void {
  const operation = name as IntegerBinary
  const swap =
    commutative.has(operation) &&
    (isVector(a) ? values.isMemory(a) && !values.isMemory(b) : values.constantOf(a) !== undefined)
  const x = swap ? b : a
  const y = swap ? a : b
  if (isVector(a)) vectorBinary(operation, x, y, to, values)
  else scalarBinary(operation, x, y, to, values)
}

function vectorBinary(name: IntegerBinary, a: Value, b: Value, to: Register, values: Values): void {
  switch (name) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'min':
    case 'max':
    case 'and':
    case 'or':
    case 'xor':
      combineIntegers(name, to, a, b, values)
      return
    case 'shl':
    case 'shr':
    case 'shrU':
      vectorShift(name, a, b, to, values)
      return
    case 'div':
    case 'rem':
    case 'divU':
    case 'remU':
      divideVector(name, a, b, to, values)
  }
}

function combineIntegers(
  name: keyof typeof vectorInstruction,
  to: Register,
  a: Value,
  b: Value,
  values: Values,
): void {
  const left = values.register(a)
  values.code.emit(vectorInstruction[name], values.bits, [to, left, values.operand(b)])
}

export const integerInstruction = (name: keyof typeof vectorInstruction) => vectorInstruction[name]

const vectorShifts = {
  shl: { vex: 'vpslld', evex: 'vpslld_evex', variable: 'vpsllvd' },
  shr: { vex: 'vpsrad', evex: 'vpsrad_evex', variable: 'vpsravd' },
  shrU: { vex: 'vpsrld', evex: 'vpsrld_evex', variable: 'vpsrlvd' },
} as const

/** The machine's shifts by 32 and more give zeros or signs: the IR's count modulo 32. */
function vectorShift(
  name: keyof typeof vectorShifts,
  a: Value,
  b: Value,
  to: Register,
  values: Values,
): void {
  const { code, bits, evex } = values
  const { [evex ? 'evex' : 'vex']: immediate, variable } = vectorShifts[name]
  const x = values.register(a)
  const known = values.constantOf(b)
  if (known !== undefined) {
    code.emit(immediate, bits, [to, x, known & 31])
    return
  }
  const count = code.vector()
  code.emit('vandps', bits, [count, values.register(b), values.splatConstant(31, bits)])
  code.emit(variable, bits, [to, x, count])
}

const scalarShifts = {
  shl: { immediate: 'shl', variable: 'shlx' },
  shr: { immediate: 'sar', variable: 'sarx' },
  shrU: { immediate: 'shr', variable: 'shrx' },
} as const

function scalarBinary(name: IntegerBinary, a: Value, b: Value, to: Register, values: Values): void {
  const { code } = values
  const known = values.constantOf(b)
  switch (name) {
    case 'add':
    case 'sub':
    case 'and':
    case 'or':
    case 'xor':
    case 'mul': {
      const x = values.register(a)
      code.pseudo(name === 'mul' ? 'imul' : name, 32, [to, x, values.integerOperand(b)])
      return
    }
    case 'min':
    case 'max': {
      const x = values.register(a)
      const y = values.register(b)
      code.emit('cmp', 32, [x, y])
      code.pseudo('choose', 32, [to, x, y], name === 'min' ? 'g' : 'l')
      return
    }
    case 'shl':
    case 'shr':
    case 'shrU': {
      const { immediate, variable } = scalarShifts[name]
      const x = values.register(a)
      if (known === undefined) code.emit(variable, 32, [to, x, values.register(b)])
      else code.pseudo(immediate, 32, [to, x, known & 31])
      return
    }
    case 'div':
    case 'rem':
      if (known !== undefined && known > 1) divideByConstant(name, a, known, to, values)
      else divideScalar(name, a, b, to, values)
      return
    case 'divU':
    case 'remU':
      divideScalar(name, a, b, to, values)
  }
}
