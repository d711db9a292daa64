import { defineUnary } from './elementwise.js'

/** The nearest integer, elementwise; halves go to the even one. No gradient flows. */
export const round = defineUnary({
  name: 'round',
  operand: 'number',
  expression: (math, x, dtype) => (dtype === 'float32' ? math.round(x) : x),
  reference: roundHalfToEven,
})

function roundHalfToEven(x: number): number {
  const nearest = Math.round(x)
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest
}
