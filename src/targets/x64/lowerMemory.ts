import type { Statement, Value } from '../../loops/ir.js'
import { isFloat, isVector } from './analysis.js'
import { inLane } from './lowerLanes.js'
import { at, broadcastFrom, displacedTo, type Memory, memoryOperand, type Register } from './operands.js'
import { isPlain, type Of, type Values } from './values.js'

type Store = Extract<Statement, { readonly kind: 'store' }>

/** A mask of the first `count` lanes. */
function maskRegister(count: number, values: Values): Register {
  const { code } = values
  const [word, mask] = [code.general(), code.mask()]
  code.emit('mov_imm', 32, [word, 2 ** count - 1])
  code.emit('kmovw_general', 128, [mask, word])
  return mask
}

/** The same where masks are vectors. */
function maskVector(count: number, values: Values): Register {
  const mask = values.code.vector()
  const words = Array.from({ length: values.width }, (_, lane) => (lane < count ? -1 : 0))
  values.code.emit('vmovups', values.bits, [mask, values.code.constant(words)])
  return mask
}

type Prefetch = Extract<Statement, { readonly kind: 'prefetch' }>

export function lowerPrefetch({ base, offset }: Prefetch, values: Values): void {
  values.code.emit('prefetcht0', 64, [values.address(base, offset)])
}

const bytesAfter = (memory: Memory, bytes: number): Memory => displacedTo(memory.displacement + bytes, memory)

// ---- loads ----

/** Whether arithmetic may read the load's memory itself. */
export const isWholeLoad = ({ storage, count }: Of<'load'>, result: Value, values: Values): boolean =>
  isPlain(storage) && count === (isVector(result) ? values.width : 1)

export function lowerLoad(load: Of<'load'>, result: Value, to: Register, values: Values): void {
  const { code } = values
  const { storage, count } = load
  const memory = values.address(load.base, load.offset)
  if (!isVector(result)) {
    if (storage === 'u8') code.emit('movzx_byte', 32, [to, memory])
    else if (storage === 'i32') code.emit('mov', 32, [to, memory])
    else code.emit('vmovss', 128, [to, memory])
  } else if (storage === 'u8') loadBytes(count, memory, to, values)
  else loadWords(count, memory, to, values)
}

/** Loads into a part of a register clear its other lanes. */
function loadWords(count: number, memory: Memory, to: Register, values: Values): void {
  const { code, bits, width } = values
  if (count === width) code.emit('vmovups', bits, [to, memory])
  else if (count === 8) code.emit('vmovups', 256, [to, memory])
  else if (count === 4) code.emit('vmovups', 128, [to, memory])
  else if (count === 2) code.emit('vmovq', 128, [to, memory])
  else if (count === 1) code.emit('vmovss', 128, [to, memory])
  else if (values.evex) {
    code.emit('vmovups', bits, [to, memory], { mask: maskRegister(count, values), zeroing: true })
  } else code.emit('vmaskmovps', bits, [to, maskVector(count, values), memory])
}

function loadBytes(count: number, memory: Memory, to: Register, values: Values): void {
  const { code, bits, width, evex } = values
  if (count === width) code.emit('vpmovzxbd', bits, [to, memory])
  else if (evex) {
    code.emit('vpmovzxbd', bits, [to, memory], { mask: maskRegister(count, values), zeroing: true })
  } else code.emit('vpmovzxbd', bits, [to, gatherBytes(count, memory, values)])
}

/** Fewer than eight bytes from memory, in the low lanes of a register: by four, two and one. */
function gatherBytes(count: number, memory: Memory, values: Values): Register {
  const { code } = values
  let gathered = code.short()
  let done = 0
  if (count >= 4) {
    code.emit('vmovd', 128, [gathered, memory])
    done = 4
  } else code.emit('vxorps', 128, [gathered, gathered, gathered])
  for (const [bytes, insert] of [
    [2, 'vpinsrw'],
    [1, 'vpinsrb'],
  ] as const) {
    if (count - done < bytes) continue
    const next = code.short()
    code.emit(insert, 128, [next, gathered, bytesAfter(memory, done), done / bytes])
    gathered = next
    done += bytes
  }
  return gathered
}

export function splatMemory({ base, offset }: Of<'loadSplat'>, values: Values): Memory {
  return broadcastFrom(values.address(base, offset))
}

export function lowerLoadSplat(load: Of<'loadSplat'>, to: Register, values: Values): void {
  const { code, bits, evex } = values
  const memory = values.address(load.base, load.offset)
  if (load.storage !== 'u8') {
    code.emit('vbroadcastss', bits, [to, memory])
    return
  }
  const byte = code.general()
  code.emit('movzx_byte', 32, [byte, memory])
  if (evex) code.emit('vpbroadcastd_general', bits, [to, byte])
  else code.emit('vpbroadcastd', bits, [to, inLane(byte, values)])
}

