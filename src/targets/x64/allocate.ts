import { InternalError } from '../../errors.js'
import {
  forEachRegister,
  type Item,
  type MachineCode,
  type MachineInstruction,
  type PseudoInstruction,
} from './machineCode.js'
import {
  at,
  general,
  isMemory,
  type Memory,
  machineRegister,
  type Operand,
  Register,
  type RegisterClass,
} from './operands.js'
import { rewriteSpills } from './spill.js'

/** Machine numbers that may be given to virtual registers, in order of preference. */
export type RegisterFile = Record<RegisterClass, readonly number[]>

export interface Allocation {
  /** A bit for each machine number that was given out. */
  readonly used: Readonly<Record<RegisterClass, number>>
  /** Bytes of stack for spilled registers, from the stack pointer up. */
  readonly frameBytes: number
  /** Counts loads from and stores to the stack inside innermost loops: zero where speed matters. */
  innermostSpills(): number
}

/**
 * From the first write to the last read, in half steps: instruction i reads at 2i and writes at 2i + 1, so that a result
 * may take the register of an operand that ends with it.
 */
export interface Interval {
  readonly register: Register
  readonly start: number
  end: number
  /** A register it would like to share: that of a value it is made from. */
  hint: Register | undefined
  /** The outermost open loop that it was found to live through. */
  through: OpenLoop | undefined
}

/**
 * Gives every virtual register a machine one, by a linear scan over intervals. What finds none is kept on the stack: the
 * least used of those that compete; then the scan starts again with the loads and stores that this takes.
 */
export function allocate(code: MachineCode, file: RegisterFile): Allocation {
  /** Registers that hold a spilled one for one instruction. */
  const brief = new Set<Register>()
  const stackPointer = machineRegister('rsp')
  let frameBytes = 0
  for (;;) {
    const intervals = finder.find(code.items)
    const { spilled, used } = scan(intervals, code.items, file, brief)
    if (spilled.length === 0) {
      finder.forget()
      return { used, frameBytes, innermostSpills: () => countInnermost(code.items, stackPointer) }
    }
    const added = new Map<Register, Memory>()
    for (const register of spilled) {
      // The stack pointer is aligned to 64 bytes, and slots to their length.
      frameBytes = Math.ceil(frameBytes / register.bytes) * register.bytes
      added.set(register, at(stackPointer, frameBytes))
      frameBytes += register.bytes
    }
    for (let i = 0; i < intervals.length; i++) {
      const { register } = intervals[i]
      register.interval = undefined
      if (!register.fixed) register.number = -1
    }
    code.items = rewriteSpills(code.items, added, brief)
  }
}

interface OpenLoop {
  readonly start: number
  /** Intervals that begin before the loop and are used in it: they live to its end. */
  readonly through: Interval[]
}

class IntervalFinder {
  private readonly intervals: Interval[] = []
  private readonly loops: OpenLoop[] = []
  private step = 0

  /** In order of their starts. The list is good until the next is asked for. */
  find(items: readonly Item[]): readonly Interval[] {
    const { loops } = this
    this.forget()
    this.step = 0
    for (let i = 0; i < items.length; i++) {
      const item = items[i]
      this.step++
      if (item.kind === 'instruction' || item.kind === 'pseudo') this.visit(item)
      else if (item.kind === 'loopStart') {
        loops.push({ start: 2 * this.step, through: [] })
      } else if (item.kind === 'loopEnd') {
        for (const interval of loops.pop()?.through ?? []) {
          interval.end = 2 * this.step
          interval.through = undefined
        }
      }
    }
    return this.intervals
  }

  /** Lets go of what was found. */
  forget(): void {
    this.intervals.length = 0
  }

