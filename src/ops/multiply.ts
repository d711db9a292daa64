import { defineBinary } from './elementwise.js'

/** `a * b`, elementwise. Integers wrap modulo 2^32. */
export const multiply = defineBinary({
  name: 'multiply',
  operand: 'number',
  expression: (math, a, b) => math.mul(a, b),
  reference: (a, b, dtype) => (dtype === 'float32' ? a * b : Math.imul(a, b)),
  gradient: {
    a: ({ b, dy }) => multiply(dy, b),
    b: ({ a, dy }) => multiply(dy, a),
  },
})
