import type { BufferAllocator } from './allocator.js'

/**
 * A buffer whose owner may let go of it while runs that use it are still queued: it is freed when both are done.
 */
export class DeviceBuffer {
  readonly address: number
  private pins = 0
  private discarded = false

  constructor(
    private readonly allocator: BufferAllocator,
    readonly bytes: number,
  ) {
    this.address = allocator.allocate(bytes)
  }

  /** True while a queued run uses it. */
  get pinned(): boolean {
    return this.pins > 0
  }

  pin(): void {
    this.pins++
  }

  unpin(): void {
    this.pins--
    if (this.pins === 0 && this.discarded) this.allocator.release(this.address, this.bytes)
  }

  /** The owner needs it no more. */
  discard(): void {
    if (this.discarded) return
    this.discarded = true
    if (this.pins === 0) this.allocator.release(this.address, this.bytes)
  }
}
