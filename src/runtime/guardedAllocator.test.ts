import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bufferAlignment } from '../compiler/program.js'
import { GuardedAllocator, type GuardedSide } from './guardedAllocator.js'

const pageBytes = 4096

/** A memory whose forbidden pages are known, and which becomes accessible as a whole when it grows, like V8's. */
function fakeMemory() {
  const forbidden = new Set<number>()
  const pages = (address: number, bytes: number) =>
    Array.from({ length: bytes / pageBytes }, (_, i) => address / pageBytes + i)
  const isForbidden = (address: number) => forbidden.has(Math.floor(address / pageBytes))
  const memory = {
    byteLength: 0,
    maximumBytes: 2 ** 32,
    grow(byteLength: number) {
      this.byteLength = byteLength
      forbidden.clear()
    },
    write(address: number, data: ArrayBufferView) {
      expect(isForbidden(address) || isForbidden(address + data.byteLength - 1)).toBe(false)
    },
    read: () => new Uint8Array(0),
  }
  const guards = (side: GuardedSide) => ({
    pageBytes,
    side,
    forbid: (address: number, bytes: number) => pages(address, bytes).forEach((page) => forbidden.add(page)),
    allow: (address: number, bytes: number) =>
      pages(address, bytes).forEach((page) => forbidden.delete(page)),
  })
  return { memory, guards, isForbidden }
}

/** Allocate so many bytes, or release the buffer at this position among those alive. */
const actions = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('allocate' as const), bytes: fc.nat(10_000) }),
    fc.record({ type: fc.constant('release' as const), position: fc.nat(100) }),
  ),
  { maxLength: 60 },
)

describe('GuardedAllocator', () => {
  it.each(['back', 'front'] as const)(
    'forbids what lies at the %s of each buffer, and what was released',
    (side) => {
      fc.assert(
        fc.property(actions, (list) => {
          const { memory, guards, isForbidden } = fakeMemory()
          const allocator = new GuardedAllocator(memory, guards(side), 1000)
          const alive: { address: number; bytes: number; room: number }[] = []
          for (const action of list) {
            if (action.type === 'allocate') {
              const room = Math.ceil(action.bytes / 4) * 4 + bufferAlignment
              alive.push({ address: allocator.allocate(action.bytes), bytes: action.bytes, room })
            } else if (alive.length > 0) {
              const [gone] = alive.splice(action.position % alive.length, 1)
              allocator.release(gone.address, gone.bytes)
              expect(isForbidden(gone.address)).toBe(true)
            }
            for (const { address, room } of alive) {
              expect(address).toBeGreaterThanOrEqual(1000)
              expect([isForbidden(address), isForbidden(address + room - 1)]).toEqual([false, false])
              expect(isForbidden(side === 'back' ? address + room : address - 1)).toBe(true)
            }
          }
        }),
      )
    },
  )

  it('refuses to release what it did not give', () => {
    const { memory, guards } = fakeMemory()
    const allocator = new GuardedAllocator(memory, guards('back'), 0)
    const address = allocator.allocate(1)
    allocator.release(address, 1)
    expect(() => allocator.release(address, 1)).toThrow(/^No buffer of \d+ bytes starts at/)
  })
})
