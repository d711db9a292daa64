import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bufferAlignment } from '../compiler/program.js'
import { GradusError } from '../errors.js'
import { Allocator, bufferBytes } from './allocator.js'

const fakeMemory = (maximumBytes = 2 ** 40) => ({
  byteLength: 0,
  maximumBytes,
  grow(byteLength: number) {
    this.byteLength = byteLength
  },
})

/** Allocate so many bytes, or release the buffer at this position among those alive. */
const actions = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('allocate' as const), bytes: fc.nat(1000) }),
    fc.record({ type: fc.constant('release' as const), position: fc.nat(100) }),
  ),
  { maxLength: 200 },
)

describe('Allocator', () => {
  it('keeps buffers aligned, apart and within memory, and counts them', () => {
    fc.assert(
      fc.property(actions, fc.constantFrom(0, 1 << 20), (list, lowest) => {
        const memory = fakeMemory()
        const allocator = new Allocator(memory, lowest)
        const alive: { address: number; bytes: number }[] = []
        let most = 0
        for (const action of list) {
          if (action.type === 'allocate') {
            const address = allocator.allocate(action.bytes)
            alive.push({ address, bytes: action.bytes })
          } else if (alive.length > 0) {
            const [gone] = alive.splice(action.position % alive.length, 1)
            allocator.release(gone.address, gone.bytes)
          }
          const sorted = [...alive].sort((a, b) => a.address - b.address)
          let end = lowest
          for (const { address, bytes } of sorted) {
            expect(address % bufferAlignment).toBe(0)
            expect(address).toBeGreaterThanOrEqual(end)
            end = address + bytes + bufferAlignment
          }
          expect(memory.byteLength).toBeGreaterThanOrEqual(sorted.length > 0 ? end : 0)
          const used = alive.reduce((sum, { bytes }) => sum + bufferBytes(bytes), 0)
          expect(allocator.usedBytes).toBe(used)
          most = Math.max(most, used)
          expect(allocator.reservedBytes).toBeGreaterThanOrEqual(most)
        }
        // Once all are released, the free blocks are one again: it holds a buffer as large as everything.
        for (const { address, bytes } of alive) allocator.release(address, bytes)
        const reserved = allocator.reservedBytes
        if (reserved > 0) {
          expect(allocator.allocate(reserved - bufferAlignment)).toBe(lowest)
          expect(allocator.reservedBytes).toBe(reserved)
        }
      }),
    )
  })

  it('takes the smallest free block that fits', () => {
    const allocator = new Allocator(fakeMemory())
    const [large, , small] = [1000, 1, 200, 1].map((bytes) => allocator.allocate(bytes))
    allocator.release(large, 1000)
    allocator.release(small, 200)
    expect(allocator.allocate(150)).toBe(small)
    expect(allocator.allocate(150)).toBe(large)
  })

  it('says how much is needed when the maximum is reached, and goes on', () => {
    const allocator = new Allocator(fakeMemory(1024))
    allocator.allocate(100)
    expect(() => allocator.allocate(2000)).toThrow(GradusError)
    expect(() => allocator.allocate(2000)).toThrow(/2112 bytes needs a memory of 2304 bytes; 192 are in use/)
    expect(allocator.usedBytes).toBe(192)
    expect(allocator.allocate(700)).toBe(192)
  })

  it('refuses to release what it did not give, or what is free already', () => {
    const lowest = 1 << 20
    const allocator = new Allocator(fakeMemory(), lowest)
    const [first, second] = [1, 1, 1].map((bytes) => allocator.allocate(bytes))
    allocator.release(second, 1)
    const wrong = [
      { address: second, bytes: 1 },
      { address: first, bytes: 1000 },
      { address: lowest - bufferBytes(1), bytes: 1 },
      { address: lowest + allocator.reservedBytes, bytes: 1 },
    ]
    for (const { address, bytes } of wrong) {
      expect(() => allocator.release(address, bytes)).toThrow(/^No buffer of \d+ bytes starts at/)
    }
    expect(allocator.usedBytes).toBe(2 * bufferBytes(1))
    expect(allocator.allocate(1)).toBe(second)
  })
})
