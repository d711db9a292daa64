import { InternalError } from '../../errors.js'
import {
  type Instruction,
  type Storage,
  scalarOf,
  storageBytes,
  type Value,
  type ValueType,
  type Variable,
} from '../../loops/ir.js'
import { type Analysis, isVector, type Place } from './analysis.js'
import type { Bits } from './encoder.js'
import type { MachineCode } from './machineCode.js'
import {
  at,
  broadcastFrom,
  displacedTo,
  type Memory,
  type Operand,
  type Register,
  type Scale,
} from './operands.js'

export type Of<O extends Instruction['op']> = Extract<Instruction, { readonly op: O }>

/** Computes a value into a register. It is written by the last instruction, so that operands may share it. */
export type Compute = (to: Register) => void

/** A value whose instruction was passed and which is computed where it is needed, or when it would become too late. */
interface Waiting {
  readonly value: Value
  readonly compute: Compute
  /** Memory it can be read from instead. May emit code for the address. */
  readonly memory?: () => Memory
  /** Whether a store may change it. */
  readonly reads: boolean
}

const floatWord = new Float32Array(1)
const wordOfFloat = new Int32Array(floatWord.buffer)

/** The 32 bits of a number as a float or as an integer. */
export function wordOf(type: ValueType, value: number): number {
  if (scalarOf(type) !== 'f32') return value | 0
  floatWord[0] = value
  return wordOfFloat[0]
}

/** Where the values of a function are while it is lowered. */
export class Values {
  /** By id of the value, or of the variable. */
  private readonly registers: (Register | undefined)[]
  private readonly variableRegisters = new Set<Register>()
  private readonly waiting = new Map<number, Waiting>()
  /** Indices extended to 64 bits, by register, as long as the block lasts in which they were. */
  private extended = new Map<Register, Register>()
  /** Ids of the variables that an alias or a waiting value reads, by the id of the value. */
  private readonly readVariables: (readonly number[] | undefined)[]

  constructor(
    readonly code: MachineCode,
    readonly analysis: Analysis,
    /** Lanes: 8 for AVX2, 16 for AVX-512. */
    readonly width: 8 | 16,
  ) {
    this.registers = new Array(analysis.uses.length).fill(undefined)
    this.readVariables = new Array(analysis.uses.length).fill(undefined)
  }

  /** Whether EVEX instructions, 32 vector registers and mask registers are there. */
  get evex(): boolean {
    return this.width === 16
  }

  get bits(): Bits {
    return this.width === 16 ? 512 : 256
  }

  /** Width of the instructions for values of a type: scalar floats lie in lane 0 of 128 bits. */
  bitsOf(value: Value): Bits {
    return isVector(value) ? this.bits : 128
  }

  fresh(type: ValueType): Register {
    switch (type) {
      case 'f32':
        return this.code.short()
      case 'i32':
      case 'bool':
      case 'ptr':
        return this.code.general()
      case 'boolv':
        return this.evex ? this.code.mask() : this.code.vector()
      case 'f32v':
      case 'i32v':
        return this.code.vector()
    }
  }

  constantOf(value: Value): number | undefined {
    return this.analysis.constantOf(value)
  }

  // ---- definitions ----

  define(value: Value, register: Register): void {
    this.registers[value.id] = register
  }

  /** Makes a value stand for the variable as long as it lasts. */
  alias(value: Value, variable: Variable): void {
    this.registers[value.id] = this.variable(variable)
    this.readVariables[value.id] = [variable.id]
  }

  declare(variable: Variable): Register {
    const register = this.fresh(variable.type)
    this.registers[variable.id] = register
    this.variableRegisters.add(register)
    return register
  }

  variable(variable: Variable): Register {
    const register = this.registers[variable.id]
    if (!register) throw new InternalError(`variable %${variable.id} is not declared`)
    return register
  }

  /** Leaves a value to be computed where it is used. `operands` are what it depends on. */
  defer(waiting: Waiting, operands: readonly Value[]): void {
    this.waiting.set(waiting.value.id, waiting)
    let variables: readonly number[] | undefined
    for (let i = 0; i < operands.length; i++) {
      const operand = operands[i]
      const more = this.readVariables[this.analysis.placeOf(operand).root.id]
      if (more) variables = variables ? [...variables, ...more] : more
    }
    this.readVariables[waiting.value.id] = variables
  }

  /** Computes what waits and reads memory: before a store. */
  beforeStore(): void {
    if (this.waiting.size === 0) return
    for (const { value, reads } of [...this.waiting.values()]) if (reads) this.register(value)
  }

  /** Computes what waits for a variable's present value: before it changes. `next` is about to be computed into it. */
  beforeSet(variable: Variable, next: Value): void {
    if (this.waiting.size === 0) return
    for (const { value } of [...this.waiting.values()]) {
      if (value.id !== next.id && this.readVariables[value.id]?.includes(variable.id)) this.register(value)
    }
  }

  /** Computes all that waits: before control flows elsewhere. All but `condition`, which decides where. */
  beforeControl(condition?: Value): void {
    for (const { value } of [...this.waiting.values()]) if (value.id !== condition?.id) this.register(value)
  }

  /** Runs what emits a block: what is computed only in it is not known after it. */
  inBlock(body: () => void): void {
    const outer = this.extended
    this.extended = new Map(outer)
    body()
    this.beforeControl()
    this.extended = outer
  }

  // ---- uses ----

  /** A register with the value. Not to be written. */
  register(value: Value): Register {
    const known = this.registers[value.id]
    if (known) return known
    const waiting = this.waiting.get(value.id)
    const to = this.fresh(value.type)
    if (waiting) {
      this.waiting.delete(value.id)
      waiting.compute(to)
      this.registers[value.id] = to
      return to
    }
    this.loadConstant(to, value)
    return to
  }

