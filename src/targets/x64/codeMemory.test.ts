import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nativeRunner } from '../../testing/nativeRunner.js'
import { codeAlignment, loadCodeMemory } from './codeMemory.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.doUnmock('koffi')
})

const native = await nativeRunner()

describe.skipIf(typeof native === 'string')('code memory', () => {
  it.runIf(process.platform === 'linux')('can be run and not written, until it is removed', async () => {
    const memory = await loadCodeMemory()
    // ret
    const address = memory.place(Uint8Array.of(0xc3))
    expect(address % BigInt(codeAlignment)).toBe(0n)
    const mapping = () =>
      readFileSync('/proc/self/maps', 'utf8')
        .split('\n')
        .find((line) => {
          const [low, high] = line
            .split(' ')[0]
            .split('-')
            .map((text) => BigInt(`0x${text || 0}`))
          return address >= low && address < (high ?? 0n)
        })
    expect(mapping()).toContain('r-xp')
    memory.functionAt(address)(0n)
    memory.remove(address)
    expect(mapping() ?? '').not.toContain('x')
  })

  it('knows the base of a WebAssembly memory, which stays where it is when the memory grows', async () => {
    const { addressOf } = await loadCodeMemory()
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4096, shared: true })
    const base = addressOf(new Uint8Array(memory.buffer))
    memory.grow(2000)
    expect(addressOf(new Uint8Array(memory.buffer))).toBe(base)
    expect(addressOf(new Uint8Array(memory.buffer, 64))).toBe(base + 64n)
  })
})

describe('without what machine code needs', () => {
  it('says that the processor is another', async () => {
    vi.spyOn(process, 'arch', 'get').mockReturnValue('arm64')
    await expect(loadCodeMemory()).rejects.toThrow(/x86-64 processors; this is arm64/)
  })

  it.runIf(process.arch === 'x64')('says that koffi is missing', async () => {
    vi.doMock('koffi', () => {
      throw new Error('Cannot find package')
    })
    await expect(loadCodeMemory()).rejects.toThrow(/koffi.*is not installed.*npm install koffi/)
  })
})
