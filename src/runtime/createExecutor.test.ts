import { afterEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError } from '../errors.js'
import { configure, type ExecutorOptions, getExecutor } from '../graph/executor.js'
import { trace } from '../graph/trace.js'
import { Variable } from '../graph/variable.js'
import { add, multiply, sum, tensor } from '../ops/index.js'
import { targets } from '../testing/opTest.js'
import { createExecutor } from './createExecutor.js'
import { x64Status } from './createX64Backend.node.js'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function statistics(options: ExecutorOptions) {
  const executor = await createExecutor(options)
  await executor.close()
  return executor.statistics
}

describe('createExecutor', () => {
  it('takes target and threads from the options', async () => {
    expect(await statistics({ target: 'wasm', threads: 3 })).toMatchObject({ target: 'wasm', threads: 3 })
    expect(await statistics({ target: 'interpreter' })).toMatchObject({ target: 'interpreter', threads: 1 })
    expect((await statistics({})).threads).toBeGreaterThanOrEqual(1)
  })

  it('takes machine code by itself where there is any, else WebAssembly', async () => {
    const { available } = await x64Status()
    expect((await statistics({})).target).toBe(available ? 'x64' : 'wasm')
    if (available) expect((await statistics({ target: 'x64' })).target).toBe('x64')
    vi.spyOn(process, 'arch', 'get').mockReturnValue('arm64')
    expect((await statistics({})).target).toBe('wasm')
    await expect(createExecutor({ target: 'x64' })).rejects.toThrow(/x86-64 processors; this is arm64/)
  })

  it('can be configured anew after a target that is not there', async () => {
    vi.stubEnv('GRADUS_SIMD', 'none')
    await configure({ target: 'x64' })
    await expect(getExecutor()).rejects.toThrow(/The target "x64" was asked for/)
    await configure({ target: 'auto' })
    expect((await getExecutor()).statistics.target).toBe('wasm')
    await configure({})
  })

  it('uses no wider vectors than GRADUS_SIMD allows', async () => {
    vi.stubEnv('GRADUS_SIMD', 'none')
    expect((await statistics({})).target).toBe('wasm')
    await expect(createExecutor({ target: 'x64' })).rejects.toThrow(
      /not to be used \(GRADUS_SIMD is "none"\)/,
    )
    vi.stubEnv('GRADUS_SIMD', 'avx2')
    const status = await x64Status()
    if (status.available) expect(status.features).toMatchObject({ avx2: true, avx512: false })
    vi.stubEnv('GRADUS_SIMD', 'sse2')
    await expect(createExecutor({})).rejects.toThrow(
      /GRADUS_SIMD: expected one of none, avx2, avx512; received "sse2"/,
    )
  })

  it('lets the environment decide', async () => {
    vi.stubEnv('GRADUS_TARGET', 'interpreter')
    expect(await statistics({ target: 'wasm' })).toMatchObject({ target: 'interpreter' })
    vi.stubEnv('GRADUS_TARGET', 'wasm')
    vi.stubEnv('GRADUS_THREADS', '2')
    expect(await statistics({ target: 'interpreter', threads: 5 })).toMatchObject({
      target: 'wasm',
      threads: 2,
    })
  })

  it('refuses what it does not know', async () => {
    await expect(createExecutor({ threads: 0 })).rejects.toThrow(ArgumentError)
    vi.stubEnv('GRADUS_THREADS', 'many')
    await expect(createExecutor({})).rejects.toThrow(/received many/)
    vi.stubEnv('GRADUS_TARGET', 'fpga')
    await expect(createExecutor({})).rejects.toThrow(/auto, x64, wasm, interpreter; received "fpga"/)
    vi.stubEnv('GRADUS_DEBUG', 'plan,everything')
    await expect(createExecutor({})).rejects.toThrow(
      /graph,plan,loops,asm,guard,guard-front; received "everything"/,
    )
  })

  it('shows each stage that GRADUS_DEBUG names', async () => {
    vi.stubEnv('GRADUS_DEBUG', 'graph,plan,loops,asm')
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const executor = await createExecutor({ threads: 1 })
    await executor.evaluate([add(tensor([1, 2]), 1)])
    await executor.close()
    const texts = printed.mock.calls.map(([text]) => String(text))
    for (const stage of ['graph', 'plan', 'loops', 'asm']) {
      expect(texts.some((text) => text.startsWith(`--- ${stage}: `))).toBe(true)
    }
  })

  it.each(targets)('compiles and runs ops and steps on %s', async (target) => {
    const executor = await createExecutor({ target, threads: 2 })
    const [total] = await executor.evaluate([sum(multiply(tensor([1, 2, 3]), 2))])
    expect([...total]).toEqual([12])
    const weight = new Variable([1, 2, 3], [3])
    const step = await executor.compile(
      trace([{ name: 'x', shape: [3], dtype: 'float32' }], (x) => {
        const next = add(weight.value(), x)
        weight.assign(next)
        return [sum(next)]
      }),
    )
    const x = Float32Array.of(1, 1, 1)
    const results = await Promise.all([step.run([x]), step.run([x])])
    expect(results.map(([result]) => result[0])).toEqual([9, 12])
    expect(await executor.readVariable(weight)).toEqual(Float32Array.of(3, 4, 5))
    await executor.close()
  })
})
