import { GradusError } from '../../errors.js'
import type { CallingConvention } from './compileFunction.js'

/** Code lies at multiples of this many bytes: the longest constant behind it. */
export const codeAlignment = 64

/** Calls native code with the address of its argument block. */
export type NativeFunction = (block: bigint) => void

/** Memory for machine code in this process, and calls into it. Addresses are valid in all of its threads. */
export interface CodeMemory {
  readonly convention: CallingConvention
  /** Puts code where it can be run, and no longer written. Returns its address, a multiple of `codeAlignment`. */
  place(code: Uint8Array): bigint
  /** Gives back what `place` returned. Nobody may be running it. */
  remove(address: bigint): void
  /** A function of this thread that calls code at an address. */
  functionAt(address: bigint): NativeFunction
  /** Whether whole pages of this process's data may be read and written, or not touched at all. */
  setAccessible(address: bigint, bytes: number, accessible: boolean): void
  /** The address of an array's first byte. Array buffers do not move, nor does a WebAssembly memory when it grows. */
  addressOf(array: ArrayBufferView): bigint
}

/** The part of koffi that is used; its own types are loose. */
interface Koffi {
  load(path: string): KoffiLibrary
  proto(result: string, parameters: readonly string[]): unknown
  decode(value: unknown, type: unknown): unknown
  address(value: unknown): bigint
}

interface KoffiLibrary {
  func(definition: string): (...values: unknown[]) => unknown
}

/** How pages are had from the operating system, written, and made executable. */
interface Pages {
  reserve(bytes: number): bigint
  write(address: bigint, code: Uint8Array): void
  makeExecutable(address: bigint, bytes: number): void
  setAccessible(address: bigint, bytes: number, accessible: boolean): void
  release(address: bigint, bytes: number): void
}

const granularity = 65_536

const refused = (call: string): GradusError =>
  new GradusError(
    `The operating system refuses memory for machine code (${call} failed). Use the target "wasm", or allow it.`,
  )

const accessRefused = (call: string): GradusError =>
  new GradusError(`The operating system does not let pages be guarded (${call} failed).`)

const noAccess = 0
const readWrite = 3
const readExecute = 5

function posixPages(koffi: Koffi): Pages {
  const library = koffi.load(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6')
  const mmap = library.func(
    'int64_t mmap(int64_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
  )
  const mprotect = library.func('int mprotect(int64_t address, size_t length, int protection)')
  const munmap = library.func('int munmap(int64_t address, size_t length)')
  const memcpy = library.func('int64_t memcpy(int64_t to, const void *from, size_t length)')
  const privateAnonymous = process.platform === 'darwin' ? 0x1002 : 0x22
  return {
    reserve(bytes) {
      const address = BigInt(mmap(0, bytes, readWrite, privateAnonymous, -1, 0) as bigint | number)
      if (address === -1n) throw refused('mmap')
      return address
    },
    write: (address, code) => void memcpy(address, code, code.length),
    makeExecutable(address, bytes) {
      if (mprotect(address, bytes, readExecute) !== 0) throw refused('mprotect')
    },
    setAccessible(address, bytes, accessible) {
      if (mprotect(address, bytes, accessible ? readWrite : noAccess) !== 0) throw accessRefused('mprotect')
    },
    release: (address, bytes) => void munmap(address, bytes),
  }
}

function windowsPages(koffi: Koffi): Pages {
  const library = koffi.load('kernel32.dll')
  const allocate = library.func(
    'int64_t VirtualAlloc(int64_t address, size_t length, uint32_t type, uint32_t protection)',
  )
  const protect = library.func(
    'int VirtualProtect(int64_t address, size_t length, uint32_t protection, void *old)',
  )
  const free = library.func('int VirtualFree(int64_t address, size_t length, uint32_t type)')
  const copy = library.func('void RtlMoveMemory(int64_t to, const void *from, size_t length)')
  const [commitAndReserve, releaseAll] = [0x3000, 0x8000]
  const [pageNoAccess, pageReadWrite, pageExecuteRead] = [0x01, 0x04, 0x20]
  const changed = (address: bigint, bytes: number, protection: number): boolean =>
    protect(address, bytes, protection, new Uint32Array(1)) !== 0
  return {
    reserve(bytes) {
      const address = BigInt(allocate(0, bytes, commitAndReserve, pageReadWrite) as bigint | number)
      if (address === 0n) throw refused('VirtualAlloc')
      return address
    },
    write: (address, code) => void copy(address, code, code.length),
    makeExecutable(address, bytes) {
      if (!changed(address, bytes, pageExecuteRead)) throw refused('VirtualProtect')
    },
    setAccessible(address, bytes, accessible) {
      if (!changed(address, bytes, accessible ? pageReadWrite : pageNoAccess))
        throw accessRefused('VirtualProtect')
    },
    release: (address) => void free(address, 0, releaseAll),
  }
}

/**
 * Loads what it takes to run machine code.
 *
 * @throws GradusError if this is no x86-64 machine, or the optional package koffi is not installed
 */
export async function loadCodeMemory(): Promise<CodeMemory> {
  if (process.arch !== 'x64') {
    throw new GradusError(`Machine code is made for x86-64 processors; this is ${process.arch}.`)
  }
  const koffi = await importKoffi()
  const windows = process.platform === 'win32'
  // Loading a library also readies koffi for calls through pointers in this thread.
  const pages = windows ? windowsPages(koffi) : posixPages(koffi)
  const type = koffi.proto('void', ['int64_t'])
  const lengths = new Map<bigint, number>()
  return {
    convention: windows ? 'win64' : 'sysv',
    place(code) {
      const bytes = Math.ceil(code.length / granularity) * granularity
      const address = pages.reserve(bytes)
      try {
        pages.write(address, code)
        pages.makeExecutable(address, bytes)
      } catch (error) {
        pages.release(address, bytes)
        throw error
      }
      lengths.set(address, bytes)
      return address
    },
    remove(address) {
      const bytes = lengths.get(address)
      if (bytes === undefined) return
      lengths.delete(address)
      pages.release(address, bytes)
    },
    setAccessible: pages.setAccessible,
    functionAt: (address) => koffi.decode(address, type) as NativeFunction,
    addressOf: (array) => koffi.address(array),
  }
}

async function importKoffi(): Promise<Koffi> {
  try {
    const { default: koffi } = (await import('koffi')) as unknown as { default: Koffi }
    return koffi
  } catch (cause) {
    throw new GradusError(
      'The optional package koffi, which calls machine code, is not installed or does not load here: npm install koffi.',
      { cause },
    )
  }
}
