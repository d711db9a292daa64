import { bufferAlignment } from '../compiler/program.js'
import { type Allocator, bufferBytes } from './allocator.js'
import { DeviceBuffer } from './deviceBuffer.js'

/** Several buffers in one allocation, each aligned and followed by slack like a buffer of its own. */
export class BufferGroup {
  readonly buffer: DeviceBuffer
  readonly addresses: readonly number[]

  constructor(allocator: Allocator, sizes: readonly number[]) {
    const offsets: number[] = []
    let total = 0
    for (const size of sizes) {
      offsets.push(total)
      total += bufferBytes(size)
    }
    // The last member's slack is the allocation's own.
    this.buffer = new DeviceBuffer(allocator, Math.max(0, total - bufferAlignment))
    this.addresses = offsets.map((offset) => this.buffer.address + offset)
  }
}
