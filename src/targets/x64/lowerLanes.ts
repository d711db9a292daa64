import { interleavedLanes } from '../../loops/interleavedLanes.js'
import type { Comparison, FloatBinary, Value } from '../../loops/ir.js'
import { scalarOf } from '../../loops/ir.js'
import { isFloat, isVector } from './analysis.js'
import type { Condition } from './instructions.js'
import { upperHalf } from './lowerDivision.js'
import { floatInstruction } from './lowerFloats.js'
import { integerInstruction } from './lowerIntegers.js'
import type { Register } from './operands.js'
import type { Of, Values } from './values.js'

// ---- comparisons ----

/** Predicates of `vcmpps`: ordered and quiet, but for `ne`. */
const floatPredicate: Record<Exclude<Comparison, 'ltU' | 'leU'>, number> = { eq: 0, ne: 4, lt: 17, le: 18 }

/** Conditions after `cmp a, b`. */
const integerCondition: Record<Comparison, Condition> = {
  eq: 'e',
  ne: 'ne',
  lt: 'l',
  le: 'le',
  ltU: 'b',
  leU: 'be',
}

export function lowerCompare(instruction: Of<'compare'>, to: Register, values: Values): void {
  const { a } = instruction
  if (isFloat(a)) compareFloats(instruction, to, values)
  else if (isVector(a)) compareVectors(instruction, to, values)
  else {
    const byte = values.code.general()
    values.code.emit(`set${compareFlags(instruction, values)}`, 32, [byte])
    values.code.emit('movzx_byte', 32, [to, byte])
  }
}

/** Compares two integers and says under which condition the comparison holds. */
export function compareFlags({ name, a, b }: Of<'compare'>, values: Values): Condition {
  const left = values.register(a)
  const right = values.integerOperand(b)
  if (typeof right !== 'number') values.code.emit('cmp', 32, [left, right])
  else values.code.emit(right >= -128 && right <= 127 ? 'cmp_imm8' : 'cmp_imm32', 32, [left, right])
  return integerCondition[name]
}

function compareFloats({ name, a, b }: Of<'compare'>, to: Register, values: Values): void {
  const { code, evex, bits } = values
  const predicate = floatPredicate[name as keyof typeof floatPredicate]
  const left = values.register(a)
  const right = values.operand(b)
  if (isVector(a)) {
    code.emit(evex ? 'vcmpps_mask' : 'vcmpps', bits, [to, left, right, predicate])
    return
  }
  if (evex) {
    const mask = code.mask()
    code.emit('vcmpss_mask', 128, [mask, left, right, predicate])
    code.emit('kmovw_from', 128, [to, mask])
    return
  }
  const [lane, word] = [code.short(), code.general()]
  code.emit('vcmpss', 128, [lane, left, right, predicate])
  code.emit('vmovd_from', 128, [word, lane])
  code.pseudo('and', 32, [to, word, 1])
}

/** Predicates of `vpcmpd` and `vpcmpud`. */
const integerPredicate: Record<Comparison, number> = { eq: 0, ne: 4, lt: 1, le: 2, ltU: 1, leU: 2 }

function compareVectors({ name, a, b }: Of<'compare'>, to: Register, values: Values): void {
  const { code, bits } = values
  const left = values.register(a)
  if (values.evex) {
    const unsigned = name === 'ltU' || name === 'leU'
    const operands = [to, left, values.operand(b), integerPredicate[name]]
    code.emit(unsigned ? 'vpcmpud' : 'vpcmpd', bits, operands)
    return
  }
  const not = (result: Register): void =>
    code.emit('vxorps', bits, [to, result, values.splatConstant(-1, bits)])
  const result = code.vector()
  switch (name) {
    case 'eq':
      code.emit('vpcmpeqd', bits, [to, left, values.operand(b)])
      return
    case 'ne':
      code.emit('vpcmpeqd', bits, [result, left, values.operand(b)])
      not(result)
      return
    case 'lt':
      code.emit('vpcmpgtd', bits, [to, values.register(b), left])
      return
    case 'le':
      code.emit('vpcmpgtd', bits, [result, left, values.operand(b)])
      not(result)
      return
    case 'ltU': {
      const [x, y] = [code.vector(), code.vector()]
      code.emit('vxorps', bits, [x, left, values.splatConstant(-(2 ** 31), bits)])
      code.emit('vxorps', bits, [y, values.register(b), values.splatConstant(-(2 ** 31), bits)])
      code.emit('vpcmpgtd', bits, [to, y, x])
      return
    }
    case 'leU':
      code.emit('vpminud', bits, [result, left, values.operand(b)])
      code.emit('vpcmpeqd', bits, [to, result, left])
  }
}

