import type { LaunchReport } from './program.js'

/**
 * What a thread does in a microsecond, as far as an estimate goes: operations by each lane (half of what two units of
 * today's processors do), bytes from the second-level cache, and what a launch and a unit of its grid take by themselves.
 */
const flopsPerLane = 5000
const bytesPerMicrosecond = 20_000
const launchMicroseconds = 0.4
const unitMicroseconds = 0.02

/** About how long one thread takes for a launch, by the counts in its report: not by a clock, so that the same Program is always run the same way. */
export function microsecondsOf({ flops, bytes, grid, lanes }: LaunchReport, width: number): number {
  const speed = flopsPerLane * (lanes === 'vector' ? width : 1)
  return launchMicroseconds + unitMicroseconds * grid + flops / speed + bytes / bytesPerMicrosecond
}
