import { loadCodeMemory } from '../targets/x64/codeMemory.js'
import type { LinkNative } from './workerCode.js'

const halfWord = 2 ** 32

/**
 * Readies this thread to call machine code on a memory. Functions take addresses relative to the memory's start, as in
 * WebAssembly, then begin and end; all of a thread's functions share one argument block, as they run one at a time.
 */
export async function loadNative(memory: WebAssembly.Memory): Promise<LinkNative> {
  const codeMemory = await loadCodeMemory()
  const base = Number(codeMemory.addressOf(new Uint8Array(memory.buffer)))
  let block = argumentBlock(64)
  let blockAddress = codeMemory.addressOf(block)
  return (address) => {
    const run = codeMemory.functionAt(address)
    return (...numbers) => {
      const pointers = numbers.length - 2
      if (2 * numbers.length > block.length) {
        block = argumentBlock(2 * numbers.length)
        blockAddress = codeMemory.addressOf(block)
      }
      // Stored into 32-bit elements, numbers lose what lies above them.
      for (let i = 0; i < pointers; i++) {
        const pointer = base + numbers[i]
        block[2 * i] = pointer
        block[2 * i + 1] = pointer / halfWord
      }
      block[2 * pointers] = numbers[pointers]
      block[2 * pointers + 1] = numbers[pointers + 1]
      run(blockAddress)
    }
  }
}

/** With a buffer of its own from the start: small arrays without one move. */
const argumentBlock = (words: number): Int32Array => new Int32Array(new ArrayBuffer(4 * words))
