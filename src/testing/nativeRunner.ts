import type { LoopFunction } from '../loops/ir.js'
import { type CodeMemory, loadCodeMemory } from '../targets/x64/codeMemory.js'
import { compileFunction } from '../targets/x64/compileFunction.js'
import { detectFeatures } from '../targets/x64/detect.js'

/** Compiles a function for x64 and runs it once in this thread on a memory, with addresses relative to its start. */
export type NativeRun = (
  fn: LoopFunction,
  memory: ArrayBufferLike,
  pointers: readonly number[],
  begin: number,
  end: number,
) => void

export interface NativeRunner {
  readonly run: NativeRun
  readonly memory: CodeMemory
  /** Vector widths, in lanes, that this processor has. */
  readonly widths: readonly (8 | 16)[]
}

/** What machine code tests run on; the reason as text where there is no way to run any. */
export async function nativeRunner(): Promise<NativeRunner | string> {
  let memory: CodeMemory
  try {
    memory = await loadCodeMemory()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const { avx2, avx512 } = detectFeatures(memory)
  if (!avx2) return 'this processor has no AVX2'
  return { memory, run: runOn(memory), widths: avx512 ? [8, 16] : [8] }
}

function runOn(memory: CodeMemory): NativeRun {
  return (fn, bytes, pointers, begin, end) => {
    const { code } = compileFunction(fn, memory.convention)
    const base = memory.addressOf(new Uint8Array(bytes))
    const block = new DataView(new ArrayBuffer(8 * pointers.length + 64))
    pointers.forEach((pointer, i) => {
      block.setBigUint64(8 * i, base + BigInt(pointer), true)
    })
    block.setInt32(8 * pointers.length, begin, true)
    block.setInt32(8 * pointers.length + 4, end, true)
    const address = memory.place(code)
    try {
      memory.functionAt(address)(memory.addressOf(block))
    } finally {
      memory.remove(address)
    }
  }
}
