import { bufferAlignment } from '../compiler/program.js'
import { Allocator, type BufferAllocator, type GrowableMemory } from './allocator.js'
import type { DeviceMemory } from './deviceMemory.js'

/** Takes pages of device memory away from every thread, and gives them back. Addresses and lengths are whole pages. */
export interface PageGuards {
  readonly pageBytes: number
  /** Which end of a buffer lies against a forbidden page: the other may be up to a page away from one. */
  readonly side: GuardedSide
  forbid(address: number, bytes: number): void
  allow(address: number, bytes: number): void
}

export type GuardedSide = 'front' | 'back'

/** What makes allocators that guard buffers. */
export interface Guards {
  allocator(memory: DeviceMemory, lowestAddress: number): BufferAllocator
}

/** Buffers need not lie at multiples of more than the longest element: so each ends where its slack ends, to the byte. */
const elementAlignment = 4

/**
 * Hands out buffers on pages of their own, between pages that nobody may touch, so that an access out of bounds ends the
 * program at once instead of changing a neighbour. Buffers that were let go may not be touched either, and new ones are
 * full of NaN (of bytes 255), so that nobody takes them for zeros.
 */
export class GuardedAllocator implements BufferAllocator {
  readonly joinsBuffers = false
  private readonly pages: Allocator
  /** Numbers of the pages that are forbidden. */
  private readonly forbidden = new Set<number>()

  constructor(
    private readonly memory: DeviceMemory,
    private readonly guards: PageGuards,
    lowestAddress: number,
  ) {
    const growing: GrowableMemory = {
      get byteLength() {
        return memory.byteLength
      },
      maximumBytes: memory.maximumBytes,
      grow: (byteLength) => {
        memory.grow(byteLength)
        // Growing makes all of the memory accessible.
        for (const page of this.forbidden) guards.forbid(page * guards.pageBytes, guards.pageBytes)
      },
    }
    this.pages = new Allocator(growing, this.toPages(lowestAddress))
    // The first buffer's front.
    const front = this.pages.allocate(guards.pageBytes - bufferAlignment)
    this.forbid(front, guards.pageBytes)
  }

  get usedBytes(): number {
    return this.pages.usedBytes
  }

  get reservedBytes(): number {
    return this.pages.reservedBytes
  }

  allocate(bytes: number): number {
    const { guards, memory } = this
    const { room, own } = this.sizesOf(bytes)
    const start = this.pages.allocate(own + guards.pageBytes - bufferAlignment)
    this.allow(start, own)
    this.forbid(start + own, guards.pageBytes)
    memory.write(start, new Uint8Array(own).fill(255))
    return guards.side === 'front' ? start : start + own - room
  }

  release(address: number, bytes: number): void {
    const { guards } = this
    const { room, own } = this.sizesOf(bytes)
    const start = guards.side === 'front' ? address : address + room - own
    this.pages.release(start, own + guards.pageBytes - bufferAlignment)
    this.forbid(start, own)
  }

  /**
   * What a buffer of so many bytes may touch, and the pages of its own. Blocks are as long as they are asked to be and a slack more:
   * whole pages together, the last of them forbidden.
   */
  private sizesOf(bytes: number): { readonly room: number; readonly own: number } {
    const room = Math.ceil(bytes / elementAlignment) * elementAlignment + bufferAlignment
    return { room, own: this.toPages(room) }
  }

  private toPages(bytes: number): number {
    return Math.ceil(bytes / this.guards.pageBytes) * this.guards.pageBytes
  }

  private forbid(start: number, bytes: number): void {
    for (const page of this.pagesOf(start, bytes)) this.forbidden.add(page)
    this.guards.forbid(start, bytes)
  }

  private allow(start: number, bytes: number): void {
    for (const page of this.pagesOf(start, bytes)) this.forbidden.delete(page)
    this.guards.allow(start, bytes)
  }

  private pagesOf(start: number, bytes: number): number[] {
    const { pageBytes } = this.guards
    return Array.from({ length: bytes / pageBytes }, (_, i) => start / pageBytes + i)
  }
}