// ---- truth values ----

export function lowerLogic({ name, a, b }: Of<'logic'>, to: Register, values: Values): void {
  const { code } = values
  const [x, y] = [values.register(a), values.register(b)]
  if (!isVector(a)) code.pseudo(name, 32, [to, x, y])
  else if (values.evex) code.emit(`k${name}w`, 128, [to, x, y])
  else code.emit(`v${name}ps`, values.bits, [to, x, y])
}

export function lowerLogicNot({ a }: Of<'logicNot'>, to: Register, values: Values): void {
  const { code } = values
  const x = values.register(a)
  if (!isVector(a)) code.pseudo('xor', 32, [to, x, 1])
  else if (values.evex) code.emit('knotw', 128, [to, x])
  else code.emit('vxorps', values.bits, [to, x, values.splatConstant(-1, values.bits)])
}

/** Sets the flags by a truth value and says under which condition it holds. */
export function flagsOf(condition: Value, values: Values): Condition {
  const definition = values.analysis.definitionOf(condition)
  if (definition?.op === 'compare' && values.takeWaiting(condition)) return compareFlags(definition, values)
  const register = values.register(condition)
  values.code.emit('test', 32, [register, register])
  return 'ne'
}

export function lowerSelect({ condition, a, b }: Of<'select'>, to: Register, values: Values): void {
  const { code, evex } = values
  if (to.registerClass === 'general') {
    const [x, y] = [values.register(a), values.register(b)]
    code.pseudo('choose', 32, [to, y, x], flagsOf(condition, values))
    return
  }
  if (to.registerClass === 'mask') {
    const [c, x, y] = [values.register(condition), values.register(a), values.register(b)]
    const [both, neither] = [code.mask(), code.mask()]
    code.emit('kandw', 128, [both, c, x])
    code.emit('kandnw', 128, [neither, c, y])
    code.emit('korw', 128, [to, both, neither])
    return
  }
  const bits = values.bitsOf(a)
  const mask = isVector(condition) ? values.register(condition) : maskOf(condition, values)
  const otherwise = values.register(b)
  // A scalar's memory is shorter than what a blend reads.
  const chosen = isVector(a) && scalarOf(a.type) !== 'bool' ? values.operand(a) : values.register(a)
  if (evex) code.emit('vblendmps', bits, [to, otherwise, chosen], { mask })
  else code.emit('vblendvps', bits, [to, otherwise, chosen, mask])
}

/** A scalar truth value as a mask for every lane. */
function maskOf(condition: Value, values: Values): Register {
  const { code } = values
  const word = code.general()
  code.pseudo('neg', 32, [word, values.register(condition)])
  const mask = values.evex ? code.mask() : code.short()
  code.emit(values.evex ? 'kmovw_general' : 'vmovd', 128, [mask, word])
  return mask
}

// ---- lanes ----

export function lowerSplat({ a }: Of<'splat'>, to: Register, values: Values): void {
  const { code, bits, evex } = values
  if (a.type === 'f32') {
    code.emit('vbroadcastss', bits, [to, values.operand(a)])
  } else if (a.type === 'bool') {
    if (evex) code.move(to, maskOf(a, values))
    else code.emit('vpbroadcastd', bits, [to, maskOf(a, values)])
  } else if (values.isMemory(a) || !evex) {
    const source = values.isMemory(a) ? values.operand(a) : inLane(values.register(a), values)
    code.emit('vpbroadcastd', bits, [to, source])
  } else code.emit('vpbroadcastd_general', bits, [to, values.register(a)])
}

