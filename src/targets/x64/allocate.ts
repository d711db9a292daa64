import { InternalError } from '../../errors.js'
import { forEachRegister, type Item, type MachineCode } from './machineCode.js'
import { general, type Memory, machineRegister, type Register, type RegisterClass } from './operands.js'
import { rewriteSpills } from './spill.js'

/** Machine numbers that may be given to virtual registers, in order of preference. */
export type RegisterFile = Record<RegisterClass, readonly number[]>

export interface Allocation {
  /** Machine numbers that were given out. */
  readonly used: Readonly<Record<RegisterClass, ReadonlySet<number>>>
  /** Bytes of stack for spilled registers, from the stack pointer up. */
  readonly frameBytes: number
  /** Loads from and stores to the stack inside innermost loops: zero where speed matters. */
  readonly innermostSpills: number
}

/**
 * From the first write to the last read, in half steps: instruction i reads at 2i and writes at 2i + 1, so that a result
 * may take the register of an operand that ends with it.
 */
interface Interval {
  readonly register: Register
  readonly start: number
  end: number
  /** References, each ten times as heavy in a loop as around it. */
  weight: number
  /** A register it would like to share: that of a value it is made from. */
  hint: Register | undefined
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
    const intervals = findIntervals(code.items)
    const { spilled, used } = scan(intervals, file, brief)
    if (spilled.length === 0) {
      return { used, frameBytes, innermostSpills: countInnermost(code.items, stackPointer) }
    }
    const added = new Map<Register, Memory>()
    for (const register of spilled) {
      // The stack pointer is aligned to 64 bytes, and slots to their length.
      frameBytes = Math.ceil(frameBytes / register.bytes) * register.bytes
      added.set(register, { base: stackPointer, scale: 1, displacement: frameBytes })
      frameBytes += register.bytes
    }
    for (const { register } of intervals) if (!register.fixed) register.number = -1
    code.items = rewriteSpills(code.items, added, brief)
  }
}

interface OpenLoop {
  readonly start: number
  /** Intervals that begin before the loop and are used in it: they live to its end. */
  readonly through: Set<Interval>
}

function findIntervals(items: readonly Item[]): Interval[] {
  const intervals = new Map<Register, Interval>()
  const loops: OpenLoop[] = []
  let weight = 1
  let step = 0

  const touch = (register: Register, position: number): Interval | undefined => {
    if (register.fixed && register.registerClass === 'general' && register.number === general.rsp)
      return undefined
    let interval = intervals.get(register)
    if (!interval) {
      const start = register.fixed ? -1 : position
      interval = { register, start, end: position, weight: 0, hint: undefined }
      intervals.set(register, interval)
    }
    interval.end = Math.max(interval.end, position)
    interval.weight += weight
    const { start } = interval
    const outermost = loops.find((loop) => loop.start > start)
    outermost?.through.add(interval)
    return interval
  }

  for (const item of items) {
    step++
    if (item.kind === 'loopStart') {
      loops.push({ start: 2 * step, through: new Set() })
      weight *= 10
    } else if (item.kind === 'loopEnd') {
      weight /= 10
      for (const interval of loops.pop()?.through ?? []) interval.end = Math.max(interval.end, 2 * step)
    } else if (item.kind === 'instruction' || item.kind === 'pseudo') {
      // An arithmetic pseudo-instruction may write its result before it reads memory.
      const late = item.kind === 'pseudo' && item.bits <= 64
      const reading: Register[] = []
      let result: Interval | undefined
      forEachRegister(item, (register, reads, writes) => {
        if (reads) {
          const inAddress = late && !item.operands.includes(register)
          touch(register, 2 * step + (inAddress ? 1 : 0))
          reading.push(register)
        }
        if (writes) result = touch(register, 2 * step + 1)
      })
      if (result && result.start === 2 * step + 1) result.hint = hintOf(item, result, reading)
    }
  }
  return [...intervals.values()].sort((a, b) => a.start - b.start)
}

/** A sum would like to stay in its register; other results, in that of their first operand. */
function hintOf(item: Item, result: Interval, reading: readonly Register[]): Register | undefined {
  const same = reading.filter((register) => register.registerClass === result.register.registerClass)
  const addend = item.kind === 'pseudo' && item.name === 'fma' ? same.at(-1) : undefined
  return addend ?? same[0]
}

function scan(
  intervals: readonly Interval[],
  file: RegisterFile,
  brief: ReadonlySet<Register>,
): { spilled: Register[]; used: Record<RegisterClass, Set<number>> } {
  const used = { general: new Set<number>(), vector: new Set<number>(), mask: new Set<number>() }
  const active: Record<RegisterClass, Interval[]> = { general: [], vector: [], mask: [] }
  const taken = { general: new Set<number>(), vector: new Set<number>(), mask: new Set<number>() }
  const spilled: Register[] = []

  const give = (interval: Interval, number: number): void => {
    const { register } = interval
    register.number = number
    used[register.registerClass].add(number)
    taken[register.registerClass].add(number)
    active[register.registerClass].push(interval)
  }

  for (const interval of intervals) {
    const { register } = interval
    const rivals = active[register.registerClass]
    const busy = taken[register.registerClass]
    for (let i = rivals.length - 1; i >= 0; i--) {
      if (rivals[i].end >= interval.start) continue
      busy.delete(rivals[i].register.number)
      rivals[i] = rivals[rivals.length - 1]
      rivals.pop()
    }
    if (register.fixed) {
      if (busy.has(register.number)) throw new InternalError('a fixed register is not free')
      give(interval, register.number)
      continue
    }
    const wanted = interval.hint?.number ?? -1
    const allowed = file[register.registerClass]
    const number =
      wanted >= 0 && !busy.has(wanted) && allowed.includes(wanted)
        ? wanted
        : allowed.find((candidate) => !busy.has(candidate))
    if (number !== undefined) {
      give(interval, number)
      continue
    }
    const loser = leastUsed([...rivals, interval], brief)
    spilled.push(loser.register)
    if (loser === interval) continue
    rivals.splice(rivals.indexOf(loser), 1)
    give(interval, loser.register.number)
    loser.register.number = -1
  }
  return { spilled, used }
}

function leastUsed(intervals: readonly Interval[], brief: ReadonlySet<Register>): Interval {
  let best: Interval | undefined
  let least = Number.POSITIVE_INFINITY
  for (const interval of intervals) {
    if (brief.has(interval.register) || interval.register.fixed) continue
    const density = interval.weight / (interval.end - interval.start + 1)
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
