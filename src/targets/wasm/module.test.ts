import { describe, expect, it } from 'vitest'
import { interpret } from '../../loops/interpreter.js'
import type { LoopFunction } from '../../loops/ir.js'
import { findDifference, type RandomLoops, randomLoops } from '../../testing/randomLoops.js'
import { enableRelaxedSimd } from './enableRelaxedSimd.node.js'
import { detectFeatures } from './features.js'
import { compileModule, lowestBufferAddress, pageBytes } from './module.js'

type Compiled = (...numbers: number[]) => void

const pages = lowestBufferAddress / pageBytes + 1

function instantiate(
  functions: readonly LoopFunction[],
  memory: WebAssembly.Memory,
  relaxedMadd: boolean,
): Compiled[] {
  const sharedMemory = memory.buffer instanceof SharedArrayBuffer
  const options = { sharedMemory, minimumPages: 1, maximumPages: pages, relaxedMadd }
  const module = new WebAssembly.Module(compileModule(functions, options))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return functions.map((_, index) => exports[`f${index}`] as Compiled)
}

/** Runs the compiled function on a copy of the case's memory, placed above the addresses that buffers must not use. */
function run(compiled: Compiled, loops: RandomLoops, memory: WebAssembly.Memory): ArrayBuffer {
  const bytes = new Uint8Array(memory.buffer, lowestBufferAddress, loops.memory.byteLength)
  bytes.set(new Uint8Array(loops.memory))
  compiled(...loops.pointers.map((pointer) => pointer + lowestBufferAddress), loops.begin, loops.end)
  return bytes.slice().buffer
}

function interpreted(loops: RandomLoops, fusedMulAdd: boolean): ArrayBuffer {
  const memory = loops.memory.slice(0)
  interpret(loops.fn, memory, loops.pointers, loops.begin, loops.end, { fusedMulAdd, bounds: loops.bounds })
  return memory
}

enableRelaxedSimd()

describe.each([
  { relaxedMadd: false, shared: false },
  { relaxedMadd: true, shared: true },
])('compiled random loops with $relaxedMadd relaxed multiply-add', ({ relaxedMadd, shared }) => {
  const seeds = Array.from({ length: 400 }, (_, i) => i + (relaxedMadd ? 400 : 0))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })

  it('agree with the interpreter bit for bit', () => {
    expect(detectFeatures().relaxedMadd).toBe(true)
    for (const seed of seeds) {
      const loops = randomLoops(seed, 4)
      const [compiled] = instantiate([loops.fn], memory, relaxedMadd)
      const received = run(compiled, loops, memory)
      expect(findDifference(loops, interpreted(loops, relaxedMadd), received), `seed ${seed}`).toBeUndefined()
    }
  })
})
