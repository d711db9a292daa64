import { InternalError } from '../../errors.js'
import type { LoopFunction } from '../../loops/ir.js'
import { emitFunction } from './emitFunction.js'
import { encodeModule, type LooseFunction } from './encoder.js'

/** Bytes of a page of WebAssembly memory. */
export const pageBytes = 65536

/** The most pages a memory with 32-bit addresses can have: 4 GiB. */
export const mostPages = 65536

/**
 * Buffers must not lie below this address. Constants in a pointer are added last, by the memory instruction, and there
 * they do not wrap: a pointer that is moved back from a buffer's start by a variable and then forward by a constant
 * must not fall below address 0 in between.
 */
export const lowestBufferAddress = 1 << 20

export interface ModuleOptions {
  /** Whether the memory is shared between threads. It must be as the memory given at instantiation. */
  readonly sharedMemory: boolean
  /** Pages that the memory has at least; a larger one may be given. */
  readonly minimumPages: number
  /** The memory's own maximum must not be larger. */
  readonly maximumPages: number
  /** Whether `mulAdd` becomes `f32x4.relaxed_madd`: only where {@link detectFeatures} found that it rounds once. */
  readonly relaxedMadd: boolean
}

/**
 * Compiles loop functions of width 4 into a WebAssembly module, as `joinModule` arranges it.
 *
 * @throws InternalError if a function has another width or is ill-formed
 */
export const compileModule = (
  functions: readonly LoopFunction[],
  options: ModuleOptions,
): Uint8Array<ArrayBuffer> =>
  joinModule(
    functions.map((fn) => emitFunction(fn, options)),
    options,
  )

/**
 * Functions that were emitted as a WebAssembly module. Function i is exported as `f` + i and takes its pointers (byte
 * addresses), then begin and end, all i32. The memory is imported as `env.memory`.
 */
export function joinModule(
  functions: readonly LooseFunction[],
  { sharedMemory: shared, minimumPages, maximumPages }: ModuleOptions,
): Uint8Array<ArrayBuffer> {
  if (minimumPages > maximumPages || maximumPages > mostPages) {
    throw new InternalError(
      `a memory of ${minimumPages} to ${maximumPages} pages was asked for; the most is ${mostPages}`,
    )
  }
  const exported = functions.map((fn, i) => ({ ...fn, exportName: `f${i}` }))
  return encodeModule(exported, { minimumPages, maximumPages, shared })
}
