import { type Executable, type Executor, getExecutor } from '../graph/executor.js'
import { reachable } from '../graph/graph.js'
import type { TensorType } from '../graph/op.js'
import type { Trace } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import type { NamedTrace } from './step.js'

/** A step that can be run, and the types of its results. */
export interface CompiledStep {
  readonly executable: Executable
  readonly results: readonly TensorType[]
  /** What the logs among the results are called. */
  readonly keys: readonly string[]
  /** All that it reads or assigns. */
  readonly variables: readonly Variable[]
}

/** The compiled steps of a model by what they were made for, as long as the executor stays the same. */
export class ProgramCache {
  private executor: Promise<Executor> | undefined
  private readonly programs = new Map<string, Promise<CompiledStep>>()

  /** The step of this key; traced and compiled at its first use. */
  get(key: string, traceStep: () => NamedTrace): Promise<CompiledStep> {
    const executor = getExecutor()
    if (executor !== this.executor) {
      this.programs.clear()
      this.executor = executor
    }
    const known = this.programs.get(key)
    if (known) return known
    const program = compileStep(executor, traceStep)
    this.programs.set(key, program)
    // A step that cannot be compiled is tried again at its next use.
    program.catch(() => this.programs.delete(key))
    return program
  }

  /** Forgets all steps: what they were traced from has changed. */
  clear(): void {
    this.programs.clear()
  }
}

async function compileStep(executor: Promise<Executor>, traceStep: () => NamedTrace): Promise<CompiledStep> {
  const device = await executor
  const { trace, keys } = traceStep()
  const executable = await device.compile(trace)
  // Types alone: tensors would keep the graph that they come from.
  const results = trace.graph.results.map(({ shape, dtype }) => ({ shape, dtype }))
  return { executable, results, keys, variables: variablesOf(trace) }
}

function variablesOf({ graph, assignments }: Trace): Variable[] {
  const nodes = reachable([...graph.results, ...assignments.values()])
  const read = nodes.flatMap((node) => (node.type === 'variable' ? [node.variable] : []))
  return [...new Set([...read, ...assignments.keys()])]
}
