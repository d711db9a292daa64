import { InternalError } from '../errors.js'
import { bytesPerElement } from '../graph/dtype.js'
import { microsecondsOf } from './estimate.js'
import { buffersOf } from './hoist.js'
import type { PlannedLaunch, PlannedRepeat, PlannedStep } from './launches.js'
import type { BufferView, DeviceBuffer } from './lowering.js'
import { alignedBytes, bytesOfBuffer, lifetimes, planMemory, timeline } from './memoryPlan.js'
import type { Address, BaseType, LaunchReport, Program, ProgramFunction, Step } from './program.js'

/** All steps, those that the runs share apart: see `splitPreparation`. */
export interface PlannedSteps {
  readonly preparation: readonly PlannedLaunch[]
  readonly run: readonly PlannedStep[]
}

/**
 * Gives every buffer an address and sets barriers: the last stage. `known` are the bases of buffers that lie outside the
 * arena; if all are to lie `apart`, none is left in it. `width` is that of the target's vectors. Of the functions that were `built`, those that are launched become the
 * Program's.
 */
export function assemble<F extends ProgramFunction>(
  planned: PlannedSteps,
  built: ReadonlyMap<string, F>,
  known: ReadonlyMap<DeviceBuffer, number>,
  bases: Pick<Program, 'inputs' | 'variables' | 'constants' | 'outputs' | 'assigned'>,
  width: number,
  { apart = false }: { readonly apart?: boolean } = {},
): Program<F> {
  const homes = new Map(known)
  const { inputs, variables, constants, outputs } = bases
  let nextBase = 1 + inputs.length + variables.length + constants.length + outputs.length
  const withBases = (buffers: Iterable<DeviceBuffer>): BaseType[] =>
    [...buffers]
      .filter((buffer) => !homes.has(buffer))
      .map((buffer) => {
        homes.set(buffer, nextBase++)
        return { shape: [buffer.elements], dtype: buffer.dtype, bytes: bytesOfBuffer(buffer) }
      })
  const prepared = withBases(lifetimes(timeline(planned.preparation)).keys())
  const timed = timeline(planned.run)
  const scratch = apart ? withBases(lifetimes(timed).keys()) : []
  const memory = planMemory(timed, new Set(homes.keys()))
  const functions = new Map<string, F>()
  const regionOf = (buffer: DeviceBuffer): Region => {
    const base = homes.get(buffer)
    if (base !== undefined) return { base, start: 0, end: Number.POSITIVE_INFINITY }
    const start = memory.offsets.get(buffer) ?? 0
    return { base: 0, start, end: start + alignedBytes(buffer) }
  }

  const address = ({ buffer, offset, strides }: BufferView): Address => {
    const bytes = bytesPerElement[buffer.dtype]
    return {
      base: homes.get(buffer) ?? 0,
      offset: (memory.offsets.get(buffer) ?? 0) + offset * bytes,
      strides: strides.map((stride) => stride * bytes),
    }
  }

  /** Steps that run from their beginning to their end, with barriers between them. */
  const placed = (list: readonly PlannedStep[]) => {
    const launches: LaunchReport[] = []
    const barriers = new BarrierPlacement(regionOf)

    const walk = (steps: readonly PlannedStep[]): Step[] =>
      steps.map((step): Step => {
        if (step.type === 'repeat') return repeat(step)
        const fn = built.get(step.function)
        if (fn === undefined)
          throw new InternalError(`a launch of a function that was not built: ${step.report.function}`)
        functions.set(step.function, fn)
        const solo = isSolo(step, width)
        const { singleThreaded = 'it is too little to share' } = step.report
        launches.push(solo ? { ...step.report, singleThreaded } : step.report)
        return {
          type: 'launch',
          function: step.function,
          arguments: step.operands.map(({ view }) => address(view)),
          grid: step.grid,
          barrier: barriers.before([step], solo),
          solo,
        }
      })

    const repeat = ({ count, steps }: PlannedRepeat): Step => {
      const inside = timeline(steps).map(({ launch }) => launch)
      if (inside.every((launch) => isSolo(launch, width))) {
        const barrier = barriers.before(inside, true)
        return { type: 'repeat', count, barrier, steps: walk(steps) }
      }
      // Each iteration goes on from what the one before it did.
      barriers.force()
      const walked = walk(steps)
      barriers.force()
      return { type: 'repeat', count, barrier: false, steps: walked }
    }
    return { steps: walk(list), launches }
  }

  const preparation = placed(planned.preparation)
  const run = placed(planned.run)
  const firstVariable = 1 + inputs.length
  const read = new Set(
    planned.preparation.flatMap((launch) => buffersOf(launch, false)).map((buffer) => homes.get(buffer)),
  )
  return {
    functions,
    steps: run.steps,
    preparation: {
      steps: preparation.steps,
      variables: [...variables.keys()].filter((i) => read.has(firstVariable + i)),
      buffers: prepared,
    },
    ...bases,
    scratch,
    arenaBytes: memory.bytes,
    report: { launches: run.launches, prepared: preparation.launches, arenaBytes: memory.bytes },
  }
}

/** What one thread is through with in so many microseconds is not shared: to meet the others before and after takes as long. */
const worthSharing = 4

const isSolo = ({ grid, report }: PlannedLaunch, width: number): boolean =>
  grid === 1 || microsecondsOf(report, width) < worthSharing

interface Region {
  readonly base: number
  readonly start: number
  readonly end: number
}

interface Use extends Region {
  readonly written: boolean
  readonly solo: boolean
}

/**
 * Threads meet before a launch that reads what was written, or writes what was touched, since they last met; unless one thread
 * does both.
 */
class BarrierPlacement {
  /** By base. */
  private readonly touched = new Map<number, Use[]>()
  private forced = false

  constructor(private readonly regionOf: (buffer: DeviceBuffer) => Region) {}

  force(): void {
    this.forced = true
  }

  /** Whether threads meet before these launches, which are `solo` or not. */
  before(launches: readonly PlannedLaunch[], solo: boolean): boolean {
    const uses = launches.flatMap(({ operands }) =>
      operands.map(({ view, access }): Use => {
        const { base, start, end } = this.regionOf(view.buffer)
        return { base, start, end, written: access !== 'read', solo }
      }),
    )
    const barrier = this.forced || uses.some((use) => this.isInTheWay(use))
    if (barrier) this.touched.clear()
    this.forced = false
    for (const use of uses) {
      const others = this.touched.get(use.base)
      if (others) others.push(use)
      else this.touched.set(use.base, [use])
    }
    return barrier
  }

  private isInTheWay({ base, start, end, written, solo }: Use): boolean {
    const others = this.touched.get(base) ?? []
    return others.some(
      (other) =>
        (written || other.written) && !(solo && other.solo) && start < other.end && other.start < end,
    )
  }
}
