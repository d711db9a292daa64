import { defineBinary } from './elementwise.js'
import { negative } from './negative.js'

/** `a - b`, elementwise. */
export const subtract = defineBinary({
  name: 'subtract',
  operand: 'number',
  expression: (math, a, b) => math.sub(a, b),
  reference: (a, b) => a - b,
  gradient: {
    a: ({ dy }) => dy,
    b: ({ dy }) => negative(dy),
  },
})
