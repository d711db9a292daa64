import type { FloatBinary, FloatUnary, Value } from '../../loops/ir.js'
import { isVector } from './analysis.js'
import type { Register } from './operands.js'
import type { Of, Values } from './values.js'

/** What `vroundps` and `vrndscaleps` take: how to round, without a flag for inexact results. */
const roundings = { nearest: 8, floor: 9, ceil: 10, trunc: 11 } as const

const signBit = -(2 ** 31)

export function lowerFloatUnary({ name, a }: Of<'unary'>, to: Register, values: Values): void {
  const { code } = values
  const bits = values.bitsOf(a)
  const operation = name as FloatUnary
  switch (operation) {
    case 'neg':
      code.emit('vxorps', bits, [to, values.register(a), values.splatConstant(signBit, bits)])
      return
    case 'abs':
      code.emit('vandps', bits, [to, values.register(a), values.splatConstant(~signBit, bits)])
      return
    case 'sqrt': {
      if (isVector(a)) code.emit('vsqrtps', bits, [to, values.operand(a)])
      else {
        const x = values.register(a)
        code.emit('vsqrtss', 128, [to, x, x])
      }
      return
    }
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'nearest': {
      const rounding = roundings[operation]
      if (isVector(a)) {
        code.emit(values.evex ? 'vrndscaleps' : 'vroundps', bits, [to, values.operand(a), rounding])
      } else {
        const x = values.register(a)
        code.emit(values.evex ? 'vrndscaless' : 'vroundss', 128, [to, x, x, rounding])
      }
    }
  }
}

const packed = {
  add: 'vaddps',
  sub: 'vsubps',
  mul: 'vmulps',
  div: 'vdivps',
  min: 'vminps',
  max: 'vmaxps',
} as const satisfies Record<FloatBinary, string>

const scalar = {
  add: 'vaddss',
  sub: 'vsubss',
  mul: 'vmulss',
  div: 'vdivss',
  min: 'vminss',
  max: 'vmaxss',
} as const satisfies Record<FloatBinary, string>

export const floatInstruction = (name: FloatBinary, wide: boolean) => (wide ? packed : scalar)[name]

export function lowerFloatBinary({ name, a, b }: Of<'binary'>, to: Register, values: Values): void {
  const operation = name as FloatBinary
  const instruction = floatInstruction(operation, isVector(a))
  const swapped = isSwapped(operation, a, b, values)
  const left = values.register(swapped ? b : a)
  values.code.emit(instruction, values.bitsOf(a), [to, left, values.operand(swapped ? a : b)])
}

/**
 * Whether the machine wants the operands the other way round. Its `min(x, y)` is `x < y ? x : y`, so that the IR's `min(a, b)`, which is
 * `b < a ? b : a`, is the machine's `min(b, a)`; and alike for `max`.
 */
function isSwapped(name: FloatBinary, a: Value, b: Value, values: Values): boolean {
  if (name === 'min' || name === 'max') return true
  return (name === 'add' || name === 'mul') && values.isMemory(a) && !values.isMemory(b)
}

/** `a * b + c`, rounded once. */
export function lowerMulAdd({ a, b, c }: Of<'mulAdd'>, to: Register, values: Values): void {
  const bits = isVector(a) ? values.bits : 32
  const swapped = values.isMemory(a) && !values.isMemory(b)
  const left = values.register(swapped ? b : a)
  const y = swapped ? a : b
  if (values.isMemory(y)) {
    const addend = values.register(c)
    values.code.pseudo('fma', bits, [to, left, values.operand(y), addend])
  } else values.code.pseudo('fma', bits, [to, left, values.register(y), values.operand(c)])
}
