import { bytesPerElement } from '../graph/dtype.js'
import type { LoopFunction } from '../loops/ir.js'
import { functionKey } from './functionKey.js'
import type { PlannedLaunch, PlannedStep } from './launches.js'
import type { BufferView, DeviceBuffer } from './lowering.js'
import { alignedBytes, bytesOfBuffer, lifetimes, planMemory, timeline } from './memoryPlan.js'
import type { Address, LaunchReport, Program, Step } from './program.js'

/**
 * Gives every buffer an address and sets barriers: the last stage. `known` are the bases of buffers that lie outside the
 * arena; if all are to lie `apart`, none is left in it.
 */
export function assemble(
  planned: readonly PlannedStep[],
  known: ReadonlyMap<DeviceBuffer, number>,
  bases: Pick<Program, 'inputs' | 'variables' | 'constants' | 'outputs' | 'assigned'>,
  { apart = false }: { readonly apart?: boolean } = {},
): Program {
  const timed = timeline(planned)
  const scratch = apart ? [...lifetimes(timed).keys()].filter((buffer) => !known.has(buffer)) : []
  const { inputs, variables, constants, outputs } = bases
  const firstScratch = 1 + inputs.length + variables.length + constants.length + outputs.length
  const homes = new Map(known)
  scratch.forEach((buffer, i) => homes.set(buffer, firstScratch + i))
  const memory = planMemory(timed, new Set(homes.keys()))
  const functions = new Map<string, LoopFunction>()
  const launches: LaunchReport[] = []
  const barriers = new BarrierPlacement((buffer) => {
    const base = homes.get(buffer)
    if (base !== undefined) return { base, start: 0, end: Number.POSITIVE_INFINITY }
    const start = memory.offsets.get(buffer) ?? 0
    return { base: 0, start, end: start + alignedBytes(buffer) }
  })

  const address = ({ buffer, offset, strides }: BufferView): Address => {
    const bytes = bytesPerElement[buffer.dtype]
    return {
      base: homes.get(buffer) ?? 0,
      offset: (memory.offsets.get(buffer) ?? 0) + offset * bytes,
      strides: strides.map((stride) => stride * bytes),
    }
  }

  const walk = (steps: readonly PlannedStep[]): Step[] =>
    steps.map((step): Step => {
      if (step.type === 'repeat') {
        barriers.force()
        const inside = walk(step.steps)
        barriers.force()
        return { type: 'repeat', count: step.count, steps: inside }
      }
      const key = functionKey(step.function)
      functions.set(key, step.function)
      launches.push(step.report)
      const barrier = barriers.before(step)
      return {
        type: 'launch',
        function: key,
        arguments: step.operands.map(({ view }) => address(view)),
        grid: step.grid,
        barrier,
      }
    })
  const steps = walk(planned)
  return {
    functions,
    steps,
    ...bases,
    scratch: scratch.map((buffer) => ({
      shape: [buffer.elements],
      dtype: buffer.dtype,
      bytes: bytesOfBuffer(buffer),
    })),
    arenaBytes: memory.bytes,
    report: { launches, arenaBytes: memory.bytes },
  }
}

interface Region {
  readonly base: number
  readonly start: number
  readonly end: number
}

/** Threads meet before a launch that reads what was written, or writes what was touched, since they last met. */
class BarrierPlacement {
  private touched: { readonly region: Region; readonly written: boolean }[] = []
  private forced = false

  constructor(private readonly regionOf: (buffer: DeviceBuffer) => Region) {}

  force(): void {
    this.forced = true
  }

  before(launch: PlannedLaunch): boolean {
    const uses = launch.operands.map(({ view, access }) => ({
      region: this.regionOf(view.buffer),
      written: access !== 'read',
    }))
    const conflict = uses.some((use) =>
      this.touched.some((earlier) => (use.written || earlier.written) && overlap(use.region, earlier.region)),
    )
    const barrier = this.forced || conflict
    if (barrier) this.touched = []
    this.forced = false
    this.touched.push(...uses)
    return barrier
  }
}

const overlap = (a: Region, b: Region): boolean => a.base === b.base && a.start < b.end && b.start < a.end
