import { microsecondsOf } from '../compiler/estimate.js'
import type { Program } from '../compiler/program.js'
import type { CanonicalTrace } from '../graph/canonical.js'
import { reachable } from '../graph/graph.js'
import { sizeOf } from '../graph/shape.js'
import { launchOrder } from './launchTimes.js'

/**
 * What one thread is through with in so many microseconds, by an estimate that is long rather than short, is not handed to workers: to wake them
 * and to hear from them takes longer than half of it. Less where variables are assigned: training goes on at once, and this thread has its next
 * batch to make ready meanwhile.
 */
const handOver = 1500
const handOverInTraining = 500

/**
 * Whether one thread is through with a Program sooner than workers would be.
 */
export function isShort(program: Pick<Program, 'steps' | 'report' | 'assigned'>, width: number): boolean {
  const { launches } = program.report
  const limit = program.assigned.length > 0 ? handOverInTraining : handOver
  let microseconds = 0
  for (const launch of launchOrder(program.steps)) {
    const report = launches[launch]
    // Made by hand, a Program may not say all that it does.
    if (!report) return false
    microseconds += microsecondsOf(report, width)
    if (microseconds > limit) return false
  }
  return true
}

/** A graph with more elements in all of its tensors than this is taken to be long before it is compiled. */
const mostElements = 1e6

/** Whether a graph may become a short Program, as far as can be guessed before it is compiled. */
export function mayBeShort({ trace, variables, constants }: CanonicalTrace): boolean {
  const { graph, assignments } = trace
  let elements = 0
  for (const { shape } of [...graph.parameters, ...variables, ...constants]) elements += sizeOf(shape)
  for (const node of reachable([...graph.results, ...assignments.values()])) {
    if (node.type === 'operation') for (const { shape } of node.outputs) elements += sizeOf(shape)
  }
  return elements <= mostElements
}