export function lowerLoadIndexed(load: Of<'loadIndexed'>, to: Register, values: Values): void {
  const { code, bits, evex } = values
  const index = values.register(load.index)
  const memory = values.address(load.base, load.offset)
  if (load.storage === 'u8') {
    gatherByLane(index, memory, to, values)
    return
  }
  // A gather adds its indices to a register and a constant.
  const base = code.general()
  if (memory.index) code.emit('lea', 64, [base, displacedTo(0, memory)])
  const { displacement } = memory
  const address = memoryOperand(memory.index ? base : memory.base, index, 4, displacement, undefined, false)
  const gathered = values.splatRegister(0, bits)
  if (evex) {
    const mask = code.mask()
    code.emit('kxnorw', 128, [mask, mask, mask])
    code.emit('vgatherdps', bits, [gathered, address], { mask })
  } else {
    const mask = code.vector()
    code.emit('vpcmpeqd', bits, [mask, mask, mask])
    code.emit('vgatherdps_vex', bits, [gathered, address, mask])
  }
  code.move(to, gathered)
}

/** Bytes are fetched one by one, since a gather would read three more at each address. */
function gatherByLane(index: Register, memory: Memory, to: Register, values: Values): void {
  const { code, evex } = values
  const base = code.general()
  code.emit('lea', 64, [base, memory])
  const quarters: Register[] = []
  for (let quarter = 0; quarter < values.width / 4; quarter++) {
    let indices = index
    if (quarter > 0) {
      indices = code.short()
      if (evex) code.emit('vextractf32x4', values.bits, [indices, index, quarter])
      else code.emit('vextractf128', values.bits, [indices, index, quarter])
    }
    let bytes = values.splatRegister(0, 128)
    for (let lane = 0; lane < 4; lane++) {
      const [word, wide, next] = [code.general(), code.general(), code.short()]
      code.emit('vpextrd', 128, [word, indices, lane])
      code.emit('movsxd', 64, [wide, word])
      code.emit('vpinsrb', 128, [next, bytes, at(base, 0, wide), lane])
      bytes = next
    }
    quarters.push(bytes)
  }
  // Four quarters of four bytes each, side by side, become the lanes.
  let pairs = quarters
  while (pairs.length > 1) pairs = joinPairs(pairs, values)
  code.emit('vpmovzxbd', values.bits, [to, pairs[0]])
}

function joinPairs(parts: readonly Register[], values: Values): Register[] {
  const joined: Register[] = []
  for (let i = 0; i < parts.length; i += 2) {
    const both = values.code.short()
    // Two words become the low half of a register; two such halves, all of it.
    if (parts.length === 4 || values.width === 8) {
      values.code.emit('vpunpckldq', 128, [both, parts[i], parts[i + 1]])
    } else values.code.emit('vpunpcklqdq', 128, [both, parts[i], parts[i + 1]])
    joined.push(both)
  }
  return joined
}

// ---- stores ----

export function lowerStore({ storage, base, offset, value, count }: Store, values: Values): void {
  const { code } = values
  const source = values.register(value)
  const memory = values.address(base, offset)
  values.beforeStore()
  if (!isVector(value)) {
    if (storage === 'u8') code.emit('mov_store8', 32, [memory, source])
    else if (isFloat(value)) code.emit('vmovss_store', 128, [memory, source])
    else code.emit('mov_store', 32, [memory, source])
  } else if (storage === 'u8') storeBytes(count, memory, source, values)
  else storeWords(count, memory, source, values)
}

function storeWords(count: number, memory: Memory, source: Register, values: Values): void {
  const { code, bits, width } = values
  if (count === width) code.emit('vmovups_store', bits, [memory, source])
  else if (count === 8) code.emit('vmovups_store', 256, [memory, source])
  else if (count === 4) code.emit('vmovups_store', 128, [memory, source])
  else if (count === 2) code.emit('vmovq_store', 128, [memory, source])
  else if (count === 1) code.emit('vmovss_store', 128, [memory, source])
  else if (values.evex) {
    code.emit('vmovups_store', bits, [memory, source], { mask: maskRegister(count, values) })
  } else code.emit('vmaskmovps_store', bits, [memory, maskVector(count, values), source])
}

function storeBytes(count: number, memory: Memory, source: Register, values: Values): void {
  const { code, bits, width } = values
  if (values.evex) {
    const mask = count === width ? {} : { mask: maskRegister(count, values) }
    code.emit('vpmovdb', bits, [memory, source], mask)
    return
  }
  const bytes = lowBytes(source, values)
  if (count === 8) {
    code.emit('vmovq_store', 128, [memory, bytes])
    return
  }
  let done = 0
  for (const [length, extract] of [
    [4, 'vpextrd'],
    [2, 'vpextrw'],
    [1, 'vpextrb'],
  ] as const) {
    if (count - done < length) continue
    code.emit(extract, 128, [bytesAfter(memory, done), bytes, done / length])
    done += length
  }
}

/** The low bytes of eight lanes, side by side. */
function lowBytes(source: Register, values: Values): Register {
  const { code } = values
  const order = values.code.constant([0x0c080400, -1, -1, -1, 0x0c080400, -1, -1, -1])
  const [shuffled, upper, bytes] = [code.vector(), code.short(), code.short()]
  code.emit('vpshufb', 256, [shuffled, source, order])
  code.emit('vextractf128', 256, [upper, shuffled, 1])
  code.emit('vpunpckldq', 128, [bytes, shuffled, upper])
  return bytes
}
