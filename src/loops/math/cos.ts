import type { LoopBuilder } from '../builder.js'
import type { Value } from '../ir.js'
import { flipSign } from './polynomial.js'
import { quarterTurn } from './trigonometry.js'

/** The cosine of x in radians; accurate as `sin`, with odd multiples of pi / 2 in place of multiples of pi. */
export const cos = (l: LoopBuilder, x: Value): Value => {
  const { sin, cos, quarter } = quarterTurn(l, l.unary('abs', x))
  const odd = l.compare('ne', l.binary('and', quarter, l.int(1)), l.int(0))
  // cos(x) = sin(x + pi / 2): the sign changes after one quarter and again after three.
  const turned = l.binary('shl', l.binary('shrU', l.add(quarter, l.int(1)), l.int(1)), l.int(31))
  return flipSign(l, l.select(odd, sin, cos), turned)
}
