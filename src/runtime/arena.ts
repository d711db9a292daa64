import type { BufferAllocator } from './allocator.js'
import { DeviceBuffer } from './deviceBuffer.js'

/** Scratch memory of all Programs, one after the other: as large as the largest of them needs. */
export class Arena {
  private buffer: DeviceBuffer | undefined

  constructor(private readonly allocator: BufferAllocator) {}

  /** Scratch of at least so many bytes. Runs that are queued keep the one they were given. */
  atLeast(bytes: number): DeviceBuffer {
    if (this.buffer && this.buffer.bytes >= bytes) return this.buffer
    // Let go of first: when no run is queued, the larger one can take its place.
    this.buffer?.discard()
    this.buffer = undefined
    this.buffer = new DeviceBuffer(this.allocator, bytes)
    return this.buffer
  }
}
