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

const active: Map<Variable, Tensor>[] = []

export const isTracing = (): boolean => active.length > 0

/** What the variable was assigned earlier in the trace that is under way. */
export const assignedValue = (variable: Variable): Tensor | undefined => active.at(-1)?.get(variable)

export function recordAssignment(variable: Variable, value: Tensor): void {
  const assignments = active.at(-1)
  if (!assignments) {
    throw new StateError(
      `Variable ${variable.name}: assign(...) works inside a traced step only. Outside, use write(data), or trace(...).`,
    )
  }
  assignments.set(variable, value)
}

/** Runs `body` on placeholders and records what it computes and assigns. Nothing is computed. */
export function trace(
  inputs: readonly TraceInput[],
  body: (...inputs: Tensor[]) => readonly Tensor[],
): Trace {
  const parameters = inputs.map((input) => parameter(input.name, input))
  const assignments = new Map<Variable, Tensor>()
  active.push(assignments)
  try {
    const results = body(...parameters)
    return { graph: new Graph(parameters, [...results]), assignments }
  } finally {
    active.pop()
  }
}
