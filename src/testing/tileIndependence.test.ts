import { expect, it } from 'vitest'
import { compile } from '../compiler/compile.js'
import type { TypedArray } from '../graph/dtype.js'
import type { TargetTraits } from '../loops/traits.js'
import { createWasmBackend } from '../runtime/createWasmBackend.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'
import { traceCase } from './opCase.js'
import { contractionCases } from './opCases/contraction.js'
import { convolutionCases } from './opCases/convolution.js'

/** What a probe of the engine may find best, from one run to the next. */
const tiles = [
  { rows: 4, vectors: 2 },
  { rows: 2, vectors: 4 },
  { rows: 3, vectors: 3 },
  { rows: 6, vectors: 2 },
  { rows: 4, vectors: 4 },
]

const cases = [...contractionCases, ...convolutionCases]

/** Results and gradients of all cases with micro-kernels of this tile. */
async function resultsWith(tile: TargetTraits['tile']): Promise<TypedArray[][]> {
  const debug = new Debug('')
  const backend = await createWasmBackend({ threads: 1, debug })
  if (!backend) throw new Error('This test needs WebAssembly SIMD.')
  Object.assign(backend, { traits: { ...backend.traits, tile, accumulators: tile.rows * tile.vectors } })
  const executor = new DeviceExecutor({ backend, compile, debug })
  const results: TypedArray[][] = []
  for (const opCase of cases) {
    const { graph, inputs } = traceCase(opCase)
    const executable = await executor.compile({ graph, assignments: new Map() })
    results.push(await executable.run(inputs))
  }
  await executor.close()
  return results
}

it('matrix products and convolutions have the same bits whatever tile the micro-kernel has', async () => {
  const [first, ...others] = tiles
  const expected = await resultsWith(first)
  for (const tile of others) {
    const received = await resultsWith(tile)
    cases.forEach(({ name }, i) => {
      expect(received[i], `${name}, tile ${tile.rows}x${tile.vectors}`).toEqual(expected[i])
    })
  }
})
