import { InternalError } from '../../errors.js'
import {
  type Comparison,
  type Conversion,
  type FloatBinary,
  type FloatUnary,
  type Instruction,
  type IntegerBinary,
  type IntegerUnary,
  scalarOf,
  type Value,
} from '../../loops/ir.js'
import type { PlainInstruction } from './instructions.js'
import type { Values } from './values.js'

const isVector = (value: Value): boolean => value.type.endsWith('v')
const isFloat = (value: Value): boolean => scalarOf(value.type) === 'f32'

type Of<Op extends Instruction['op']> = Extract<Instruction, { op: Op }>

/** A scalar and a vector instruction that do the same. */
interface Pair {
  readonly scalar: PlainInstruction
  readonly vector: PlainInstruction
}

const pairOf = (pair: Pair, value: Value): PlainInstruction => (isVector(value) ? pair.vector : pair.scalar)

// ---- constants ----

export function pushConstant(type: Value['type'], value: number, { code }: Values): void {
  switch (type) {
    case 'f32':
      code.emit('f32.const', value)
      break
    case 'i32':
    case 'bool':
    case 'ptr':
      code.emit('i32.const', value)
      break
    case 'f32v':
      code.vectorConstant(new Float32Array(4).fill(value))
      break
    case 'i32v':
      code.vectorConstant(new Int32Array(4).fill(value))
      break
    case 'boolv':
      code.vectorConstant(new Int32Array(4).fill(-value))
      break
  }
}

/** Pushes a scalar float in (at least) lane 0 of a vector. */
function pushInLane(value: Value, values: Values): void {
  const known = values.constantOf(value)
  if (known !== undefined) {
    pushConstant('f32v', known, values)
    return
  }
  values.push(value)
  values.code.emit('f32x4.splat')
}

// ---- unary ----

const floatUnary: Record<FloatUnary, Pair> = {
  neg: { scalar: 'f32.neg', vector: 'f32x4.neg' },
  abs: { scalar: 'f32.abs', vector: 'f32x4.abs' },
  sqrt: { scalar: 'f32.sqrt', vector: 'f32x4.sqrt' },
  floor: { scalar: 'f32.floor', vector: 'f32x4.floor' },
  ceil: { scalar: 'f32.ceil', vector: 'f32x4.ceil' },
  trunc: { scalar: 'f32.trunc', vector: 'f32x4.trunc' },
  nearest: { scalar: 'f32.nearest', vector: 'f32x4.nearest' },
}

const integerUnary: Record<IntegerUnary, PlainInstruction> = {
  neg: 'i32x4.neg',
  abs: 'i32x4.abs',
  not: 'v128.not',
}

export function lowerUnary({ name, a }: Of<'unary'>, values: Values): void {
  const { code } = values
  if (!isFloat(a) && !isVector(a)) {
    scalarIntegerUnary[name as IntegerUnary](a, values)
    return
  }
  values.push(a)
  if (isFloat(a)) code.emit(pairOf(floatUnary[name as FloatUnary], a))
  else code.emit(integerUnary[name as IntegerUnary])
}

