import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { flipSign, signOf } from './polynomial.js'
import { quarterTurn } from './trigonometry.js'

/**
 * The sine of x in radians, within 2 ulp of the correctly rounded value for `|x| <= 400,000`, denormal results
 * included, but for the few large x that lie so close to a multiple of pi that the absolute error, below 10^-12,
 * is more than that. Beyond 400,000 the error grows fast; far beyond, the result is some number in [-1, 1].
 * `-0` stays `-0`; NaN for infinities.
 */
export const sin = (l: LoopBuilder, x: Value): Value => {
  const { sin, cos, quarter } = quarterTurn(l, l.unary('abs', x))
  const odd = l.compare('ne', l.binary('and', quarter, l.int(1)), l.int(0))
  // After two quarters, the second bit, the sign changes.
  const turned = l.binary('shl', l.binary('shrU', quarter, l.int(1)), l.int(31))
  return flipSign(l, l.select(odd, cos, sin), l.binary('xor', turned, signOf(l, x)))
}
