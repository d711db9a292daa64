import { afterEach, describe, expect, it, vi } from 'vitest'
import { enableRelaxedSimd } from './enableRelaxedSimd.node.js'
import { detectFeatures } from './features.js'

describe('detectFeatures', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('finds vectors and shared memory of up to 4 GiB in Node', () => {
    const features = detectFeatures()
    expect(features.simd).toBe(true)
    expect(features.threads).toBe(true)
    expect(features.maximumBytes).toBeGreaterThanOrEqual(2 ** 16)
    expect(features.maximumBytes).toBeLessThanOrEqual(2 ** 32)
  })

  it('finds relaxed multiply-add once it is enabled, on a machine that fuses', () => {
    enableRelaxedSimd()
    const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1]
    const body = [11, 0, 32, 0, 32, 1, 32, 2, 0xfd, 0x85, 0x02, 11]
    expect(WebAssembly.validate(new Uint8Array([...module, ...body]))).toBe(true)
    // Every x86-64 processor since 2013 and every ARM64 one fuses.
    expect(detectFeatures().relaxedMadd).toBe(true)
  })

  it('finds no threads where a page is not isolated', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined)
    expect(detectFeatures().threads).toBe(false)
  })

  it('halves the memory until it can be reserved', () => {
    class SmallMemory {
      constructor({ maximum = 0 }: WebAssembly.MemoryDescriptor) {
        if (maximum > 10000) throw new RangeError('could not allocate memory')
      }
    }
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(WebAssembly), { Memory: SmallMemory }))
    expect(detectFeatures().maximumBytes).toBe(8192 * 65536)
  })
})