/** A general register's lower half in lane 0 of a vector. */
export function inLane(word: Register, values: Values): Register {
  const lane = values.code.short()
  values.code.emit('vmovd', 128, [lane, word])
  return lane
}

export function lowerExtract({ a, lane }: Of<'extract'>, to: Register, values: Values): void {
  const { code } = values
  const x = values.register(a)
  if (a.type === 'boolv') {
    const word = code.general()
    if (values.evex) code.emit('kmovw_from', 128, [word, x])
    else code.emit('vmovmskps', values.bits, [word, x])
    const shifted = code.general()
    code.pseudo('shr', 32, [shifted, word, lane])
    code.pseudo('and', 32, [to, shifted, 1])
    return
  }
  if (a.type === 'f32v') moveLane(to, x, lane, values)
  else {
    const first = code.vector()
    moveLane(first, x, lane, values)
    code.emit('vmovd_from', 128, [to, first])
  }
}

/** Moves one lane to lane 0. */
function moveLane(to: Register, x: Register, lane: number, values: Values): void {
  const { code, bits } = values
  if (lane === 0) code.move(to, x)
  else if (values.evex) code.emit('valignd', bits, [to, x, x, lane])
  else {
    const half = lane >= 4 ? upperHalf(x, values) : x
    code.emit('vpermilps', 128, [to, half, lane & 3])
  }
}

/** Combines lane i with lane i + n/2 of n lanes, for n = width, width/2, ... 2. */
export function lowerReduce({ name, a }: Of<'reduce'>, to: Register, values: Values): void {
  const { code, evex } = values
  const combine = (result: Register, low: Register, high: Register, bits: 128 | 256): void => {
    if (!isFloat(a)) code.emit(integerInstruction(name), bits, [result, low, high])
    else {
      // As in `lowerFloatBinary`: the machine's min and max take their operands the other way round.
      const swaps = name === 'min' || name === 'max'
      const operands = swaps ? [result, high, low] : [result, low, high]
      code.emit(floatInstruction(name as FloatBinary, true), bits, operands)
    }
  }
  let x = values.register(a)
  if (evex) {
    const eight = code.vector()
    combine(eight, x, upperHalf(x, values), 256)
    x = eight
  }
  const [upper, four] = [code.short(), code.short()]
  code.emit(evex ? 'vextractf32x4' : 'vextractf128', 256, [upper, x, 1])
  combine(four, x, upper, 128)
  const [second, two] = [code.short(), code.short()]
  code.emit('vpermilps', 128, [second, four, 0b1110])
  combine(two, four, second, 128)
  const last = code.short()
  code.emit('vpermilps', 128, [last, two, 1])
  if (isFloat(a)) combine(to, two, last, 128)
  else {
    const one = code.short()
    combine(one, two, last, 128)
    code.emit('vmovd_from', 128, [to, one])
  }
}

export function lowerInterleave(instruction: Of<'interleave'>, to: Register, values: Values): void {
  const { run, odd, a, b } = instruction
  const { code, bits, evex, width } = values
  const [x, y] = [values.register(a), values.register(b)]
  if (run === 2) code.emit(odd ? 'vunpckhpd' : 'vunpcklpd', bits, [to, x, y])
  else if (evex && run === 8) code.emit('vshuff32x4', bits, [to, x, y, odd ? 0xee : 0x44])
  else if (evex) {
    const mixed = code.vector()
    code.emit('vmovups', bits, [mixed, code.constant(interleavedLanes(instruction, width))])
    code.emit('vpermi2ps', bits, [mixed, x, y])
    code.move(to, mixed)
  } else if (run === 4) code.emit('vperm2f128', bits, [to, x, y, odd ? 0x31 : 0x20])
  else {
    const copies = code.vector()
    code.emit(odd ? 'vmovshdup' : 'vmovsldup', bits, [copies, odd ? x : y])
    code.emit('vblendps', bits, odd ? [to, copies, y, 0xaa] : [to, x, copies, 0xaa])
  }
}
