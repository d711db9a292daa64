import { ArgumentError } from '../errors.js'
import { environment } from './environment.js'

const stages = ['graph', 'plan', 'loops', 'asm'] as const

/** What `GRADUS_DEBUG` can show: traces, compiled plans, loop functions, machine code. */
export type DebugStage = (typeof stages)[number]

/** Prints the stages that were asked for to standard error. */
export class Debug {
  private readonly shown: ReadonlySet<string>

  /** `names` as in `GRADUS_DEBUG`: stages with commas between. */
  constructor(names: string | undefined = environment('GRADUS_DEBUG')) {
    const list = (names ?? '').split(',').filter((name) => name !== '')
    const unknown = list.find((name) => !(stages as readonly string[]).includes(name))
    if (unknown !== undefined) {
      throw new ArgumentError(`GRADUS_DEBUG: expected some of ${stages.join(',')}; received "${unknown}".`)
    }
    this.shown = new Set(list)
  }

  show(stage: DebugStage, title: string, text: () => string): void {
    if (this.shown.has(stage)) console.error(`--- ${stage}: ${title}\n${text()}`)
  }
}
