import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { logOfParts, logSpecialCases, splitFloat } from './log.js'

/**
 * `log(1 + x)`, within 1 ulp of the correctly rounded value, also near 0 and for denormal x. `-0` stays `-0`;
 * `log1p(-1) = -infinity`; NaN for x below -1.
 *
 * With `u = 1 + x` rounded, and the exact rounding error `d = x - (u - 1)`: `log(1 + x) = log(u) + d / u`, up to
 * `(d / u)^2 / 2`.
 */
export const log1p = (l: LoopBuilder, x: Value): Value => {
  const one = l.float(1)
  const u = l.add(x, one)
  const correction = l.binary('div', l.sub(x, l.sub(u, one)), u)
  const result = logSpecialCases(l, u, logOfParts(l, splitFloat(l, u), correction))
  return l.select(l.compare('lt', l.unary('abs', x), l.float(2 ** -25)), x, result)
}