const scalarIntegerUnary: Record<IntegerUnary, (a: Value, values: Values) => void> = {
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

// ---- binary ----

const floatBinary: Record<FloatBinary, Pair> = {
  add: { scalar: 'f32.add', vector: 'f32x4.add' },
  sub: { scalar: 'f32.sub', vector: 'f32x4.sub' },
  mul: { scalar: 'f32.mul', vector: 'f32x4.mul' },
  div: { scalar: 'f32.div', vector: 'f32x4.div' },
  // pmin(a, b) is b < a ? b : a, the IR's definition. f32.min differs in NaN and zeros: scalars go through a lane too.
  min: { scalar: 'f32x4.pmin', vector: 'f32x4.pmin' },
  max: { scalar: 'f32x4.pmax', vector: 'f32x4.pmax' },
}

type IntegerLowering = (a: Value, b: Value, values: Values) => void

const integerBinary: Record<
  IntegerBinary,
  { scalar: PlainInstruction | IntegerLowering; vector: PlainInstruction | IntegerLowering }
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

export function lowerBinary({ name, a, b }: Of<'binary'>, values: Values): void {
  if (isFloat(a)) {
    lowerFloatBinary(floatBinary[name as FloatBinary], a, b, values)
    return
  }
  const row = integerBinary[name as IntegerBinary]
  const lowering = isVector(a) ? row.vector : row.scalar
  if (typeof lowering === 'string') pushBoth(lowering)(a, b, values)
  else lowering(a, b, values)
}

function lowerFloatBinary(pair: Pair, a: Value, b: Value, values: Values): void {
  if (isVector(a) || pair.scalar !== pair.vector) {
    pushBoth(pairOf(pair, a))(a, b, values)
    return
  }
  pushInLane(a, values)
  pushInLane(b, values)
  values.code.emit(pair.vector)
  values.code.emit('f32x4.extract_lane', 0)
}

const pushBoth =
  (instruction: PlainInstruction): IntegerLowering =>
  (a, b, values) => {
    values.push(a)
    values.push(b)
    values.code.emit(instruction)
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

/** `a * b + c`. The scalar form goes through a lane where vectors fuse, so that both round alike. */
export function lowerMulAdd({ a, b, c }: Of<'mulAdd'>, values: Values): void {
  const { code } = values
  if (!values.relaxed) {
    pushBoth(pairOf(floatBinary.mul, a))(a, b, values)
    values.push(c)
    code.emit(pairOf(floatBinary.add, a))
    return
  }
  for (const operand of [a, b, c]) {
    if (isVector(a)) values.push(operand)
    else pushInLane(operand, values)
  }
  code.emit('f32x4.relaxed_madd')
  if (!isVector(a)) code.emit('f32x4.extract_lane', 0)
}

// ---- truth values ----

const floatComparison: Record<Comparison, Pair | undefined> = {
  eq: { scalar: 'f32.eq', vector: 'f32x4.eq' },
  ne: { scalar: 'f32.ne', vector: 'f32x4.ne' },
  lt: { scalar: 'f32.lt', vector: 'f32x4.lt' },
  le: { scalar: 'f32.le', vector: 'f32x4.le' },
  ltU: undefined,
  leU: undefined,
}

const integerComparison: Record<Comparison, Pair> = {
  eq: { scalar: 'i32.eq', vector: 'i32x4.eq' },
  ne: { scalar: 'i32.ne', vector: 'i32x4.ne' },
  lt: { scalar: 'i32.lt_s', vector: 'i32x4.lt_s' },
  le: { scalar: 'i32.le_s', vector: 'i32x4.le_s' },
  ltU: { scalar: 'i32.lt_u', vector: 'i32x4.lt_u' },
  leU: { scalar: 'i32.le_u', vector: 'i32x4.le_u' },
}

export function lowerCompare({ name, a, b }: Of<'compare'>, values: Values): void {
  const pair = (isFloat(a) ? floatComparison : integerComparison)[name]
  if (!pair) throw new InternalError(`${name} compares integers, not ${a.type}`)
  pushBoth(pairOf(pair, a))(a, b, values)
}

const logic: Record<'and' | 'or', Pair> = {
  and: { scalar: 'i32.and', vector: 'v128.and' },
  or: { scalar: 'i32.or', vector: 'v128.or' },
}

export function lowerLogic({ name, a, b }: Of<'logic'>, values: Values): void {
  pushBoth(pairOf(logic[name], a))(a, b, values)
}

export function lowerLogicNot({ a }: Of<'logicNot'>, values: Values): void {
  values.push(a)
  values.code.emit(isVector(a) ? 'v128.not' : 'i32.eqz')
}

export function lowerSelect({ condition, a, b }: Of<'select'>, values: Values): void {
  values.push(a)
  values.push(b)
  values.push(condition)
  // Masks are all ones or all zeros in each lane, for which the relaxed instruction has one meaning; it is one blend.
  const vector = values.relaxed ? 'i32x4.relaxed_laneselect' : 'v128.bitselect'
  values.code.emit(isVector(a) ? vector : 'select')
}

// ---- conversions and lanes ----

const conversion: Record<Conversion, { scalar?: PlainInstruction; vector?: PlainInstruction }> = {
  toFloat: { scalar: 'f32.convert_i32_s', vector: 'f32x4.convert_i32x4_s' },
  toFloatU: { scalar: 'f32.convert_i32_u', vector: 'f32x4.convert_i32x4_u' },
  toInt: { scalar: 'i32.trunc_sat_f32_s', vector: 'i32x4.trunc_sat_f32x4_s' },
  bitsToFloat: { scalar: 'f32.reinterpret_i32' },
  floatToBits: { scalar: 'i32.reinterpret_f32' },
  // True lanes are all ones, which is -1.
  boolToInt: { vector: 'i32x4.neg' },
}

export function lowerConvert({ name, a }: Of<'convert'>, values: Values): void {
  values.push(a)
  const instruction = conversion[name][isVector(a) ? 'vector' : 'scalar']
  if (instruction) values.code.emit(instruction)
}

export function lowerSplat({ a }: Of<'splat'>, values: Values): void {
  const { code } = values
  const mask = scalarOf(a.type) === 'bool'
  if (mask) code.emit('i32.const', 0)
  values.push(a)
  if (mask) code.emit('i32.sub')
  code.emit(isFloat(a) ? 'f32x4.splat' : 'i32x4.splat')
}

export function lowerExtract({ a, lane }: Of<'extract'>, values: Values): void {
  const { code } = values
  values.push(a)
  code.emit(isFloat(a) ? 'f32x4.extract_lane' : 'i32x4.extract_lane', lane)
  if (a.type !== 'boolv') return
  code.emit('i32.const', 1)
  code.emit('i32.and')
}

/** Lanes 2 and 3 in the place of 0 and 1; then lane 1 in the place of lane 0. */
const halves = [
  [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
  [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7],
]

export function lowerReduce({ name, a }: Of<'reduce'>, values: Values): void {
  const { code } = values
  const instruction = isFloat(a) ? floatBinary[name].vector : (integerBinary[name].vector as PlainInstruction)
  values.push(a)
  for (const half of halves) {
    const local = code.local('v128')
    code.emit('local.tee', local)
    code.emit('local.get', local)
    code.emit('local.get', local)
    code.emit('i8x16.shuffle', half)
    code.emit(instruction)
  }
  code.emit(isFloat(a) ? 'f32x4.extract_lane' : 'i32x4.extract_lane', 0)
}
