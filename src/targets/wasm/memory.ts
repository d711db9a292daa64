import { InternalError } from '../../errors.js'
import type { Statement, Storage, Value } from '../../loops/ir.js'
import type { CodeWriter } from './codeWriter.js'
import { isVector, type Of } from './lowering.js'
import type { Values } from './values.js'

type Store = Extract<Statement, { kind: 'store' }>

/** Bytes 0 to 3, as unsigned numbers, in lanes 0 to 3. */
function widenBytes(code: CodeWriter): void {
  code.emit('i16x8.extend_low_i8x16_u')
  code.emit('i32x4.extend_low_i16x8_u')
}

/** `base + index * bytes`, without the constants that `placeOf` splits off. */
export function lowerAdvance(_: Of<'advance'>, values: Values, result: Value): void {
  const { code } = values
  const advance = values.analysis.variableAdvanceOf(result)
  if (!advance) throw new InternalError(`pointer ${result.id} has no variable part`)
  const { base, index, bytes } = advance
  values.pushRoot(base)
  values.push(index)
  const shift = Math.log2(bytes)
  if (bytes !== 1) {
    code.emit('i32.const', Number.isInteger(shift) ? shift : bytes)
    code.emit(Number.isInteger(shift) ? 'i32.shl' : 'i32.mul')
  }
  code.emit('i32.add')
}

// ---- loads ----

export function lowerLoad(instruction: Of<'load'>, values: Values, result: Value): void {
  const { storage, base, offset, count } = instruction
  if (!isVector(result)) {
    values.code.emit(scalarLoad[storage], values.pushAddress(base, offset))
    return
  }
  const load = (storage === 'u8' ? byteLoads : wordLoads)[count]
  if (!load) throw new InternalError(`a vector of 4 lanes cannot load ${count} elements`)
  load(base, offset, values)
  // The elements are in bytes 0 to 3, with zeros after them; what lies in later bytes is dropped here.
  if (storage === 'u8') widenBytes(values.code)
}

const scalarLoad: Record<Storage, 'f32.load' | 'i32.load' | 'i32.load8_u'> = {
  f32: 'f32.load',
  i32: 'i32.load',
  u8: 'i32.load8_u',
}

type VectorLoad = (base: Value<'ptr'>, offset: number, values: Values) => void

/** How the first 1 to 4 lanes of 32 bits are loaded. */
const wordLoads: Record<number, VectorLoad | undefined> = {
  1: (base, offset, values) => {
    values.code.emit('v128.load32_zero', values.pushAddress(base, offset))
  },
  2: (base, offset, values) => {
    values.code.emit('v128.load64_zero', values.pushAddress(base, offset))
  },
  3: (base, offset, values) => {
    const { code } = values
    const { address, rest } = addressInLocal(base, offset, values)
    code.emit('local.get', address)
    code.emit('local.get', address)
    code.emit('v128.load64_zero', rest)
    code.emit('v128.load32_lane', rest + 8, 2)
  },
  4: (base, offset, values) => {
    values.code.emit('v128.load', values.pushAddress(base, offset))
  },
}

/** How the first 1 to 4 bytes are loaded, into the first bytes of a vector. */
const byteLoads: Record<number, VectorLoad | undefined> = {
  1: (base, offset, values) => {
    values.code.emit('i32.load8_u', values.pushAddress(base, offset))
    values.code.emit('i32x4.splat')
  },
  2: (base, offset, values) => {
    values.code.emit('i32.load16_u', values.pushAddress(base, offset))
    values.code.emit('i32x4.splat')
  },
  3: (base, offset, values) => {
    const { code } = values
    const { address, rest } = addressInLocal(base, offset, values)
    code.emit('local.get', address)
    code.emit('i32.load16_u', rest)
    code.emit('local.get', address)
    code.emit('i32.load8_u', rest + 2)
    code.emit('i32.const', 16)
    code.emit('i32.shl')
    code.emit('i32.or')
    code.emit('i32x4.splat')
  },
  4: (base, offset, values) => {
    values.code.emit('v128.load32_zero', values.pushAddress(base, offset))
  },
}

function addressInLocal(
  base: Value<'ptr'>,
  offset: number,
  values: Values,
): { address: number; rest: number } {
  const rest = values.pushAddress(base, offset)
  const address = values.code.local('i32')
  values.code.emit('local.set', address)
  return { address, rest }
}

