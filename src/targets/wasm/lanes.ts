import { InternalError } from '../../errors.js'
import { interleavedLanes } from '../../loops/interleavedLanes.js'
import { type Comparison, type Conversion, scalarOf, type Value } from '../../loops/ir.js'
import { floatBinary } from './floats.js'
import type { PlainInstruction } from './instructions.js'
import { integerBinary } from './integers.js'
import { isFloat, isVector, type Of, type Pair, pairOf, pushBinary, pushConstant } from './lowering.js'
import type { Values } from './values.js'

// ---- truth values ----

const floatComparison: Record<Comparison, Pair | undefined> = {
  eq: { scalar: 'f32.eq', vector: 'f32x4.eq' },
  ne: { scalar: 'f32.ne', vector: 'f32x4.ne' },
  lt: { scalar: 'f32.lt', vector: 'f32x4.lt' },
  le: { scalar: 'f32.le', vector: 'f32x4.le' },
  ltU: undefined,
  leU: undefined,
}

const integerComparison: Record<Comparison, Pair> = {
  eq: { scalar: 'i32.eq', vector: 'i32x4.eq' },
  ne: { scalar: 'i32.ne', vector: 'i32x4.ne' },
  lt: { scalar: 'i32.lt_s', vector: 'i32x4.lt_s' },
  le: { scalar: 'i32.le_s', vector: 'i32x4.le_s' },
  ltU: { scalar: 'i32.lt_u', vector: 'i32x4.lt_u' },
  leU: { scalar: 'i32.le_u', vector: 'i32x4.le_u' },
}

export function lowerCompare({ name, a, b }: Of<'compare'>, values: Values): void {
  const pair = (isFloat(a) ? floatComparison : integerComparison)[name]
  if (!pair) throw new InternalError(`${name} compares integers, not ${a.type}`)
  pushBinary(pairOf(pair, a), a, b, values)
}

const logic: Record<'and' | 'or', Pair> = {
  and: { scalar: 'i32.and', vector: 'v128.and' },
  or: { scalar: 'i32.or', vector: 'v128.or' },
}

export function lowerLogic({ name, a, b }: Of<'logic'>, values: Values): void {
  pushBinary(pairOf(logic[name], a), a, b, values)
}

export function lowerLogicNot({ a }: Of<'logicNot'>, values: Values): void {
  values.push(a)
  values.code.emit(isVector(a) ? 'v128.not' : 'i32.eqz')
}

export function lowerSelect({ condition, a, b }: Of<'select'>, values: Values): void {
  values.push(a)
  values.push(b)
  values.push(condition)
  // Masks are all ones or all zeros in each lane, for which the relaxed instruction has one meaning; it is one blend.
  const vector = values.relaxed ? 'i32x4.relaxed_laneselect' : 'v128.bitselect'
  values.code.emit(isVector(a) ? vector : 'select')
}

// ---- conversions and lanes ----

const conversion: Record<Conversion, { scalar?: PlainInstruction; vector?: PlainInstruction }> = {
  toFloat: { scalar: 'f32.convert_i32_s', vector: 'f32x4.convert_i32x4_s' },
  toFloatU: { scalar: 'f32.convert_i32_u', vector: 'f32x4.convert_i32x4_u' },
  toInt: { scalar: 'i32.trunc_sat_f32_s', vector: 'i32x4.trunc_sat_f32x4_s' },
  bitsToFloat: { scalar: 'f32.reinterpret_i32' },
  floatToBits: { scalar: 'i32.reinterpret_f32' },
  // True lanes are all ones, which is -1.
  boolToInt: { vector: 'i32x4.neg' },
}

export function lowerConvert({ name, a }: Of<'convert'>, values: Values): void {
  values.push(a)
  const instruction = conversion[name][isVector(a) ? 'vector' : 'scalar']
  if (instruction) values.code.emit(instruction)
}

export function lowerSplat({ a }: Of<'splat'>, values: Values, result: Value): void {
  const { code } = values
  const known = values.constantOf(a)
  if (known !== undefined) {
    pushConstant(result.type, known, values)
    return
  }
  const mask = scalarOf(a.type) === 'bool'
  if (mask) code.emit('i32.const', 0)
  values.push(a)
  if (mask) code.emit('i32.sub')
  code.emit(isFloat(a) ? 'f32x4.splat' : 'i32x4.splat')
}

export function lowerExtract({ a, lane }: Of<'extract'>, values: Values): void {
  const { code } = values
  values.push(a)
  code.emit(isFloat(a) ? 'f32x4.extract_lane' : 'i32x4.extract_lane', lane)
  if (a.type !== 'boolv') return
  code.emit('i32.const', 1)
  code.emit('i32.and')
}

/** Lanes 2 and 3 in the place of 0 and 1; then lane 1 in the place of lane 0. */
const halves = [
  [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
  [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7],
]

export function lowerReduce({ name, a }: Of<'reduce'>, values: Values): void {
  const { code } = values
  const instruction = isFloat(a) ? floatBinary[name].vector : (integerBinary[name].vector as PlainInstruction)
  values.push(a)
  for (const half of halves) {
    const local = code.local('v128')
    code.emit('local.tee', local)
    code.emit('local.get', local)
    code.emit('local.get', local)
    code.emit('i8x16.shuffle', half)
    code.emit(instruction)
  }
  code.emit(isFloat(a) ? 'f32x4.extract_lane' : 'i32x4.extract_lane', 0)
}

export function lowerInterleave(instruction: Of<'interleave'>, values: Values): void {
  values.push(instruction.a)
  values.push(instruction.b)
  const lanes = interleavedLanes(instruction, 4)
  values.code.emit(
    'i8x16.shuffle',
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  )
}
