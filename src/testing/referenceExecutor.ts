import type { TypedArray } from '../graph/dtype.js'
import { arrayOf } from '../graph/dtype.js'
import type { Executable, Executor, ExecutorStatistics } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import type { Trace } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { referenceEvaluate } from './referenceEvaluate.js'

/**
 * An executor that computes by the float64 references of ops, at once and on the caller's thread. What is built on
 * traces (the training loop, optimizers, losses) is tested on it apart from any compiler.
 */
export class ReferenceExecutor implements Executor {
  private compiled = 0
  private runs = 0

  get statistics(): ExecutorStatistics {
    return {
      target: 'reference',
      arithmetic: 'float64',
      threads: 1,
      programsCompiled: this.compiled,
      functionsCompiled: 0,
      runs: this.runs,
      reservedBytes: 0,
      usedBytes: 0,
    }
  }

  async evaluate(tensors: readonly Tensor[]): Promise<TypedArray[]> {
    return asArrays(tensors, referenceEvaluate(tensors))
  }

  async compile(trace: Trace): Promise<Executable> {
    this.compiled++
    return {
      run: async (inputs) => this.run(trace, inputs),
      runInPlace: async (inputs, look) => look(this.run(trace, inputs)),
      report: 'reference',
      arenaBytes: 0,
    }
  }

  async readVariable(variable: Variable): Promise<TypedArray> {
    return variable.data()
  }

  async close(): Promise<void> {}

  private run({ graph, assignments }: Trace, inputs: readonly TypedArray[]): TypedArray[] {
    this.runs++
    const tensors = [...graph.results, ...assignments.values()]
    const values = new Map(graph.parameters.map((parameter, i) => [parameter, inputs[i]]))
    const arrays = asArrays(tensors, referenceEvaluate(tensors, values))
    const results = arrays.splice(0, graph.results.length)
    ;[...assignments.keys()].forEach((variable, i) => variable.write(arrays[i]))
    return results
  }
}

const asArrays = (
  tensors: readonly Tensor[],
  values: readonly { readonly data: Float64Array }[],
): TypedArray[] => tensors.map((tensor, i) => new arrayOf[tensor.dtype](values[i].data))
