import { expect } from 'vitest'
import { compile } from '../compiler/compile.js'
import type { Executor } from '../graph/executor.js'
import type { Backend } from '../runtime/backend.js'
import { createExecutor } from '../runtime/createExecutor.js'
import { createWasmBackend } from '../runtime/createWasmBackend.js'
import { createX64Backend, x64Status } from '../runtime/createX64Backend.node.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'

/** A way to compute that this machine has, for tests that every one must pass. */
export interface TestTarget {
  readonly name: string
  create(threads: number): Promise<Executor>
}

/** What `auto` is on this machine. */
export const autoTarget = async (): Promise<'x64' | 'wasm'> =>
  (await x64Status()).available ? 'x64' : 'wasm'

/** Targets whose memory can be guarded: with WebAssembly or machine code, buffers against pages that nobody may touch. */
export async function guardedTargets(): Promise<readonly TestTarget[]> {
  const x64 = await x64Status()
  if (!x64.available) return []
  const widths = x64.features.avx512 ? ([8, 16] as const) : ([8] as const)
  return ['guard', 'guard-front'].flatMap((mode) => {
    const debug = new Debug(mode)
    return [
      guarded(`wasm under ${mode}`, (threads) => createWasmBackend({ threads, debug }), debug),
      ...widths.map((width) =>
        guarded(
          `x64 of ${width} lanes under ${mode}`,
          (threads) => createX64Backend({ threads, debug, width }),
          debug,
        ),
      ),
    ]
  })
}

const guarded = (
  name: string,
  createBackend: (threads: number) => Promise<Backend | string | undefined>,
  debug: Debug,
): TestTarget => ({
  name,
  async create(threads) {
    const backend = await createBackend(threads)
    if (typeof backend !== 'object') throw new Error(backend ?? 'These tests need WebAssembly SIMD.')
    expect(backend.guards).toBeDefined()
    return new DeviceExecutor({ backend, compile, debug })
  },
})

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

/** A backend with loops like those that run, and what it is called. */
export interface TestBackend {
  readonly name: string
  create(threads: number): Promise<Backend>
}

/** WebAssembly, and where there is x64, machine code of each width that the processor has. */
export async function microKernelBackends(): Promise<readonly TestBackend[]> {
  const x64 = await x64Status()
  const widths = !x64.available ? [] : x64.features.avx512 ? ([8, 16] as const) : ([8] as const)
  const debug = new Debug('')
  const made = (name: string, backend: (threads: number) => Promise<Backend | string | undefined>) => ({
    name,
    async create(threads: number) {
      const created = await backend(threads)
      if (typeof created !== 'object') throw new Error(created ?? 'These tests need WebAssembly SIMD.')
      return created
    },
  })
  return [
    made('wasm', (threads) => createWasmBackend({ threads, debug })),
    ...widths.map((width) =>
      made(`x64 of ${width} lanes`, (threads) => createX64Backend({ threads, debug, width })),
    ),
  ]
}
