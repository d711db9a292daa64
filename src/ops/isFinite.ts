import { defineUnary } from './elementwise.js'

/** Whether `x` is neither NaN nor infinite, elementwise, as `bool`. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the field's name for it; the global is not used here.
export const isFinite = defineUnary({
  name: 'isFinite',
  operand: 'float',
  output: 'bool',
  expression: (math, x) => math.lt(math.abs(x), math.float(Number.POSITIVE_INFINITY)),
  reference: (x) => (Number.isFinite(x) ? 1 : 0),
})
