import type { LoopBuilder } from '../builder.js'
import type { IntegerBinary, Value } from '../ir.js'
import { cos } from './cos.js'
import { erf } from './erf.js'
import { exp } from './exp.js'
import { expm1 } from './expm1.js'
import { log } from './log.js'
import { log1p } from './log1p.js'
import { pow } from './pow.js'
import { sigmoid } from './sigmoid.js'
import { sin } from './sin.js'
import { tanh } from './tanh.js'

/** Where the element, or the vector of elements, that an expression computes lies in the op's output. */
export interface LoopPosition {
  coordinate(axis: number): Value
  linearIndex(): Value
}

/** A quotient or remainder that is 0 where the divisor is 0. */
const guarded = (l: LoopBuilder, name: IntegerBinary, a: Value, b: Value): Value => {
  const isZero = l.compare('eq', b, l.int(0))
  return l.select(isZero, l.int(0), l.binary(name, a, l.select(isZero, l.int(1), b)))
}

/**
 * The arithmetic in which ops state what they do to an element (`ScalarMath` of the tensor graph), as loop IR:
 * scalar where its operands are scalar, by lane where they are vectors; scalars and vectors mix. Integer division
 * truncates toward zero; the quotient and the remainder of a division by zero are 0.
 */
export const loopMath = (l: LoopBuilder, position: LoopPosition) => ({
  float: (value: number): Value => l.float(value),
  int: (value: number): Value => l.int(value),
  bool: (value: boolean): Value => l.bool(value),

  add: (a: Value, b: Value): Value => l.binary('add', a, b),
  sub: (a: Value, b: Value): Value => l.binary('sub', a, b),
  mul: (a: Value, b: Value): Value => l.binary('mul', a, b),
  neg: (a: Value): Value => l.unary('neg', a),
  abs: (a: Value): Value => l.unary('abs', a),
  min: (a: Value, b: Value): Value => l.binary('min', a, b),
  max: (a: Value, b: Value): Value => l.binary('max', a, b),
  eq: (a: Value, b: Value): Value => l.compare('eq', a, b),
  ne: (a: Value, b: Value): Value => l.compare('ne', a, b),
  lt: (a: Value, b: Value): Value => l.compare('lt', a, b),
  le: (a: Value, b: Value): Value => l.compare('le', a, b),
  select: (condition: Value, a: Value, b: Value): Value => l.select(condition, a, b),

  div: (a: Value, b: Value): Value => l.binary('div', a, b),
  mulAdd: (a: Value, b: Value, c: Value): Value => l.mulAdd(a, b, c),
  sqrt: (a: Value): Value => l.unary('sqrt', a),
  floor: (a: Value): Value => l.unary('floor', a),
  ceil: (a: Value): Value => l.unary('ceil', a),
  trunc: (a: Value): Value => l.unary('trunc', a),
  round: (a: Value): Value => l.unary('nearest', a),
  exp: (a: Value): Value => exp(l, a),
  expm1: (a: Value): Value => expm1(l, a),
  log: (a: Value): Value => log(l, a),
  log1p: (a: Value): Value => log1p(l, a),
  tanh: (a: Value): Value => tanh(l, a),
  sigmoid: (a: Value): Value => sigmoid(l, a),
  erf: (a: Value): Value => erf(l, a),
  sin: (a: Value): Value => sin(l, a),
  cos: (a: Value): Value => cos(l, a),
  pow: (a: Value, b: Value): Value => pow(l, a, b),

  intDiv: (a: Value, b: Value): Value => guarded(l, 'div', a, b),
  intRem: (a: Value, b: Value): Value => guarded(l, 'rem', a, b),
  bitAnd: (a: Value, b: Value): Value => l.binary('and', a, b),
  bitOr: (a: Value, b: Value): Value => l.binary('or', a, b),
  bitXor: (a: Value, b: Value): Value => l.binary('xor', a, b),
  shiftLeft: (a: Value, b: Value): Value => l.binary('shl', a, b),
  shiftRightUnsigned: (a: Value, b: Value): Value => l.binary('shrU', a, b),

  and: (a: Value, b: Value): Value => l.logic('and', a, b),
  or: (a: Value, b: Value): Value => l.logic('or', a, b),
  not: (a: Value): Value => l.not(a),

  toFloat: (a: Value): Value => l.convert('toFloat', a),
  toInt: (a: Value): Value => l.convert('toInt', a),
  boolToInt: (a: Value): Value => l.convert('boolToInt', a),
  bitsToFloat: (a: Value): Value => l.convert('bitsToFloat', a),
  floatToBits: (a: Value): Value => l.convert('floatToBits', a),

  coordinate: (axis: number): Value => position.coordinate(axis),
  linearIndex: (): Value => position.linearIndex(),
})
