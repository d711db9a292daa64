import type { DType } from '../graph/dtype.js'
import type { Attributes, Elementwise } from '../graph/op.js'
import type { ScalarMath } from '../graph/scalarMath.js'

/** About how many additions each function takes the time of, on vectors. */
const costs: Record<keyof ScalarMath<unknown>, number> = {
  ...{ float: 0, int: 0, bool: 0, coordinate: 0, linearIndex: 0 },
  ...{ add: 1, sub: 1, mul: 1, neg: 1, abs: 1, min: 1, max: 1, mulAdd: 1 },
  ...{ eq: 1, ne: 1, lt: 1, le: 1, select: 1, and: 1, or: 1, not: 1 },
  ...{ bitAnd: 1, bitOr: 1, bitXor: 1, shiftLeft: 1, shiftRightUnsigned: 1 },
  ...{ floor: 1, ceil: 1, trunc: 1, round: 1 },
  ...{ toFloat: 1, toInt: 2, boolToInt: 1, bitsToFloat: 0, floatToBits: 0 },
  ...{ div: 4, sqrt: 4, intDiv: 20, intRem: 20 },
  ...{ exp: 12, expm1: 20, log: 16, log1p: 20, tanh: 20, sigmoid: 16, erf: 30, sin: 20, cos: 20, pow: 40 },
}

export type ExpressionCost = (
  op: Elementwise<Attributes>,
  attributes: Attributes,
  inputDtypes: readonly DType[],
) => number

/** Tells about how many additions it takes to compute one element of an elementwise op, by arithmetic that adds up costs. */
export function expressionCosts(): ExpressionCost {
  let total = 0
  const counting = Object.fromEntries(
    Object.entries(costs).map(([name, cost]) => [
      name,
      () => {
        total += cost
        return null
      },
    ]),
  ) as unknown as ScalarMath<null>
  return (op, attributes, inputDtypes) => {
    total = 0
    const inputs = inputDtypes.map(() => null)
    op.expression(counting, inputs, attributes, inputDtypes)
    return total
  }
}
