import type { Interval } from './allocate.js'

/** The three register files that code uses: 16 general, 32 vector (16 without EVEX), 8 mask registers. */
export type RegisterClass = 'general' | 'vector' | 'mask'

/** A register: a machine one, or a virtual one, which gets its number from the allocator. */
export class Register {
  /** Whether it is a machine register from the start. */
  readonly fixed: boolean
  /** Where it is needed: known while the allocator works. */
  interval: Interval | undefined = undefined

  constructor(
    readonly registerClass: RegisterClass,
    /** Bytes that are kept when it is spilled. */
    readonly bytes: number,
    /** Machine number; -1 while it has none. */
    public number = -1,
  ) {
    this.fixed = number >= 0
  }
}

/** Bytes that stand behind the code and are addressed relative to it. */
export interface Constant {
  readonly bytes: Uint8Array
}

export type Scale = 1 | 2 | 4 | 8

/** `[base + index * scale + displacement]`, or the place of a constant. */
export interface Memory {
  readonly base?: Register
  readonly index?: Register
  readonly scale: Scale
  readonly displacement: number
  readonly constant?: Constant
  /** EVEX: one 32-bit element, copied into every lane. */
  readonly broadcast?: boolean
}

/** Numbers are immediates. */
export type Operand = Register | Memory | number

export const isRegister = (operand: Operand): operand is Register => operand instanceof Register

export const isMemory = (operand: Operand): operand is Memory =>
  typeof operand === 'object' && !(operand instanceof Register)

/** Machine numbers of general registers. */
export const general = {
  rax: 0,
  rcx: 1,
  rdx: 2,
  rbx: 3,
  rsp: 4,
  rbp: 5,
  rsi: 6,
  rdi: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
} as const

export const machineRegister = (name: keyof typeof general): Register =>
  new Register('general', 8, general[name])

/**
 * All memory operands are made by this: V8 then reads their fields without asking which they have. A spread would give each of them a hidden
 * class of its own.
 */
export const memoryOperand = (
  base: Register | undefined,
  index: Register | undefined,
  scale: Scale,
  displacement: number,
  constant: Constant | undefined,
  broadcast: boolean | undefined,
): Memory => ({ base, index, scale, displacement, constant, broadcast })

/** `[base + index * scale + displacement]` */
export const at = (base: Register, displacement = 0, index?: Register, scale: Scale = 1): Memory =>
  memoryOperand(base, index, scale, displacement, undefined, false)

/** The place of a constant. */
export const constantAt = (constant: Constant): Memory =>
  memoryOperand(undefined, undefined, 1, 0, constant, false)

/** The same address but for its displacement. */
export const displacedTo = (
  displacement: number,
  { base, index, scale, constant, broadcast }: Memory,
): Memory => memoryOperand(base, index, scale, displacement, constant, broadcast)

/** One 32-bit element in memory, for every lane. */
export const broadcastFrom = ({ base, index, scale, displacement, constant }: Memory): Memory =>
  memoryOperand(base, index, scale, displacement, constant, true)
