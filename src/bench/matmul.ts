import { matmul } from '../ops/matmul.js'
import type { Benchmark } from './benchmark.js'
import { opBenchmark } from './opBenchmark.js'

const sizes = [256, 512, 1024]

/** Products of square matrices: `2 size^3` floating-point operations. */
export const matmulBenchmarks: readonly Benchmark[] = sizes.map((size) =>
  opBenchmark({
    name: `matmul ${size}`,
    flops: 2 * size ** 3,
    operands: [
      [size, size],
      [size, size],
    ],
    compute: ([a, b]) => [matmul(a, b)],
  }),
)
