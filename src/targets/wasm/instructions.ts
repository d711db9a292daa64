import { type ByteWriter, type WasmType, wasmTypeCode } from './encoder.js'

/** What follows an opcode, by kind. */
interface Immediates {
  none: []
  /** A local. */
  local: [index: number]
  /** How many enclosing blocks a branch leaves. */
  label: [depth: number]
  /** The result of a block. */
  block: [result?: WasmType]
  i32: [value: number]
  f32: [value: number]
  /** The sixteen bytes of a constant, or the byte numbers of a shuffle. */
  bytes: [bytes: ArrayLike<number>]
  lane: [lane: number]
  /** The offset added to an address: it never wraps. */
  memory: [offset: number]
  memoryLane: [offset: number, lane: number]
}

type ImmediateKind = keyof Immediates

interface Row<K extends ImmediateKind = ImmediateKind> {
  readonly opcode: readonly number[]
  readonly immediate: K
  /** For memory: log2 of the alignment that addresses surely have, that of one element of any storage used with it. */
  readonly alignment: number
}

function plain(opcode: number): Row<'none'>
function plain<K extends ImmediateKind>(opcode: number, immediate: K, alignment?: number): Row<K>
function plain(opcode: number, immediate: ImmediateKind = 'none', alignment = 0): Row {
  return { opcode: [opcode], immediate, alignment }
}

/** Instructions behind a prefix. Their numbers are LEB128: two bytes from 128 on. */
function prefixed(prefix: number, opcode: number, immediate: ImmediateKind, alignment: number): Row {
  const number = opcode < 128 ? [opcode] : [(opcode & 127) | 128, opcode >> 7]
  return { opcode: [prefix, ...number], immediate, alignment }
}

function simd(opcode: number): Row<'none'>
function simd<K extends ImmediateKind>(opcode: number, immediate: K, alignment?: number): Row<K>
function simd(opcode: number, immediate: ImmediateKind = 'none', alignment = 0): Row {
  return prefixed(0xfd, opcode, immediate, alignment)
}

function saturating(opcode: number): Row<'none'>
function saturating(opcode: number): Row {
  return prefixed(0xfc, opcode, 'none', 0)
}

/**
 * Every WebAssembly instruction that Gradus emits: name, opcode, kind of immediate, and for memory the alignment.
 * Source: WebAssembly Core Specification 3.0, section 5.4 (Binary Format, Instructions).
 */
