import { bufferAlignment } from '../compiler/program.js'
import { type BufferAllocator, bufferBytes } from './allocator.js'
import { DeviceBuffer } from './deviceBuffer.js'

/** Several buffers that come and go together: in one allocation, if the allocator joins them. */
export class BufferGroup {
  readonly addresses: readonly number[]
  private readonly buffers: readonly DeviceBuffer[]

  constructor(allocator: BufferAllocator, sizes: readonly number[]) {
    if (!allocator.joinsBuffers) {
      this.buffers = sizes.map((size) => new DeviceBuffer(allocator, size))
      this.addresses = this.buffers.map(({ address }) => address)
      return
    }
    let total = 0
    for (const size of sizes) total += bufferBytes(size)
    // The last member's slack is the allocation's own.
    const buffer = new DeviceBuffer(allocator, Math.max(0, total - bufferAlignment))
    // `map` gives V8 an array of another kind once it is optimised, and what reads that is optimised anew.
    const addresses: number[] = []
    let next = buffer.address
    for (const size of sizes) {
      addresses.push(next)
      next += bufferBytes(size)
    }
    this.buffers = [buffer]
    this.addresses = addresses
  }

  pin(): void {
    for (const buffer of this.buffers) buffer.pin()
  }

  unpin(): void {
    for (const buffer of this.buffers) buffer.unpin()
  }

  /** The owner needs it no more. */
  discard(): void {
    for (const buffer of this.buffers) buffer.discard()
  }
}
