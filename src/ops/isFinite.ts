import { defineUnary } from './elementwise.js'

/** Whether `x` is neither NaN nor infinite, elementwise, as `bool`. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the field's name for it; the global is not used here.
export const isFinite = defineUnary({
  name: 'isFinite',
  operand: 'float',
  output: 'bool',
  expression: (math, x) => math.lt(math.abs(x), math.float(Number.POSITIVE_INFINITY)),
  // What is infinite in float32 is so here too.
  reference: (x) => (Number.isFinite(Math.fround(x)) ? 1 : 0),
})
