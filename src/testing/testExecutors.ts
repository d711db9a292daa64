import { compile } from '../compiler/compile.js'
import type { Executor } from '../graph/executor.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { createX64Backend, x64Status } from '../runtime/createX64Backend.node.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'

/** A way to compute that this machine has, for tests that every one must pass. */
export interface TestTarget {
  readonly name: string
  create(threads: number): Promise<Executor>
}

/** A target's executor with the vectors that it chooses itself. */
const plain = (target: 'interpreter' | 'wasm' | 'x64'): TestTarget => ({
  name: target,
  create: (threads) => createExecutor({ target, threads }),
})

/** Machine code for AVX2, on processors that have AVX-512 too. */
const avx2: TestTarget = {
  name: 'x64 with AVX2',
  async create(threads) {
    const debug = new Debug('')
    const backend = await createX64Backend({ threads, debug, width: 8 })
    if (typeof backend === 'string') throw new Error(backend)
    return new DeviceExecutor({ backend, compile, debug })
  },
}

/** The interpreter, WebAssembly, and where there is x64, that with the widest vectors and with AVX2. */
export async function testTargets(): Promise<readonly TestTarget[]> {
  const x64 = await x64Status()
  const machineCode = !x64.available ? [] : x64.features.avx512 ? [plain('x64'), avx2] : [plain('x64')]
  return [plain('interpreter'), plain('wasm'), ...machineCode]
}
