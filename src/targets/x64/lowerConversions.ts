import type { Value } from '../../loops/ir.js'
import { isVector } from './analysis.js'
import type { Bits } from './encoder.js'
import type { Register } from './operands.js'
import { type Of, type Values, wordOf } from './values.js'

export function lowerConvert({ name, a }: Of<'convert'>, to: Register, values: Values): void {
  const { code } = values
  switch (name) {
    case 'toFloat':
      if (isVector(a)) code.emit('vcvtdq2ps', values.bits, [to, values.operand(a)])
      else code.emit('vcvtsi2ss', 32, [to, values.splatRegister(0, 128), values.register(a)])
      return
    case 'toFloatU':
      unsignedToFloat(a, to, values)
      return
    case 'toInt': {
      if (isVector(a)) {
        floatToInt(values.register(a), to, values.bits, values)
        return
      }
      const lane = code.short()
      floatToInt(values.register(a), lane, 128, values)
      code.emit('vmovd_from', 128, [to, lane])
      return
    }
    case 'bitsToFloat':
      if (isVector(a)) code.move(to, values.register(a))
      else code.emit('vmovd', 128, [to, values.register(a)])
      return
    case 'floatToBits':
      if (isVector(a)) code.move(to, values.register(a))
      else code.emit('vmovd_from', 128, [to, values.register(a)])
      return
    case 'boolToInt':
      boolToInt(a, to, values)
  }
}

function unsignedToFloat(a: Value, to: Register, values: Values): void {
  const { code, bits } = values
  if (!isVector(a)) {
    // A 32-bit move clears the upper half: the number as a 64-bit integer.
    const wide = code.general()
    code.emit('mov', 32, [wide, values.register(a)])
    code.emit('vcvtsi2ss', 64, [to, values.splatRegister(0, 128), wide])
    return
  }
  if (values.evex) {
    code.emit('vcvtudq2ps', bits, [to, values.operand(a)])
    return
  }
  // 2^23 + low and 2^39 + 2^16 high are floats with those halves as their last bits; only the last sum is rounded.
  const constant = (value: number) => values.splatConstant(wordOf('f32', value), bits)
  const [low, lowFloat, high, highFloat, difference] = Array.from({ length: 5 }, () => code.vector())
  const x = values.register(a)
  code.emit('vandps', bits, [low, x, values.splatConstant(0xffff, bits)])
  code.emit('vorps', bits, [lowFloat, low, constant(2 ** 23)])
  code.emit('vpsrld', bits, [high, x, 16])
  code.emit('vorps', bits, [highFloat, high, constant(2 ** 39)])
  code.emit('vsubps', bits, [difference, highFloat, constant(2 ** 39 + 2 ** 23)])
  code.emit('vaddps', bits, [to, difference, lowFloat])
}

const ordered = 7
const greaterOrEqual = 29

/** The machine gives -2^31 for all that does not fit, NaN included: mended to 2^31 - 1 above, and to 0 for NaN. */
function floatToInt(x: Register, to: Register, bits: Bits, values: Values): void {
  const { code } = values
  const limit = values.splatConstant(wordOf('f32', 2 ** 31), bits)
  const whole = bits === 128 ? code.short() : code.vector()
  if (values.evex) {
    const [isNumber, above] = [code.mask(), code.mask()]
    const flipped = bits === 128 ? code.short() : code.vector()
    code.emit('vcmpps_mask', bits, [isNumber, x, x, ordered])
    code.emit('vcmpps_mask', bits, [above, x, limit, greaterOrEqual])
    code.emit('vcvttps2dq', bits, [whole, x], { mask: isNumber, zeroing: true })
    code.emit('vxorps', bits, [flipped, whole, values.splatConstant(-1, bits)])
    code.emit('vblendmps', bits, [to, whole, flipped], { mask: above })
    return
  }
  const [isNumber, above, saturated] = Array.from({ length: 3 }, () => values.fresh('f32v'))
  code.emit('vcmpps', bits, [isNumber, x, x, ordered])
  code.emit('vcmpps', bits, [above, x, limit, greaterOrEqual])
  code.emit('vcvttps2dq', bits, [whole, x])
  code.emit('vxorps', bits, [saturated, whole, above])
  code.emit('vandps', bits, [to, saturated, isNumber])
}

function boolToInt(a: Value, to: Register, values: Values): void {
  const { code, bits } = values
  const x = values.register(a)
  if (!isVector(a)) code.move(to, x)
  else if (values.evex) {
    code.emit('vbroadcastss', bits, [to, code.constant([1])], { mask: x, zeroing: true })
  } else code.emit('vpsrld', bits, [to, x, 31])
}

/** The lane numbers, as words behind the code. */
export function lowerLanes(to: Register, values: Values): void {
  const lanes = Array.from({ length: values.width }, (_, lane) => lane)
  values.code.emit('vmovups', values.bits, [to, values.code.constant(lanes)])
}