export function lowerLoadSplat({ storage, base, offset }: Of<'loadSplat'>, values: Values): void {
  const { code } = values
  const rest = values.pushAddress(base, offset)
  if (storage === 'u8') {
    code.emit('i32.load8_u', rest)
    code.emit('i32x4.splat')
  } else code.emit('v128.load32_splat', rest)
}

/** All four addresses are computed as a vector and put on the stack, the last lane's first; then come the loads. */
export function lowerLoadIndexed({ storage, base, offset, index }: Of<'loadIndexed'>, values: Values): void {
  const { code } = values
  const addresses = code.local('v128')
  const rest = values.pushAddress(base, offset)
  code.emit('i32x4.splat')
  values.push(index)
  if (storage !== 'u8') {
    code.emit('i32.const', 2)
    code.emit('i32x4.shl')
  }
  code.emit('i32x4.add')
  code.emit('local.set', addresses)
  for (let lane = 3; lane >= 0; lane--) {
    code.emit('local.get', addresses)
    code.emit('i32x4.extract_lane', lane)
  }
  code.emit(storage === 'u8' ? 'v128.load8_splat' : 'v128.load32_zero', rest)
  for (let lane = 1; lane < 4; lane++) {
    code.emit(storage === 'u8' ? 'v128.load8_lane' : 'v128.load32_lane', rest, lane)
  }
  if (storage === 'u8') widenBytes(code)
}

// ---- stores ----

export function emitStore({ storage, base, offset, value, count }: Store, values: Values): void {
  const { code } = values
  const rest = values.pushAddress(base, offset)
  if (!isVector(value) || (storage !== 'u8' && count === 4)) {
    values.push(value)
    code.emit(isVector(value) ? 'v128.store' : scalarStore[storage], rest)
    return
  }
  const parts = (storage === 'u8' ? byteParts : wordParts)[count]
  if (!parts) throw new InternalError(`a vector of 4 lanes cannot store ${count} elements`)
  const address = code.local('i32')
  const lanes = code.local('v128')
  code.emit('local.set', address)
  values.push(value)
  if (storage === 'u8') narrowToBytes(code)
  code.emit('local.set', lanes)
  for (const part of parts) {
    code.emit('local.get', address)
    code.emit('local.get', lanes)
    code.emit(part.store, rest + part.offset, part.lane)
  }
}

const scalarStore: Record<Storage, 'f32.store' | 'i32.store' | 'i32.store8'> = {
  f32: 'f32.store',
  i32: 'i32.store',
  u8: 'i32.store8',
}

interface PartialStore {
  readonly store: 'v128.store8_lane' | 'v128.store16_lane' | 'v128.store32_lane' | 'v128.store64_lane'
  readonly offset: number
  readonly lane: number
}

/** How the first 1 to 3 lanes of 32 bits are stored. */
const wordParts: Record<number, readonly PartialStore[] | undefined> = {
  1: [{ store: 'v128.store32_lane', offset: 0, lane: 0 }],
  2: [{ store: 'v128.store64_lane', offset: 0, lane: 0 }],
  3: [
    { store: 'v128.store64_lane', offset: 0, lane: 0 },
    { store: 'v128.store32_lane', offset: 8, lane: 2 },
  ],
}

/** How the first 1 to 4 bytes are stored. */
const byteParts: Record<number, readonly PartialStore[] | undefined> = {
  1: [{ store: 'v128.store8_lane', offset: 0, lane: 0 }],
  2: [{ store: 'v128.store16_lane', offset: 0, lane: 0 }],
  3: [
    { store: 'v128.store16_lane', offset: 0, lane: 0 },
    { store: 'v128.store8_lane', offset: 2, lane: 2 },
  ],
  4: [{ store: 'v128.store32_lane', offset: 0, lane: 0 }],
}

/** The low byte of each lane, in bytes 0 to 3. */
const lowBytes = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]

function narrowToBytes(code: CodeWriter): void {
  const lanes = code.local('v128')
  code.emit('local.tee', lanes)
  code.emit('local.get', lanes)
  code.emit('i8x16.shuffle', lowBytes)
}
