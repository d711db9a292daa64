import { defineBinary } from './elementwise.js'

/** `a + b`, elementwise. */
export const add = defineBinary({
  name: 'add',
  operand: 'number',
  expression: (math, a, b) => math.add(a, b),
  reference: (a, b) => a + b,
  gradient: {
    a: ({ dy }) => dy,
    b: ({ dy }) => dy,
  },
})
