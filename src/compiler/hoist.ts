import type { PlannedLaunch, PlannedStep } from './launches.js'
import type { DeviceBuffer } from './lowering.js'

/**
 * Launches of a repeat that compute the same in every iteration, such as packing a recurrent layer's weights, and those
 * that remain. `depth` is the number of repeats around this one.
 */
export function hoistInvariant(
  steps: readonly PlannedStep[],
  depth: number,
): { readonly before: readonly PlannedStep[]; readonly inside: readonly PlannedStep[] } {
  const writers = new Map<DeviceBuffer, number>()
  for (const launch of steps.flatMap(allLaunches)) {
    for (const buffer of buffersOf(launch, true)) writers.set(buffer, (writers.get(buffer) ?? 0) + 1)
  }
  const before: PlannedStep[] = []
  const inside: PlannedStep[] = []
  // A buffer that is read before it is written, such as a loop's carry, holds something else in the first iteration.
  const readBefore = new Set<DeviceBuffer>()
  for (const step of steps) {
    if (step.type === 'launch' && isInvariant(step)) {
      before.push(step)
      for (const buffer of buffersOf(step, true)) writers.delete(buffer)
    } else inside.push(step)
    for (const launch of allLaunches(step)) {
      for (const buffer of buffersOf(launch, false)) readBefore.add(buffer)
    }
  }
  return { before, inside }

  function isInvariant(launch: PlannedLaunch): boolean {
    const moves = launch.operands.some(({ view }) => view.strides.slice(depth).some((stride) => stride !== 0))
    const updates = launch.operands.some(({ access }) => access === 'readwrite')
    const readsFixed = buffersOf(launch, false).every((buffer) => !writers.has(buffer))
    const writesAlone = buffersOf(launch, true).every(
      (buffer) => writers.get(buffer) === 1 && !readBefore.has(buffer),
    )
    return !moves && !updates && readsFixed && writesAlone
  }
}

/** A step, or all that are inside of it. */
export const allLaunches = (step: PlannedStep): PlannedLaunch[] =>
  step.type === 'launch' ? [step] : step.steps.flatMap(allLaunches)

/** Buffers that a launch writes, or those that it reads. */
export const buffersOf = (launch: PlannedLaunch, written: boolean): DeviceBuffer[] => {
  const without = written ? 'read' : 'write'
  return [
    ...new Set(launch.operands.flatMap(({ view, access }) => (access === without ? [] : [view.buffer]))),
  ]
}
