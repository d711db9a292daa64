import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { expOfNegative } from './exp.js'

/**
 * The logistic function `1 / (1 + e^-x)`, within 2 ulp of the correctly rounded value. Results below the smallest
 * normal number 2^-126 are 0, as with `exp`. NaN stays.
 *
 * With `e = e^-|x|`, which cannot overflow: `1 / (1 + e)` for positive x and `e / (1 + e)` for negative.
 */
export const sigmoid = (l: LoopBuilder, x: Value): Value => {
  const power = expOfNegative(l, l.unary('neg', l.unary('abs', x)))
  const numerator = l.select(l.compare('lt', x, l.float(0)), power, l.float(1))
  return l.binary('div', numerator, l.add(power, l.float(1)))
}