  private visit(item: MachineInstruction | PseudoInstruction): void {
    const { operands, rules } = item
    const before = 2 * this.step
    const after = before + 1
    // An arithmetic pseudo-instruction may write its result before it reads memory.
    const readsMemory = item.kind === 'pseudo' && item.bits <= 64 ? after : before
    let result: Interval | undefined
    for (let i = 0; i < operands.length; i++) {
      const operand = operands[i]
      if (operand instanceof Register) {
        const { access } = rules[i]
        const interval = this.touch(
          operand,
          access === 'write' ? after : before,
          access === 'read' ? before : after,
        )
        if (access !== 'read') result = interval
      } else if (isMemory(operand)) {
        if (operand.base) this.touchAddress(operand.base, before, readsMemory, operands)
        if (operand.index) this.touchAddress(operand.index, before, readsMemory, operands)
      }
    }
    if (result && result.start === after) result.hint = hintFor(item, result.register)
  }

  /** A register of an address, which may be an operand besides. */
  private touchAddress(
    register: Register,
    before: number,
    readsMemory: number,
    operands: readonly Operand[],
  ): void {
    const at = readsMemory !== before && operands.includes(register) ? before : readsMemory
    this.touch(register, at, at)
  }

  /** A register is needed from one position to another, both of the same instruction. */
  private touch(register: Register, first: number, last: number): Interval | undefined {
    let { interval } = register
    if (interval) {
      if (last > interval.end) interval.end = last
    } else {
      if (register.fixed && register.registerClass === 'general' && register.number === general.rsp)
        return undefined
      const start = register.fixed ? -1 : first
      interval = { register, start, end: last, hint: undefined, through: undefined }
      register.interval = interval
      this.insert(interval)
    }
    if (interval.through) return interval
    for (let i = 0; i < this.loops.length; i++) {
      const loop = this.loops[i]
      if (loop.start <= interval.start) continue
      loop.through.push(interval)
      interval.through = loop
      break
    }
    return interval
  }

  /** In order of starts, of which almost all come in that order. */
  private insert(interval: Interval): void {
    const { intervals } = this
    let at = intervals.length
    intervals.push(interval)
    for (; at > 0 && intervals[at - 1].start > interval.start; at--) intervals[at] = intervals[at - 1]
    intervals[at] = interval
  }
}

/** A sum would like to stay in its register, that of the last operand; other results, in that of their first. */
function hintFor(
  item: MachineInstruction | PseudoInstruction,
  { registerClass }: Register,
): Register | undefined {
  const { operands, rules } = item
  const isSum = item.kind === 'pseudo' && item.name === 'fma'
  let hint: Register | undefined
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]
    if (operand instanceof Register) {
      if (rules[i].access !== 'write' && operand.registerClass === registerClass) hint = operand
    } else if (isMemory(operand)) {
      const { base, index } = operand
      if (base?.registerClass === registerClass) hint = base
      else if (index?.registerClass === registerClass) hint = index
    }
    if (hint && !isSum) return hint
  }
  return hint
}

/** One for all functions: a new list is one of integers for V8, so that code which it made for lists of intervals would be of no use. */
const finder = new IntervalFinder()

interface Class {
  readonly allowed: readonly number[]
  readonly active: Interval[]
  /** A bit for each machine number that an active interval has. */
  taken: number
  /** The same for those that were ever given. */
  used: number
}

/** Whether a machine number is among those that have a bit. */
export const isIn = (bits: number, number: number): boolean => ((bits >>> number) & 1) === 1

function scan(
  intervals: readonly Interval[],
  items: readonly Item[],
  file: RegisterFile,
  brief: ReadonlySet<Register>,
): { spilled: Register[]; used: Allocation['used'] } {
  const newClass = (allowed: readonly number[]): Class => ({ allowed, active: [], taken: 0, used: 0 })
  const classes: Record<RegisterClass, Class> = {
    general: newClass(file.general),
    vector: newClass(file.vector),
    mask: newClass(file.mask),
  }
  const spilled: Register[] = []
  let weights: ReadonlyMap<Register, number> | undefined

  for (let i = 0; i < intervals.length; i++) {
    const interval = intervals[i]
    const own = classes[interval.register.registerClass]
    expire(own, interval.start)
    if (takesFree(own, interval)) continue
    weights ??= weigh(items)
    spilled.push(evict(own, interval, brief, weights))
  }
  const { general, vector, mask } = classes
  return {
    spilled,
    used: { general: general.used, vector: vector.used, mask: mask.used },
  }
}