  /** Computes a value that waits into a given register, or copies it there. */
  into(to: Register, value: Value): void {
    const waiting = this.waiting.get(value.id)
    if (waiting) {
      this.waiting.delete(value.id)
      waiting.compute(to)
    } else if (this.registers[value.id]) {
      const from = this.register(value)
      if (from !== to) this.code.move(to, from)
    } else this.loadConstant(to, value)
  }

  /**
   * A value as the operand that may be memory: a load that waits, or a constant behind the code. For instructions whose
   * memory is as long as the value and, in EVEX, may be broadcast.
   */
  operand(value: Value): Register | Memory {
    if (this.registers[value.id]) return this.register(value)
    const waiting = this.waiting.get(value.id)
    if (waiting?.memory) {
      this.waiting.delete(value.id)
      return waiting.memory()
    }
    const known = waiting ? undefined : this.constantOf(value)
    if (known === undefined || scalarOf(value.type) === 'bool') return this.register(value)
    if (value.type === 'f32') return this.code.constant([wordOf('f32', known)])
    return isVector(value) ? this.splatConstant(wordOf(value.type, known), this.bits) : this.register(value)
  }

  /** Whether `operand` would give memory. */
  isMemory(value: Value): boolean {
    if (this.registers[value.id]) return false
    const waiting = this.waiting.get(value.id)
    if (waiting) return waiting.memory !== undefined
    return value.type === 'f32' || value.type === 'f32v' || value.type === 'i32v'
  }

  /** An integer as an operand that may be an immediate. */
  integerOperand(value: Value): Operand {
    const known = this.constantOf(value)
    return known === undefined ? this.operand(value) : known | 0
  }

  /** A 32-bit word in every lane, as memory. */
  splatConstant(word: number, bits: Bits): Memory {
    if (this.evex) return broadcastFrom(this.code.constant([word]))
    return this.code.constant(new Array<number>(bits / 32).fill(word))
  }

  /** A vector register with a word in every lane. */
  splatRegister(word: number, bits: Bits): Register {
    const to = bits === 128 ? this.code.short() : this.code.vector()
    this.loadSplat(to, word, bits)
    return to
  }

  /** Takes a value that waits out of the queue, to be computed in another way. False if it does not wait. */
  takeWaiting(value: Value): boolean {
    return this.waiting.delete(value.id)
  }

  // ---- addresses ----

  /** `base + offset` as an operand, for an access through `pointer`. */
  address(pointer: Value, offset = 0): Memory {
    const place = this.analysis.placeOf(pointer)
    const displacement = place.offset + offset
    const indexed = this.waiting.has(place.root.id) ? this.indexedAddress(place.root) : undefined
    const memory = indexed ?? at(this.register(place.root))
    return this.displaced(memory, displacement)
  }

  /** A register with the address of a place. */
  pointer({ root, offset }: Place): Register {
    if (offset === 0) return this.register(root)
    const to = this.code.general()
    const memory = at(this.register(root))
    this.code.emit('lea', 64, [to, this.displaced(memory, offset)])
    return to
  }

  /** Displacements beyond 32 bits need an instruction of their own. */
  private displaced(memory: Memory, displacement: number): Memory {
    if (displacement === (displacement | 0)) return displacedTo(displacement, memory)
    const rest = displacement | 0
    const base = this.code.general()
    const quarter = (displacement - rest) / 4
    this.code.emit('lea', 64, [base, displacedTo(0, memory)])
    for (let i = 0; i < 4; i++) this.code.pseudo('add', 64, [base, base, quarter])
    return at(base, rest)
  }

  /** The address of an `advance` that waits, if an operand can express it. */
  private indexedAddress(root: Value): Memory | undefined {
    const advance = this.analysis.variableAdvanceOf(root)
    if (!advance || !isScale(advance.bytes)) return undefined
    this.waiting.delete(root.id)
    return at(this.pointer(advance.base), 0, this.extend(advance.index), advance.bytes)
  }

  /** A 32-bit index as a signed 64-bit number. */
  extend(index: Value): Register {
    const register = this.register(index)
    const known = this.extended.get(register)
    if (known) return known
    const wide = this.code.general()
    this.code.emit('movsxd', 64, [wide, register])
    // A variable may change before the next use.
    if (!this.variableRegisters.has(register)) this.extended.set(register, wide)
    return wide
  }

  private loadConstant(to: Register, value: Value): void {
    const known = this.constantOf(value)
    if (known === undefined) throw new InternalError(`value %${value.id} is used before it is computed`)
    const word = wordOf(value.type, known)
    if (to.registerClass === 'general') this.code.emit('mov_imm', 32, [to, word])
    else if (to.registerClass === 'mask') this.code.emit(known === 0 ? 'kxorw' : 'kxnorw', 128, [to, to, to])
    else this.loadSplat(to, value.type === 'boolv' ? -word : word, this.bitsOf(value))
  }

  private loadSplat(to: Register, word: number, bits: Bits): void {
    const { code } = this
    if (word === 0) code.emit('vxorps', 128, [to, to, to])
    else if (bits === 128) code.emit('vmovss', 128, [to, code.constant([word])])
    else code.emit('vbroadcastss', bits, [to, code.constant([word])])
  }
}

export const isScale = (bytes: number): bytes is Scale =>
  bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8

/** Whether a load of a storage type gives the elements as they lie, so that arithmetic can read them itself. */
export const isPlain = (storage: Storage): boolean => storageBytes[storage] === 4
