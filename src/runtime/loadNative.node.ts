import { type CodeMemory, loadCodeMemory } from '../targets/x64/codeMemory.js'
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
 * then begin and end; all share one block, as they run one at a time: the function's address, then its arguments.
 */
export function linkNative(
  memory: WebAssembly.Memory,
  codeMemory: CodeMemory,
  within: Within = (action) => action(),
): LinkNative {
  const base = Number(codeMemory.addressOf(new Uint8Array(memory.buffer)))
  let block = callBlock(64)
  let blockAddress = codeMemory.addressOf(block)
  const lengthen = (words: number): void => {
    block = callBlock(words)
    blockAddress = codeMemory.addressOf(block)
  }
  return (caller) => {
    const call = within(() => codeMemory.functionAt(caller))
    return (address) => {
      const [low, high] = new Int32Array(BigInt64Array.of(address).buffer)
      return (numbers) => {
        const pointers = numbers.length - 2
        if (2 * numbers.length > block.length) within(() => lengthen(2 * numbers.length))
        block[0] = low
        block[1] = high
        // Stored into 32-bit elements, numbers lose what lies above them.
        for (let i = 0; i < pointers; i++) {
          const pointer = base + numbers[i]
          block[2 * i + 2] = pointer
          block[2 * i + 3] = pointer / halfWord
        }
        block[2 * pointers + 2] = numbers[pointers]
        block[2 * pointers + 3] = numbers[pointers + 1]
        call(blockAddress)
      }
    }
  }
}

/** With a buffer of its own from the start: small arrays without one move. */
const callBlock = (words: number): Int32Array => new Int32Array(new ArrayBuffer(4 * words))
