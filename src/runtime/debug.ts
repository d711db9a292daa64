import { ArgumentError } from '../errors.js'
import { environment } from './environment.js'
import type { GuardedSide } from './guardedAllocator.js'

const stages = ['graph', 'plan', 'loops', 'asm'] as const

/** What guards buffers, and which end of them. */
const guardedSides: Readonly<Record<string, GuardedSide>> = { guard: 'back', 'guard-front': 'front' }

const known: readonly string[] = [...stages, ...Object.keys(guardedSides)]

/** What can be shown: traces, compiled plans, loop functions, machine code. */
export type DebugStage = (typeof stages)[number]

/**
 * What `GRADUS_DEBUG` asks for: stages to print to standard error; or with `guard`, buffers that end at pages which nobody
 * may touch (with `guard-front`: that begin there), so that an access out of bounds ends the program where it happens.
 */
export class Debug {
  /** Which end of buffers is to be guarded; undefined for none. */
  readonly guardedSide: GuardedSide | undefined
  private readonly shown: ReadonlySet<string>

  /** `names` as in `GRADUS_DEBUG`: with commas between. */
  constructor(names: string | undefined = environment('GRADUS_DEBUG')) {
    const list = (names ?? '').split(',').filter((name) => name !== '')
    const unknown = list.find((name) => !known.includes(name))
    if (unknown !== undefined) {
      throw new ArgumentError(`GRADUS_DEBUG: expected some of ${known.join(',')}; received "${unknown}".`)
    }
    this.shown = new Set(list)
    this.guardedSide = list.map((name) => guardedSides[name]).find((side) => side !== undefined)
  }

  shows(stage: DebugStage): boolean {
    return this.shown.has(stage)
  }

  show(stage: DebugStage, title: string, text: () => string): void {
    if (this.shows(stage)) console.error(`--- ${stage}: ${title}\n${text()}`)
  }
}