/** Takes back the numbers of intervals that end before a position. */
function expire(own: Class, position: number): void {
  const { active } = own
  for (let i = active.length - 1; i >= 0; i--) {
    if (active[i].end >= position) continue
    own.taken &= ~(1 << active[i].register.number)
    active[i] = active[active.length - 1]
    active.pop()
  }
}

/** Gives the interval its fixed number or one that is free. False if none is. */
function takesFree(own: Class, interval: Interval): boolean {
  const { register, hint } = interval
  if (register.fixed && isIn(own.taken, register.number)) {
    throw new InternalError('a fixed register is not free')
  }
  const number = register.fixed ? register.number : freeNumber(own, hint)
  if (number >= 0) give(own, interval, number)
  return number >= 0
}

function give(own: Class, interval: Interval, number: number): void {
  interval.register.number = number
  own.used |= 1 << number
  own.taken |= 1 << number
  own.active.push(interval)
}

/** Finds the least used of those that compete, which gets no number; if it has one, `interval` takes that. */
function evict(
  own: Class,
  interval: Interval,
  brief: ReadonlySet<Register>,
  weights: ReadonlyMap<Register, number>,
): Register {
  const { active } = own
  const loser = leastUsed([...active, interval], brief, weights)
  if (loser === interval) return interval.register
  active.splice(active.indexOf(loser), 1)
  give(own, interval, loser.register.number)
  loser.register.number = -1
  return loser.register
}

/** The number of the hint if it may be had, else the first that is free; -1 if none is. */
function freeNumber({ allowed, taken }: Class, hint: Register | undefined): number {
  const wanted = hint?.number ?? -1
  if (wanted >= 0 && !isIn(taken, wanted) && allowed.includes(wanted)) return wanted
  for (let i = 0; i < allowed.length; i++) if (!isIn(taken, allowed[i])) return allowed[i]
  return -1
}

/** References to each register, each ten times as heavy in a loop as around it. Few functions ask for them. */
function weigh(items: readonly Item[]): Map<Register, number> {
  const weights = new Map<Register, number>()
  let weight = 1
  const add = (register: Register, reads: boolean, writes: boolean): void => {
    const more = reads && writes ? 2 * weight : weight
    weights.set(register, (weights.get(register) ?? 0) + more)
  }
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (item.kind === 'instruction' || item.kind === 'pseudo') forEachRegister(item, add)
    else if (item.kind === 'loopStart') weight *= 10
    else if (item.kind === 'loopEnd') weight /= 10
  }
  return weights
}

function leastUsed(
  intervals: readonly Interval[],
  brief: ReadonlySet<Register>,
  weights: ReadonlyMap<Register, number>,
): Interval {
  let best: Interval | undefined
  let least = Number.POSITIVE_INFINITY
  for (const interval of intervals) {
    if (brief.has(interval.register) || interval.register.fixed) continue
    const weight = weights.get(interval.register) ?? 0
    const density = weight / (interval.end - interval.start + 1)
    if (density < least) {
      best = interval
      least = density
    }
  }
  if (!best) throw new InternalError('one instruction needs more registers than there are')
  return best
}

/** Instructions inside innermost loops that use the stack. */
function countInnermost(items: readonly Item[], stackPointer: Register): number {
  let count = 0
  let inThis = 0
  let innermost = false
  for (const item of items) {
    if (item.kind === 'loopStart') {
      innermost = true
      inThis = 0
    } else if (item.kind === 'loopEnd') {
      if (innermost) count += inThis
      innermost = false
    } else if (item.kind === 'instruction' || item.kind === 'pseudo') {
      forEachRegister(item, (register) => {
        if (register === stackPointer) inThis++
      })
    }
  }
  return count
}
