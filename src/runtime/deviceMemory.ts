import { GradusError } from '../errors.js'
import type { DType, Elements, TypedArray } from '../graph/dtype.js'
import type { GrowableMemory } from './allocator.js'
import { elementsAt } from './elements.js'

/** Memory that loops compute in, as the executor sees it. */
export interface DeviceMemory extends GrowableMemory {
  /** Copies in before it returns, or at least before any run that is started later. */
  write(address: number, data: TypedArray): void
  /** A copy. The caller makes sure that no run changes these bytes before it has it. */
  read(address: number, bytes: number): ArrayBuffer | Promise<ArrayBuffer>
  /** Elements where they lie, until the memory grows. Not there where another thread has the memory. */
  inPlace?(address: number, dtype: DType, count: number): Elements
}

export const pageBytes = 65_536

/** The most pages that 32-bit addresses reach, and what to ask for where the machine reserves no such range. */
const maximumPagesToTry = [65_536, 32_768, 16_384, 8_192, 4_096]

/** New length when at least `needed` is: a quarter more than now, so that growing is rare. */
export const grownBytes = (now: number, needed: number, maximum: number): number => {
  const wanted = Math.max(needed, Math.min(maximum, now + now / 4))
  return Math.min(maximum, Math.ceil(wanted / pageBytes) * pageBytes)
}

const bytesOf = (data: TypedArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** A plain ArrayBuffer on the caller's thread, for the interpreter. */
export class HostMemory implements DeviceMemory {
  private view = new Uint8Array(0)

  constructor(readonly maximumBytes = 2 ** 32) {}

  get byteLength(): number {
    return this.view.byteLength
  }

  get buffer(): ArrayBuffer {
    return this.view.buffer
  }

  grow(byteLength: number): void {
    const larger = new Uint8Array(grownBytes(this.byteLength, byteLength, this.maximumBytes))
    larger.set(this.view)
    this.view = larger
  }

  write(address: number, data: TypedArray): void {
    this.view.set(bytesOf(data), address)
  }

  read(address: number, bytes: number): ArrayBuffer {
    return this.view.slice(address, address + bytes).buffer
  }

  inPlace(address: number, dtype: DType, count: number): Elements {
    return elementsAt(dtype, this.view.buffer, address, count)
  }
}

/** A WebAssembly.Memory that this thread sees. Only a shared one can be given to workers. */
export class WebAssemblyMemory implements DeviceMemory {
  /** Remade after growth, which leaves older views at the old length. */
  private view: Uint8Array

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly maximumBytes: number,
  ) {
    this.view = new Uint8Array(memory.buffer)
  }

  get byteLength(): number {
    return this.view.byteLength
  }

  get maximumPages(): number {
    return this.maximumBytes / pageBytes
  }

  grow(byteLength: number): void {
    const length = grownBytes(this.byteLength, byteLength, this.maximumBytes)
    this.memory.grow((length - this.byteLength) / pageBytes)
    this.view = new Uint8Array(this.memory.buffer)
  }

  write(address: number, data: TypedArray): void {
    this.view.set(bytesOf(data), address)
  }

  read(address: number, bytes: number): ArrayBuffer {
    const copy = new Uint8Array(bytes)
    copy.set(this.view.subarray(address, address + bytes))
    return copy.buffer
  }

  inPlace(address: number, dtype: DType, count: number): Elements {
    return elementsAt(dtype, this.view.buffer, address, count)
  }
}

/** The largest address range that can be reserved here, of which one page is made. */
export function reserveMemory(shared: boolean): WebAssemblyMemory {
  let cause: unknown
  for (const maximum of maximumPagesToTry) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared })
      return new WebAssemblyMemory(memory, maximum * pageBytes)
    } catch (error) {
      cause = error
    }
  }
  const least = (maximumPagesToTry.at(-1) ?? 0) * pageBytes
  throw new GradusError(
    `No WebAssembly memory could be made: not even an address range of ${least} bytes is free. ` +
      'Raise the limit on virtual memory (ulimit -v), or use the target "interpreter".',
    { cause },
  )
}
