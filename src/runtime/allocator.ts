import { bufferAlignment } from '../compiler/program.js'
import { GradusError, InternalError } from '../errors.js'

/** The memory an allocator hands out. It grows, but never shrinks. */
export interface GrowableMemory {
  readonly byteLength: number
  readonly maximumBytes: number
  /** Makes the memory at least this long. Throws if the machine does not give it. */
  grow(byteLength: number): void
}

/** Hands out buffers: aligned to `bufferAlignment` and followed by at least as much slack. */
export interface BufferAllocator {
  /** Bytes in buffers now, slack included. */
  readonly usedBytes: number
  /** The most that was ever in use, with the gaps between: every byte of it was handed out once. */
  readonly reservedBytes: number
  /** Whether several buffers may be made as one, side by side. */
  readonly joinsBuffers: boolean
  /** The address of a new buffer. Its content is arbitrary. */
  allocate(bytes: number): number
  /** Takes back the buffer of so many bytes that was allocated there. */
  release(address: number, bytes: number): void
}

interface FreeBlock {
  start: number
  bytes: number
}

const roundUp = (bytes: number): number => Math.ceil(bytes / bufferAlignment) * bufferAlignment

/** Bytes that a buffer takes up: rounded up, and followed by the slack that vector loops may touch. */
export const bufferBytes = (bytes: number): number => roundUp(bytes) + bufferAlignment

/** Hands out buffers of one growable memory. Takes the smallest free block that fits; neighbouring free blocks are joined. */
export class Allocator implements BufferAllocator {
  readonly joinsBuffers = true
  /** In order of address; no two touch. */
  private readonly free: FreeBlock[] = []
  private used = 0
  private top: number

  constructor(
    private readonly memory: GrowableMemory,
    /** No buffer lies below this multiple of `bufferAlignment`. */
    private readonly lowestAddress = 0,
  ) {
    this.top = lowestAddress
  }

  get usedBytes(): number {
    return this.used
  }

  get reservedBytes(): number {
    return this.top - this.lowestAddress
  }

  allocate(bytes: number): number {
    const size = bufferBytes(bytes)
    const start = this.takeFree(size) ?? this.extend(size)
    this.used += size
    return start
  }

  release(address: number, bytes: number): void {
    const size = bufferBytes(bytes)
    this.putFree(address, size)
    this.used -= size
  }

  private takeFree(size: number): number | undefined {
    let best = -1
    for (let i = 0; i < this.free.length; i++) {
      const { bytes } = this.free[i]
      if (bytes >= size && (best < 0 || bytes < this.free[best].bytes)) best = i
    }
    if (best < 0) return undefined
    const block = this.free[best]
    const { start } = block
    if (block.bytes === size) this.free.splice(best, 1)
    else {
      block.start += size
      block.bytes -= size
    }
    return start
  }

  /** Takes memory above the top, together with a free block that ends there. */
  private extend(size: number): number {
    const last = this.free.at(-1)
    const touches = last !== undefined && last.start + last.bytes === this.top
    const start = touches ? last.start : this.top
    this.reserve(start + size, size)
    if (touches) this.free.pop()
    this.top = start + size
    return start
  }

  private reserve(end: number, size: number): void {
    const { memory } = this
    if (end <= memory.byteLength) return
    try {
      if (end > memory.maximumBytes) throw new RangeError('beyond the maximum')
      memory.grow(end)
    } catch (cause) {
      throw new GradusError(
        `Out of device memory: a buffer of ${size} bytes needs a memory of ${end} bytes; ${this.used} are in use, and ` +
          `${memory.byteLength} of at most ${memory.maximumBytes} are reserved. Use a smaller batch or a smaller model.`,
        { cause },
      )
    }
  }

  private putFree(start: number, bytes: number): void {
    let at = 0
    for (let high = this.free.length; at < high; ) {
      const middle = (at + high) >> 1
      if (this.free[middle].start < start) at = middle + 1
      else high = middle
    }
    const before = this.free[at - 1] as FreeBlock | undefined
    const after = this.free[at] as FreeBlock | undefined
    if (
      start < (before ? before.start + before.bytes : this.lowestAddress) ||
      start + bytes > (after?.start ?? this.top)
    )
      throw new InternalError(
        `No buffer of ${bytes} bytes starts at address ${start}: not all of them are in use.`,
      )
    const joinsBefore = before !== undefined && before.start + before.bytes === start
    const joinsAfter = after !== undefined && start + bytes === after.start
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0)
      if (joinsAfter) this.free.splice(at, 1)
    } else if (joinsAfter) {
      after.start = start
      after.bytes += bytes
    } else this.free.splice(at, 0, { start, bytes })
  }
}
