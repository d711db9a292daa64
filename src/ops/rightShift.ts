import { defineBinary } from './elementwise.js'

/** `a` shifted right by `b` bits modulo 32, elementwise; copies of the sign come in from the left. */
export const rightShift = defineBinary({
  name: 'rightShift',
  operand: 'integer',
  expression(math, a, b) {
    // ~(~a >>> b) shifts ones in where a is negative.
    const ones = math.int(-1)
    const ofNegative = math.bitXor(math.shiftRightUnsigned(math.bitXor(a, ones), b), ones)
    return math.select(math.lt(a, math.int(0)), ofNegative, math.shiftRightUnsigned(a, b))
  },
  reference: (a, b) => a >> b,
})
