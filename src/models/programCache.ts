import { type Executable, type Executor, getExecutor } from '../graph/executor.js'
import { reachable } from '../graph/graph.js'
import type { TensorType } from '../graph/op.js'
import type { Trace } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import type { Later } from '../utils/later.js'
import type { NamedTrace } from './step.js'
import { type BatchTypes, type FeedType, sameTypes } from './stepBatch.js'

/** A step that can be run, and the types of its results. */
export interface CompiledStep {
  readonly executable: Executable
  readonly results: readonly TensorType[]
  /** What the logs among the results are called. */
  readonly keys: readonly string[]
  /** All that it reads or assigns. */
  readonly variables: readonly Variable[]
}

/** A step, and what it was made for. */
interface Entry {
  readonly kind: string
  readonly types: BatchTypes
  step: Later<CompiledStep>
}

/** The compiled steps of a model by what they do and for which batches, as long as the executor stays the same. */
export class ProgramCache {
  private executor: Promise<Executor> | undefined
  private entries: Entry[] = []

  /** The step of this kind for a batch of these types; traced and compiled at its first use. */
  get(kind: string, types: BatchTypes, traceStep: (types: BatchTypes) => NamedTrace): Later<CompiledStep> {
    const executor = getExecutor()
    if (executor !== this.executor) {
      this.clear()
      this.executor = executor
    }
    for (const entry of this.entries) {
      if (entry.kind === kind && sameTypes(entry.types, types)) return entry.step
    }
    return this.make(executor, kind, alone(types), traceStep)
  }

  /** Forgets all steps: what they were traced from has changed. */
  clear(): void {
    this.entries = []
  }

  private make(
    executor: Promise<Executor>,
    kind: string,
    types: BatchTypes,
    traceStep: (types: BatchTypes) => NamedTrace,
  ): Promise<CompiledStep> {
    const step = compileStep(executor, () => traceStep(types))
    const entry: Entry = { kind, types, step }
    this.entries.push(entry)
    step.then(
      (compiled) => {
        entry.step = compiled
      },
      // A step that cannot be compiled is tried again at its next use.
      () => {
        this.entries = this.entries.filter((other) => other !== entry)
      },
    )
    return step
  }
}

/** Types without the data that may come with them, which they would keep. */
const alone = ({ x, y, weights }: BatchTypes): BatchTypes => ({
  x: x.map(typeOf),
  y: y.map(typeOf),
  weights: weights.map(typeOf),
})

const typeOf = <T extends FeedType | null>(type: T): T =>
  (type && { shape: type.shape, dtype: type.dtype }) as T

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
