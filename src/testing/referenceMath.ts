import { InternalError } from '../errors.js'
import type { ScalarMath } from '../graph/scalarMath.js'
import { errorFunction } from '../ops/erf.js'

/** A value that knows its type, so that an expression that mixes types is caught. Booleans are 0 and 1. */
export interface TypedNumber {
  readonly type: 'float' | 'int' | 'bool'
  readonly value: number
}

const float = (value: number): TypedNumber => ({ type: 'float', value })
const int = (value: number): TypedNumber => ({ type: 'int', value: value | 0 })
const bool = (value: boolean): TypedNumber => ({ type: 'bool', value: value ? 1 : 0 })

/**
 * The arithmetic of expressions in float64, for one element: with it, an op's expression is held against its reference
 * without any compiler.
 *
 * @param coordinate where the element lies in the op's output, if the op may ask for it
 * @param index the element's row-major number
 */
export function referenceMath(coordinate?: readonly number[], index?: number): ScalarMath<TypedNumber> {
  return {
    float,
    int,
    bool,

    add: sameNumbers((a, b) => a + b),
    sub: sameNumbers((a, b) => a - b),
    mul: (a, b) =>
      a.type === 'int' ? int(Math.imul(a.value, expect('int', b).value)) : onFloats((x, y) => x * y)(a, b),
    neg: (a) => number(a, -a.value),
    abs: (a) => number(a, Math.abs(a.value)),
    // Not Math.min and Math.max: what NaN does is part of the definition.
    // biome-ignore lint/complexity/useMathMinMax: see above
    min: sameNumbers((a, b) => (b < a ? b : a)),
    // biome-ignore lint/complexity/useMathMinMax: see above
    max: sameNumbers((a, b) => (a < b ? b : a)),
    eq: comparison((a, b) => a === b),
    ne: comparison((a, b) => a !== b),
    lt: comparison((a, b) => a < b),
    le: comparison((a, b) => a <= b),
    select(condition, a, b) {
      expect(a.type, b)
      return expect('bool', condition).value ? a : b
    },

    div: onFloats((a, b) => a / b),
    mulAdd: (a, b, c) =>
      float(expect('float', a).value * expect('float', b).value + expect('float', c).value),
    sqrt: onFloat(Math.sqrt),
    floor: onFloat(Math.floor),
    ceil: onFloat(Math.ceil),
    trunc: onFloat(Math.trunc),
    // Adding and taking away 2^52 rounds a float64 to an integer, ties to even.
    round: onFloat((a) => (Math.abs(a) < 2 ** 51 ? Math.sign(a) * (Math.abs(a) + 2 ** 52 - 2 ** 52) : a)),
    exp: onFloat(Math.exp),
    expm1: onFloat(Math.expm1),
    log: onFloat(Math.log),
    log1p: onFloat(Math.log1p),
    tanh: onFloat(Math.tanh),
    sigmoid: onFloat((a) => 1 / (1 + Math.exp(-a))),
    erf: onFloat(errorFunction),
    sin: onFloat(Math.sin),
    cos: onFloat(Math.cos),
    pow: onFloats((a, b) => a ** b),

    intDiv: (a, b) => int(Math.trunc(a.value / divisor(b))),
    intRem: (a, b) => int(a.value % divisor(b)),
    bitAnd: onInts((a, b) => a & b),
    bitOr: onInts((a, b) => a | b),
    bitXor: onInts((a, b) => a ^ b),
    shiftLeft: onInts((a, b) => a << b),
    shiftRightUnsigned: onInts((a, b) => a >>> b),

    and: (a, b) => bool(Boolean(expect('bool', a).value && expect('bool', b).value)),
    or: (a, b) => bool(Boolean(expect('bool', a).value || expect('bool', b).value)),
    not: (a) => bool(!expect('bool', a).value),

    toFloat: (a) => float(expect('int', a).value),
    toInt(a) {
      const { value } = expect('float', a)
      return int(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number.isNaN(value) ? 0 : Math.trunc(value))))
    },
    boolToInt: (a) => int(expect('bool', a).value),
    bitsToFloat: (a) => float(new Float32Array(Int32Array.of(expect('int', a).value).buffer)[0]),
    floatToBits: (a) => int(new Int32Array(Float32Array.of(expect('float', a).value).buffer)[0]),

    coordinate: (axis) => int(position(coordinate)[axis]),
    linearIndex: () => int(position(index)),
  }
}

function position<P>(given: P | undefined): P {
  if (given === undefined)
    throw new InternalError('expression: asks for a position, but the op is not `positional`')
  return given
}

function expect(type: TypedNumber['type'], a: TypedNumber): TypedNumber {
  if (a.type !== type)
    throw new InternalError(`expression: expected a value of type ${type}, received ${a.type}`)
  return a
}

function number(like: TypedNumber, value: number): TypedNumber {
  if (like.type === 'bool') throw new InternalError('expression: arithmetic on a boolean')
  return like.type === 'int' ? int(value) : float(value)
}

type Binary = (a: TypedNumber, b: TypedNumber) => TypedNumber

const sameNumbers =
  (f: (a: number, b: number) => number): Binary =>
  (a, b) =>
    number(a, f(a.value, expect(a.type, b).value))

const comparison =
  (f: (a: number, b: number) => boolean): Binary =>
  (a, b) => {
    number(a, 0)
    return bool(f(a.value, expect(a.type, b).value))
  }

const onFloat =
  (f: (a: number) => number) =>
  (a: TypedNumber): TypedNumber =>
    float(f(expect('float', a).value))

const onFloats =
  (f: (a: number, b: number) => number): Binary =>
  (a, b) =>
    float(f(expect('float', a).value, expect('float', b).value))

const onInts =
  (f: (a: number, b: number) => number): Binary =>
  (a, b) =>
    int(f(expect('int', a).value, expect('int', b).value))

function divisor(b: TypedNumber): number {
  if (expect('int', b).value === 0)
    throw new InternalError('expression: integer division by zero; guard it with select')
  return b.value
}
