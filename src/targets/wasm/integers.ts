import type { IntegerBinary, IntegerUnary, Value } from '../../loops/ir.js'
import type { PlainInstruction } from './instructions.js'
import { isVector, type Of, pushBinary } from './lowering.js'
import type { Values } from './values.js'

const vectorUnary: Record<IntegerUnary, PlainInstruction> = {
  neg: 'i32x4.neg',
  abs: 'i32x4.abs',
  not: 'v128.not',
}

const scalarUnary: Record<IntegerUnary, (a: Value, values: Values) => void> = {
  neg: (a, values) => {
    values.code.emit('i32.const', 0)
    values.push(a)
    values.code.emit('i32.sub')
  },
  not: (a, values) => {
    values.push(a)
    values.code.emit('i32.const', -1)
    values.code.emit('i32.xor')
  },
  // (a ^ sign) - sign, where sign is -1 for negative numbers and else 0.
  abs: (a, values) => {
    const { code } = values
    const local = values.inLocal(a)
    const sign = code.local('i32')
    code.emit('local.get', local)
    code.emit('local.get', local)
    code.emit('i32.const', 31)
    code.emit('i32.shr_s')
    code.emit('local.tee', sign)
    code.emit('i32.xor')
    code.emit('local.get', sign)
    code.emit('i32.sub')
  },
}

export function lowerIntegerUnary({ name, a }: Of<'unary'>, values: Values): void {
  const operation = name as IntegerUnary
  if (isVector(a)) {
    values.push(a)
    values.code.emit(vectorUnary[operation])
  } else scalarUnary[operation](a, values)
}

type Lowering = (a: Value, b: Value, values: Values) => void

/** One instruction, or how to do without. */
export const integerBinary: Record<
  IntegerBinary,
  { scalar: PlainInstruction | Lowering; vector: PlainInstruction | Lowering }
> = {
  add: { scalar: 'i32.add', vector: 'i32x4.add' },
  sub: { scalar: 'i32.sub', vector: 'i32x4.sub' },
  mul: { scalar: 'i32.mul', vector: 'i32x4.mul' },
  div: { scalar: lowerDivision, vector: (a, b, values) => byLane(a, b, divideLocals, values) },
  rem: { scalar: 'i32.rem_s', vector: (a, b, values) => byLane(a, b, plainOfLocals('i32.rem_s'), values) },
  divU: { scalar: 'i32.div_u', vector: (a, b, values) => byLane(a, b, plainOfLocals('i32.div_u'), values) },
  remU: { scalar: 'i32.rem_u', vector: (a, b, values) => byLane(a, b, plainOfLocals('i32.rem_u'), values) },
  min: { scalar: (a, b, values) => choose(a, b, 'i32.lt_s', values), vector: 'i32x4.min_s' },
  max: { scalar: (a, b, values) => choose(a, b, 'i32.ge_s', values), vector: 'i32x4.max_s' },
  and: { scalar: 'i32.and', vector: 'v128.and' },
  or: { scalar: 'i32.or', vector: 'v128.or' },
  xor: { scalar: 'i32.xor', vector: 'v128.xor' },
  shl: { scalar: 'i32.shl', vector: (a, b, values) => shift(a, b, 'i32.shl', 'i32x4.shl', values) },
  shr: { scalar: 'i32.shr_s', vector: (a, b, values) => shift(a, b, 'i32.shr_s', 'i32x4.shr_s', values) },
  shrU: { scalar: 'i32.shr_u', vector: (a, b, values) => shift(a, b, 'i32.shr_u', 'i32x4.shr_u', values) },
}

export function lowerIntegerBinary({ name, a, b }: Of<'binary'>, values: Values): void {
  const lowering = integerBinary[name as IntegerBinary][isVector(a) ? 'vector' : 'scalar']
  if (typeof lowering === 'string') pushBinary(lowering, a, b, values)
  else lowering(a, b, values)
}

/** `a` if `a` compares so with `b`, else `b`. */
function choose(a: Value, b: Value, compare: PlainInstruction, values: Values): void {
  const { code } = values
  const [x, y] = [values.inLocal(a), values.inLocal(b)]
  code.emit('local.get', x)
  code.emit('local.get', y)
  code.emit('local.get', x)
  code.emit('local.get', y)
  code.emit(compare)
  code.emit('select')
}

/** An operand of an integer operation on one lane: a local, or a known number. */
type Scalar = { readonly local: number } | { readonly constant: number }

function pushScalar(scalar: Scalar, { code }: Values): void {
  if ('local' in scalar) code.emit('local.get', scalar.local)
  else code.emit('i32.const', scalar.constant)
}

type LaneOperation = (a: Scalar, b: Scalar, values: Values) => void

function plainOfLocals(instruction: PlainInstruction): LaneOperation {
  return (a, b, values) => {
    pushScalar(a, values)
    pushScalar(b, values)
    values.code.emit(instruction)
  }
}

/** Signed division in which -2^31 / -1 wraps: WASM's own traps. */
function divideLocals(a: Scalar, b: Scalar, values: Values): void {
  const { code } = values
  const negate = (): void => {
    code.emit('i32.const', 0)
    pushScalar(a, values)
    code.emit('i32.sub')
  }
  const divide = (): void => plainOfLocals('i32.div_s')(a, b, values)
  if ('constant' in b) {
    if (b.constant === -1) negate()
    else divide()
    return
  }
  pushScalar(b, values)
  code.emit('i32.const', -1)
  code.emit('i32.eq')
  code.emit('if', 'i32')
  negate()
  code.emit('else')
  divide()
  code.emit('end')
}

function lowerDivision(a: Value, b: Value, values: Values): void {
  const divisor = values.constantOf(b)
  const scalar = divisor === undefined ? { local: values.inLocal(b) } : { constant: divisor | 0 }
  divideLocals({ local: values.inLocal(a) }, scalar, values)
}

/** A vector operation that WASM has for scalars only. Known divisors stay constants, which V8 turns into products. */
function byLane(a: Value, b: Value, operation: LaneOperation, values: Values): void {
  const { code } = values
  const known = values.constantOf(b)
  const left = values.inLocal(a)
  const right = known === undefined ? values.inLocal(b) : undefined
  const [x, y] = [code.local('i32'), code.local('i32')]
  const pushLane = (lane: number): void => {
    code.emit('local.get', left)
    code.emit('i32x4.extract_lane', lane)
    code.emit('local.set', x)
    if (right !== undefined) {
      code.emit('local.get', right)
      code.emit('i32x4.extract_lane', lane)
      code.emit('local.set', y)
    }
    operation({ local: x }, known === undefined ? { local: y } : { constant: known | 0 }, values)
  }
  pushLane(0)
  code.emit('i32x4.splat')
  for (let lane = 1; lane < 4; lane++) {
    pushLane(lane)
    code.emit('i32x4.replace_lane', lane)
  }
}

/** WASM shifts all lanes by one count. */
function shift(a: Value, b: Value, scalar: PlainInstruction, vector: PlainInstruction, values: Values): void {
  const count = values.constantOf(b)
  if (count === undefined) {
    byLane(a, b, plainOfLocals(scalar), values)
    return
  }
  values.push(a)
  values.code.emit('i32.const', count)
  values.code.emit(vector)
}
