import { GradusError } from '../errors.js'
import { arrayOf, bytesPerElement, type DType, type Elements, type TypedArray } from '../graph/dtype.js'
import type { Later } from '../utils/later.js'
import type { GrowableMemory } from './allocator.js'
import { elementsAt } from './elements.js'

/** Memory that loops compute in, as the executor sees it. */
export interface DeviceMemory extends GrowableMemory {
  /** Copies in before it returns, or at least before any run that is started later. */
  write(address: number, data: TypedArray): void
  /** A copy, at once where this thread has the memory. The caller makes sure that no run changes these elements before it has it. */
  read(address: number, dtype: DType, count: number): Later<TypedArray>
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

/** So few elements are copied one by one: to make a view of them takes longer. */
const few = 64

interface Views<Buffer extends ArrayBufferLike> {
  readonly bytes: Uint8Array<Buffer>
  readonly floats: Float32Array<Buffer>
  readonly integers: Int32Array<Buffer>
}

const viewsOf = <Buffer extends ArrayBufferLike>(buffer: Buffer): Views<Buffer> => ({
  bytes: new Uint8Array(buffer),
  floats: new Float32Array(buffer),
  integers: new Int32Array(buffer),
})

/** Memory that this thread sees. Elements lie at multiples of their size. */
abstract class SeenMemory<Buffer extends ArrayBufferLike> implements DeviceMemory {
  /** All of it, remade after growth, which leaves older views at the old length. */
  private whole: Views<Buffer>

  constructor(
    buffer: Buffer,
    readonly maximumBytes: number,
  ) {
    this.whole = viewsOf(buffer)
  }

  get byteLength(): number {
    return this.whole.bytes.byteLength
  }

  get buffer(): Buffer {
    return this.whole.bytes.buffer
  }

  grow(byteLength: number): void {
    this.whole = viewsOf(this.grown(grownBytes(this.byteLength, byteLength, this.maximumBytes)))
  }

  write(address: number, data: TypedArray): void {
    const { bytes, floats, integers } = this.whole
    if (data instanceof Float32Array) floats.set(data, address / 4)
    else if (data instanceof Int32Array) integers.set(data, address / 4)
    else bytes.set(data, address)
  }

  inPlace(address: number, dtype: DType, count: number): Elements {
    return elementsAt(dtype, this.buffer, address, count)
  }

  read(address: number, dtype: DType, count: number): TypedArray {
    const copy = new arrayOf[dtype](count)
    const from = address / bytesPerElement[dtype]
    const { bytes, floats, integers } = this.whole
    const whole = dtype === 'float32' ? floats : dtype === 'int32' ? integers : bytes
    if (count > few) copy.set(whole.subarray(from, from + count))
    else for (let i = 0; i < count; i++) copy[i] = whole[from + i]
    return copy
  }

  /** The buffer at this length, with what it held. */
  protected abstract grown(byteLength: number): Buffer
}

/** A plain ArrayBuffer on the caller's thread, for the interpreter. */
export class HostMemory extends SeenMemory<ArrayBuffer> {
  constructor(maximumBytes = 2 ** 32) {
    super(new ArrayBuffer(0), maximumBytes)
  }

  protected override grown(byteLength: number): ArrayBuffer {
    const larger = new Uint8Array(byteLength)
    larger.set(new Uint8Array(this.buffer))
    return larger.buffer
  }
}

/** A WebAssembly.Memory that this thread sees. Only a shared one can be given to workers. */
export class WebAssemblyMemory extends SeenMemory<ArrayBufferLike> {
  constructor(
    readonly memory: WebAssembly.Memory,
    maximumBytes: number,
  ) {
    super(memory.buffer, maximumBytes)
  }

  get maximumPages(): number {
    return this.maximumBytes / pageBytes
  }

  protected override grown(byteLength: number): ArrayBufferLike {
    this.memory.grow((byteLength - this.byteLength) / pageBytes)
    return this.memory.buffer
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
