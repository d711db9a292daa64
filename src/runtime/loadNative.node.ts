import { type CodeMemory, loadCodeMemory, type NativeFunction } from '../targets/x64/codeMemory.js'
import type { NativeGate } from './nativeGate.node.js'
import type { LinkNative } from './workerCode.js'

const halfWord = 2 ** 32

/** Does what only native code can do. */
type Within = <T>(action: () => T) => T

/** Readies a worker to call machine code on a memory, inside its gate. */
export async function loadNative(memory: WebAssembly.Memory, gate: NativeGate): Promise<LinkNative> {
  gate.enter()
  try {
    return linkNative(memory, await loadCodeMemory(), (action) => gate.within(action))
  } finally {
    gate.leave()
  }
}

/**
 * Makes functions of this thread from machine code. They take addresses relative to the memory's start, as in WebAssembly,
 * then begin and end. Calls that are left for later ones are noted side by side in one block, which all functions share, as `callerCode` reads it.
 */
export function linkNative(
  memory: WebAssembly.Memory,
  codeMemory: CodeMemory,
  within: Within = (action) => action(),
): LinkNative {
  const base = Number(codeMemory.addressOf(new Uint8Array(memory.buffer)))
  let block = callBlock(usualWords)
  let blockAddress = codeMemory.addressOf(block)
  /** Words of the block that calls take which were left. */
  let used = 0
  const lengthen = (words: number): void => {
    block = callBlock(words)
    blockAddress = codeMemory.addressOf(block)
  }
  const callNoted = (caller: NativeFunction): void => {
    // Behind the last call.
    block[used] = 0
    block[used + 1] = 0
    used = 0
    caller(blockAddress)
  }
  const note = (caller: NativeFunction, low: number, high: number, numbers: readonly number[]): void => {
    const pointers = numbers.length - 2
    const words = 2 * numbers.length + 2
    if (used + words + 2 > block.length) {
      if (used > 0) callNoted(caller)
      if (words + 2 > block.length) within(() => lengthen(words + 2))
    }
    block[used] = low
    block[used + 1] = high
    block[used + 2] = 4 * words
    block[used + 3] = 0
    let at = used + 4
    // Stored into 32-bit elements, numbers lose what lies above them.
    for (let i = 0; i < pointers; i++) {
      const pointer = base + numbers[i]
      block[at++] = pointer
      block[at++] = pointer / halfWord
    }
    block[at++] = numbers[pointers]
    block[at++] = numbers[pointers + 1]
    used = at
  }
  return (callerAddress) => {
    const caller = within(() => codeMemory.functionAt(callerAddress))
    return (address) => {
      const [low, high] = new Int32Array(BigInt64Array.of(address).buffer)
      return {
        leave: (numbers) => note(caller, low, high, numbers),
        call(numbers) {
          note(caller, low, high, numbers)
          callNoted(caller)
        },
      }
    }
  }
}

/** Words of the block, as a rule: some two hundred calls. */
const usualWords = 4096

/** With a buffer of its own from the start: small arrays without one move. */
const callBlock = (words: number): Int32Array => new Int32Array(new ArrayBuffer(4 * words))
