import { allLaunches, buffersOf } from './hoist.js'
import type { PlannedLaunch, PlannedStep } from './launches.js'
import type { DeviceBuffer } from './lowering.js'

/**
 * Parts the launches that compute the same in every run from those that runs consist of: launches that read nothing but `fixed` buffers, which
 * no run changes, and what others of them wrote, and whose results stay inside the Program. Packing weights for predictions is one.
 * @param elsewhere buffers that have a place of their own, as variables and outputs do
 */
export function splitPreparation(
  steps: readonly PlannedStep[],
  fixed: ReadonlySet<DeviceBuffer>,
  elsewhere: ReadonlyMap<DeviceBuffer, unknown>,
): { readonly preparation: readonly PlannedLaunch[]; readonly run: readonly PlannedStep[] } {
  let preparation = steps.filter((step) => step.type === 'launch')
  for (;;) {
    const chosen = new Set<PlannedStep>(preparation)
    const run = steps.filter((step) => !chosen.has(step))
    const changed = new Set(run.flatMap(allLaunches).flatMap((launch) => buffersOf(launch, true)))
    const known = new Set(fixed)
    const left = preparation.filter((launch) => {
      const written = buffersOf(launch, true)
      const isInside = written.every((buffer) => !elsewhere.has(buffer) && !changed.has(buffer))
      if (!isInside || !buffersOf(launch, false).every((buffer) => known.has(buffer))) return false
      for (const buffer of written) known.add(buffer)
      return true
    })
    if (left.length === preparation.length) return { preparation, run }
    // What a launch wrote that is none of them is changed in runs.
    preparation = left
  }
}
