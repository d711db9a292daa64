import { defineUnary } from './elementwise.js'

/** Whether `x` is NaN, elementwise, as `bool`. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the field's name for it; the global is not used here.
export const isNaN = defineUnary({
  name: 'isNaN',
  operand: 'float',
  output: 'bool',
  expression: (math, x) => math.ne(x, x),
  reference: (x) => (Number.isNaN(x) ? 1 : 0),
})