export const instructions = {
  unreachable: plain(0x00),
  block: plain(0x02, 'block'),
  loop: plain(0x03, 'block'),
  if: plain(0x04, 'block'),
  else: plain(0x05),
  end: plain(0x0b),
  br: plain(0x0c, 'label'),
  br_if: plain(0x0d, 'label'),
  select: plain(0x1b),

  'local.get': plain(0x20, 'local'),
  'local.set': plain(0x21, 'local'),
  'local.tee': plain(0x22, 'local'),

  'i32.load': plain(0x28, 'memory', 2),
  'f32.load': plain(0x2a, 'memory', 2),
  'i32.load8_u': plain(0x2d, 'memory'),
  'i32.load16_u': plain(0x2f, 'memory'),
  'i32.store': plain(0x36, 'memory', 2),
  'f32.store': plain(0x38, 'memory', 2),
  'i32.store8': plain(0x3a, 'memory'),

  'i32.const': plain(0x41, 'i32'),
  'f32.const': plain(0x43, 'f32'),

  'i32.eqz': plain(0x45),
  'i32.eq': plain(0x46),
  'i32.ne': plain(0x47),
  'i32.lt_s': plain(0x48),
  'i32.lt_u': plain(0x49),
  'i32.le_s': plain(0x4c),
  'i32.le_u': plain(0x4d),
  'i32.ge_s': plain(0x4e),
  'f32.eq': plain(0x5b),
  'f32.ne': plain(0x5c),
  'f32.lt': plain(0x5d),
  'f32.le': plain(0x5f),

  'i32.add': plain(0x6a),
  'i32.sub': plain(0x6b),
  'i32.mul': plain(0x6c),
  'i32.div_s': plain(0x6d),
  'i32.div_u': plain(0x6e),
  'i32.rem_s': plain(0x6f),
  'i32.rem_u': plain(0x70),
  'i32.and': plain(0x71),
  'i32.or': plain(0x72),
  'i32.xor': plain(0x73),
  'i32.shl': plain(0x74),
  'i32.shr_s': plain(0x75),
  'i32.shr_u': plain(0x76),

  'f32.abs': plain(0x8b),
  'f32.neg': plain(0x8c),
  'f32.ceil': plain(0x8d),
  'f32.floor': plain(0x8e),
  'f32.trunc': plain(0x8f),
  'f32.nearest': plain(0x90),
  'f32.sqrt': plain(0x91),
  'f32.add': plain(0x92),
  'f32.sub': plain(0x93),
  'f32.mul': plain(0x94),
  'f32.div': plain(0x95),

  'f32.convert_i32_s': plain(0xb2),
  'f32.convert_i32_u': plain(0xb3),
  'i32.reinterpret_f32': plain(0xbc),
  'f32.reinterpret_i32': plain(0xbe),
  'i32.trunc_sat_f32_s': saturating(0x00),

  'v128.load': simd(0x00, 'memory', 2),
  'v128.load8_splat': simd(0x07, 'memory'),
  'v128.load32_splat': simd(0x09, 'memory', 2),
  'v128.store': simd(0x0b, 'memory', 2),
  'v128.const': simd(0x0c, 'bytes'),
  'i8x16.shuffle': simd(0x0d, 'bytes'),
  'i32x4.splat': simd(0x11),
  'f32x4.splat': simd(0x13),
  'i32x4.extract_lane': simd(0x1b, 'lane'),
  'i32x4.replace_lane': simd(0x1c, 'lane'),
  'f32x4.extract_lane': simd(0x1f, 'lane'),

  'i32x4.eq': simd(0x37),
  'i32x4.ne': simd(0x38),
  'i32x4.lt_s': simd(0x39),
  'i32x4.lt_u': simd(0x3a),
  'i32x4.le_s': simd(0x3d),
  'i32x4.le_u': simd(0x3e),
  'f32x4.eq': simd(0x41),
  'f32x4.ne': simd(0x42),
  'f32x4.lt': simd(0x43),
  'f32x4.le': simd(0x45),

  'v128.not': simd(0x4d),
  'v128.and': simd(0x4e),
  'v128.or': simd(0x50),
  'v128.xor': simd(0x51),
  'v128.bitselect': simd(0x52),

  'v128.load8_lane': simd(0x54, 'memoryLane'),
  'v128.load32_lane': simd(0x56, 'memoryLane', 2),
  'v128.store8_lane': simd(0x58, 'memoryLane'),
  'v128.store16_lane': simd(0x59, 'memoryLane'),
  'v128.store32_lane': simd(0x5a, 'memoryLane'),
  'v128.store64_lane': simd(0x5b, 'memoryLane', 2),
  'v128.load32_zero': simd(0x5c, 'memory'),
  'v128.load64_zero': simd(0x5d, 'memory', 2),

  'f32x4.ceil': simd(0x67),
  'f32x4.floor': simd(0x68),
  'f32x4.trunc': simd(0x69),
  'f32x4.nearest': simd(0x6a),

  'i16x8.extend_low_i8x16_u': simd(0x89),
  'i32x4.extend_low_i16x8_u': simd(0xa9),

  'i32x4.abs': simd(0xa0),
  'i32x4.neg': simd(0xa1),
  'i32x4.shl': simd(0xab),
  'i32x4.shr_s': simd(0xac),
  'i32x4.shr_u': simd(0xad),
  'i32x4.add': simd(0xae),
  'i32x4.sub': simd(0xb1),
  'i32x4.mul': simd(0xb5),
  'i32x4.min_s': simd(0xb6),
  'i32x4.max_s': simd(0xb8),

  'f32x4.abs': simd(0xe0),
  'f32x4.neg': simd(0xe1),
  'f32x4.sqrt': simd(0xe3),
  'f32x4.add': simd(0xe4),
  'f32x4.sub': simd(0xe5),
  'f32x4.mul': simd(0xe6),
  'f32x4.div': simd(0xe7),
  'f32x4.pmin': simd(0xea),
  'f32x4.pmax': simd(0xeb),

  'i32x4.trunc_sat_f32x4_s': simd(0xf8),
  'f32x4.convert_i32x4_s': simd(0xfa),
  'f32x4.convert_i32x4_u': simd(0xfb),

  'f32x4.relaxed_madd': simd(0x105),
  'i32x4.relaxed_laneselect': simd(0x10b),
} as const satisfies Record<string, Row>

export type WasmInstruction = keyof typeof instructions

type KindOf<N extends WasmInstruction> = (typeof instructions)[N]['immediate']

/** The instructions with no immediate. */
export type PlainInstruction = {
  [N in WasmInstruction]: KindOf<N> extends 'none' ? N : never
}[WasmInstruction]

/** What follows the opcode of an instruction. */
export type ImmediatesOf<N extends WasmInstruction> = Immediates[KindOf<N>]

const emptyBlock = 0x40

const immediateWriters: {
  readonly [K in ImmediateKind]: (out: ByteWriter, row: Row, ...values: Immediates[K]) => void
} = {
  none: () => {},
  local: (out, _, index) => out.unsigned(index),
  label: (out, _, depth) => out.unsigned(depth),
  block: (out, _, result) => out.byte(result === undefined ? emptyBlock : wasmTypeCode[result]),
  i32: (out, _, value) => out.signed(value),
  f32: (out, _, value) => out.float32(value),
  bytes: (out, _, bytes) => out.raw(bytes),
  lane: (out, _, lane) => out.byte(lane),
  memory: (out, row, offset) => {
    out.unsigned(row.alignment)
    out.unsigned(offset)
  },
  memoryLane: (out, row, offset, lane) => {
    out.unsigned(row.alignment)
    out.unsigned(offset)
    out.byte(lane)
  },
}

/** Appends one instruction. */
export function writeInstruction<N extends WasmInstruction>(
  out: ByteWriter,
  name: N,
  ...immediates: ImmediatesOf<N>
): void {
  const row: Row = instructions[name]
  out.raw(row.opcode)
  const write = immediateWriters[row.immediate] as (out: ByteWriter, row: Row, ...values: unknown[]) => void
  write(out, row, ...immediates)
}
