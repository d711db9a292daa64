import { loadCodeMemory } from '../targets/x64/codeMemory.js'
import { GuardedAllocator, type GuardedSide, type Guards, type PageGuards } from './guardedAllocator.js'

/** The page of every x86-64 system. */
const pageBytes = 4096

/**
 * Guards over pages of a WebAssembly memory. WebAssembly that touches one of them traps; machine code ends the process.
 *
 * @throws GradusError without koffi, or where the system lets no pages be guarded
 */
export async function pageGuards(memory: WebAssembly.Memory, side: GuardedSide): Promise<Guards> {
  const { addressOf, setAccessible } = await loadCodeMemory()
  const base = addressOf(new Uint8Array(memory.buffer))
  const guards: PageGuards = {
    pageBytes,
    side,
    forbid: (address, bytes) => setAccessible(base + BigInt(address), bytes, false),
    allow: (address, bytes) => setAccessible(base + BigInt(address), bytes, true),
  }
  return { allocator: (device, lowestAddress) => new GuardedAllocator(device, guards, lowestAddress) }
}
