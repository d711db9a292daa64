import type { FloatBinary, FloatUnary, Value } from '../../loops/ir.js'
import { isVector, type Of, type Pair, pairOf, pushBinary, pushConstant } from './lowering.js'
import type { Values } from './values.js'

const unary: Record<FloatUnary, Pair> = {
  neg: { scalar: 'f32.neg', vector: 'f32x4.neg' },
  abs: { scalar: 'f32.abs', vector: 'f32x4.abs' },
  sqrt: { scalar: 'f32.sqrt', vector: 'f32x4.sqrt' },
  floor: { scalar: 'f32.floor', vector: 'f32x4.floor' },
  ceil: { scalar: 'f32.ceil', vector: 'f32x4.ceil' },
  trunc: { scalar: 'f32.trunc', vector: 'f32x4.trunc' },
  nearest: { scalar: 'f32.nearest', vector: 'f32x4.nearest' },
}

export function lowerFloatUnary({ name, a }: Of<'unary'>, values: Values): void {
  values.push(a)
  values.code.emit(pairOf(unary[name as FloatUnary], a))
}

/** Where both instructions are the vector one, scalars go through a lane. */
export const floatBinary: Record<FloatBinary, Pair> = {
  add: { scalar: 'f32.add', vector: 'f32x4.add' },
  sub: { scalar: 'f32.sub', vector: 'f32x4.sub' },
  mul: { scalar: 'f32.mul', vector: 'f32x4.mul' },
  div: { scalar: 'f32.div', vector: 'f32x4.div' },
  // pmin(a, b) is b < a ? b : a, the IR's definition; f32.min differs in NaN and zeros.
  min: { scalar: 'f32x4.pmin', vector: 'f32x4.pmin' },
  max: { scalar: 'f32x4.pmax', vector: 'f32x4.pmax' },
}

export function lowerFloatBinary({ name, a, b }: Of<'binary'>, values: Values): void {
  const pair = floatBinary[name as FloatBinary]
  if (isVector(a) || pair.scalar !== pair.vector) {
    pushBinary(pairOf(pair, a), a, b, values)
    return
  }
  pushInLane(a, values)
  pushInLane(b, values)
  values.code.emit(pair.vector)
  values.code.emit('f32x4.extract_lane', 0)
}

/** `a * b + c`. The scalar form goes through a lane where vectors fuse, so that both round alike. */
export function lowerMulAdd({ a, b, c }: Of<'mulAdd'>, values: Values): void {
  const { code } = values
  if (!values.relaxed) {
    pushBinary(pairOf(floatBinary.mul, a), a, b, values)
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
