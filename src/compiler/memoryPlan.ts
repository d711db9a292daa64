import { bytesPerElement } from '../graph/dtype.js'
import type { PlannedLaunch, PlannedStep } from './launches.js'
import type { DeviceBuffer } from './lowering.js'
import { bufferAlignment } from './program.js'

export const bytesOfBuffer = (buffer: DeviceBuffer): number => buffer.elements * bytesPerElement[buffer.dtype]

/** When a buffer is first and last touched, in numbers of launches. Inside a repeat that is the whole repeat. */
export interface Lifetime {
  first: number
  last: number
}

/** Launches in order, each with the time at which it counts: those inside a repeat span all of it. */
export interface TimedLaunch {
  readonly launch: PlannedLaunch
  readonly from: number
  readonly to: number
}

export function timeline(steps: readonly PlannedStep[]): TimedLaunch[] {
  const count = (list: readonly PlannedStep[]): number =>
    list.reduce((sum, step) => sum + (step.type === 'launch' ? 1 : count(step.steps)), 0)
  const timed: TimedLaunch[] = []
  let now = 0
  const walk = (list: readonly PlannedStep[], span: readonly [number, number] | undefined): void => {
    for (const step of list) {
      if (step.type === 'repeat') walk(step.steps, span ?? [now, now + count(step.steps) - 1])
      else {
        timed.push({ launch: step, from: span?.[0] ?? now, to: span?.[1] ?? now })
        now++
      }
    }
  }
  walk(steps, undefined)
  return timed
}

export function lifetimes(launches: readonly TimedLaunch[]): Map<DeviceBuffer, Lifetime> {
  const lives = new Map<DeviceBuffer, Lifetime>()
  for (const { launch, from, to } of launches) {
    for (const { view } of launch.operands) {
      const life = lives.get(view.buffer)
      if (!life) lives.set(view.buffer, { first: from, last: to })
      else life.last = Math.max(life.last, to)
    }
  }
  return lives
}

export interface MemoryPlan {
  /** Offset in the arena of each buffer that lives there. */
  readonly offsets: ReadonlyMap<DeviceBuffer, number>
  readonly bytes: number
}

interface Placed {
  readonly buffer: DeviceBuffer
  readonly life: Lifetime
  readonly offset: number
  readonly end: number
}

/**
 * Offsets in one arena such that buffers alive at the same time do not overlap: the largest first, each at the lowest
 * place that is free throughout its life. A result may take over the memory of an operand that dies in its launch.
 */
export function planMemory(
  launches: readonly TimedLaunch[],
  elsewhere: ReadonlySet<DeviceBuffer>,
): MemoryPlan {
  const lives = lifetimes(launches)
  const partners = inPlacePairs(launches, lives)
  const offsets = new Map<DeviceBuffer, number>()
  /** In order of their offsets. */
  const placed: Placed[] = []
  const waiting = [...lives].filter(([buffer]) => !elsewhere.has(buffer))
  waiting.sort(([a, x], [b, y]) => bytesOfBuffer(b) - bytesOfBuffer(a) || x.first - y.first || a.id - b.id)
  let bytes = 0
  for (const [buffer, life] of waiting) {
    const size = alignedBytes(buffer)
    const offset = takenOver(partners.get(buffer), life, placed) ?? firstGap(size, life, placed)
    const end = offset + size
    offsets.set(buffer, offset)
    let at = placed.length
    while (at > 0 && placed[at - 1].offset > offset) at--
    placed.splice(at, 0, { buffer, life, offset, end })
    bytes = Math.max(bytes, end)
  }
  return { offsets, bytes }
}

/** For each buffer, those of the same length that may be where it is: operands that die as it is written, or results. */
function inPlacePairs(
  launches: readonly TimedLaunch[],
  lives: ReadonlyMap<DeviceBuffer, Lifetime>,
): Map<DeviceBuffer, Set<DeviceBuffer>> {
  const partners = new Map<DeviceBuffer, Set<DeviceBuffer>>()
  const join = (one: DeviceBuffer, other: DeviceBuffer): void => {
    const known = partners.get(one)
    if (known) known.add(other)
    else partners.set(one, new Set([other]))
  }
  for (const { launch, from, to } of launches) {
    if (from !== to) continue
    for (const { output, input } of launch.inPlace) {
      const dies = lives.get(input)?.last === to && lives.get(output)?.first === from
      if (!dies || bytesOfBuffer(input) !== bytesOfBuffer(output)) continue
      join(output, input)
      join(input, output)
    }
  }
  return partners
}

/** The place of a partner, if nothing else lies there that is alive at the same time. */
function takenOver(
  partners: ReadonlySet<DeviceBuffer> | undefined,
  life: Lifetime,
  placed: readonly Placed[],
): number | undefined {
  if (!partners) return undefined
  const free = (self: Placed) =>
    placed.every(
      (other) =>
        other === self || other.end <= self.offset || self.end <= other.offset || !overlaps(life, other.life),
    )
  return placed.find((other) => partners.has(other.buffer) && overlaps(life, other.life) && free(other))
    ?.offset
}

/** The lowest offset with room for `size` bytes among what is alive at the same time. `placed` are in order of offsets. */
function firstGap(size: number, life: Lifetime, placed: readonly Placed[]): number {
  let offset = 0
  for (const other of placed) {
    if (offset + size <= other.offset) break
    if (overlaps(life, other.life)) offset = Math.max(offset, other.end)
  }
  return offset
}

const overlaps = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last

/** A buffer's bytes with its slack, up to the next aligned address. */
export const alignedBytes = (buffer: DeviceBuffer): number =>
  Math.ceil((bytesOfBuffer(buffer) + bufferAlignment) / bufferAlignment) * bufferAlignment
