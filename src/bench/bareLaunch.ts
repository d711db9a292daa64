import { type Address, bufferAlignment, noPreparation, type Program } from '../compiler/program.js'
import type { LoopFunction } from '../loops/ir.js'
import type { Backend } from '../runtime/backend.js'
import type { Subject } from './measureInTurns.js'

/** One loop function over its grid, on buffers of its own. */
export interface BareLaunch {
  readonly loop: LoopFunction
  /** Bytes of the buffer that each of its pointers gets, in order. */
  readonly buffers: readonly number[]
  readonly grid: number
}

/**
 * A Program of nothing but one launch, ready to run. Its buffers hold zeros, which take as long as other numbers.
 * @param backend with nothing in its memory but what other bare launches do, one at a time
 */
export async function bareLaunch(backend: Backend, launch: BareLaunch): Promise<Subject> {
  const { memory, lowestAddress } = backend
  const program = programOf(launch)
  const end = lowestAddress + program.arenaBytes
  if (memory.byteLength < end) memory.grow(end)
  const loaded = backend.load(program)
  await loaded.ready
  return {
    name: launch.loop.name,
    async run(times) {
      for (let i = 0; i < times; i++) await loaded.run([lowestAddress])
    },
  }
}

function programOf({ loop, buffers, grid }: BareLaunch): Program {
  const places: Address[] = []
  let arenaBytes = 0
  for (const bytes of buffers) {
    places.push({ base: 0, offset: arenaBytes, strides: [] })
    arenaBytes += Math.ceil(bytes / bufferAlignment) * bufferAlignment + bufferAlignment
  }
  return {
    functions: new Map([[loop.name, loop]]),
    steps: [{ type: 'launch', function: loop.name, arguments: places, grid, barrier: false, solo: false }],
    ...{ inputs: [], variables: [], constants: [], outputs: [], scratch: [], assigned: [] },
    preparation: noPreparation,
    arenaBytes,
    report: { launches: [], prepared: [], arenaBytes },
  }
}
