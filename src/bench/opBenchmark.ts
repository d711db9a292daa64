import type { Shape } from '../graph/shape.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { hostRandomUniform } from '../ops/hostRandom.js'
import type { Benchmark } from './benchmark.js'

/** Ops on operands that stay on the device, and results that do too: nothing but the computation is measured. */
export interface OpBenchmark {
  readonly name: string
  readonly flops: number
  /** Shapes of the operands, which get random elements between -1 and 1. */
  readonly operands: readonly Shape[]
  compute(operands: readonly Tensor[]): readonly Tensor[]
}

export const opBenchmark = ({ name, flops, operands, compute }: OpBenchmark): Benchmark => ({
  name,
  flops,
  async prepare({ executor, threads }) {
    const variables = operands.map((shape, i) => {
      const values = hostRandomUniform([0, i], sizeOf(shape)).map((u) => 2 * u - 1)
      return new Variable(values, shape, { name: `operand ${i}` })
    })
    const results: Variable[] = []
    const traced = trace([], () => {
      compute(variables.map((variable) => variable.value())).forEach((tensor, i) => {
        results[i] = new Variable(new Float32Array(tensor.size), tensor.shape, { name: `result ${i}` })
        results[i].assign(tensor)
      })
      return []
    })
    // Operands change in reality: what follows from them is computed each time.
    const executable = await executor.compile(traced, { prepares: false })
    return {
      name: `${name}, ${threads}`,
      async run(times) {
        for (let i = 0; i < times; i++) await executable.run([])
      },
    }
  },
})
