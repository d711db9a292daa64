import { StateError } from '../errors.js'
import { Graph } from './graph.js'
import { parameter } from './node.js'
import type { TensorType } from './op.js'
import type { Tensor } from './tensor.js'
import type { Variable } from './variable.js'

/** A traced step: a graph, and the values that variables get when it has run. */
export interface Trace {
  readonly graph: Graph
  readonly assignments: ReadonlyMap<Variable, Tensor>
}

export interface TraceInput extends TensorType {
  readonly name: string
}

/** What an assignment is turned into. */
type Change = (variable: Variable, value: Tensor) => Tensor

/** A trace under way. */
interface Recording {
  readonly assignments: Map<Variable, Tensor>
  change: Change
}

const active: Recording[] = []

export const isTracing = (): boolean => active.length > 0

/** What the variable was assigned earlier in the trace that is under way. */
export const assignedValue = (variable: Variable): Tensor | undefined =>
  active.at(-1)?.assignments.get(variable)

export function recordAssignment(variable: Variable, value: Tensor): Tensor {
  const recording = active.at(-1)
  if (!recording) {
    throw new StateError(
      `Variable ${variable.name}: assign(...) works inside a traced step only. Outside, use write(data), or trace(...).`,
    )
  }
  const assigned = recording.change(variable, value)
  recording.assignments.set(variable, assigned)
  return assigned
}

/**
 * Inside a trace: runs `body`, in which `change` decides what a variable is assigned instead of a value. What is computed from the
 * variable later in the trace is computed from that.
 */
export function changingAssignments<T>(change: Change, body: () => T): T {
  const recording = active.at(-1)
  if (!recording) throw new StateError('changingAssignments works inside a traced step only.')
  const { change: around } = recording
  recording.change = (variable, value) => around(variable, change(variable, value))
  try {
    return body()
  } finally {
    recording.change = around
  }
}

/** Runs `body` on placeholders and records what it computes and assigns. Nothing is computed. */
export function trace(
  inputs: readonly TraceInput[],
  body: (...inputs: Tensor[]) => readonly Tensor[],
): Trace {
  const parameters = inputs.map((input) => parameter(input.name, input))
  const assignments = new Map<Variable, Tensor>()
  active.push({ assignments, change: (_, value) => value })
  try {
    const results = body(...parameters)
    return { graph: new Graph(parameters, [...results]), assignments }
  } finally {
    active.pop()
  }
}
