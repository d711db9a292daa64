import { StateError } from '../errors.js'
import { CodeLedger } from './codeLedger.js'
import type { CodeMessage, CodeUnit } from './messages.js'
import type { Team } from './team.js'

/**
 * Starts a team of workers at the first use and again at the first use after it ended, by `close` or by accident,
 * and hands new workers all the code that is in use.
 */
export class WorkerPool<T extends Team> {
  private readonly ledger = new CodeLedger()
  private team: T | undefined
  private starting: Promise<T> | undefined
  /** Undefined when no team is ending. */
  private closing: Promise<unknown> | undefined

  constructor(private readonly startTeam: () => Promise<T>) {}

  addUnit(unit: CodeUnit): void {
    this.post(this.ledger.addUnit(unit))
  }

  addProgram(program: Extract<CodeMessage, { type: 'program' }>): void {
    this.post(this.ledger.addProgram(program))
  }

  release(programs: readonly number[], units: readonly number[]): void {
    this.post(this.ledger.release(programs, units))
  }

  /** The team, if it is running. */
  get running(): T | undefined {
    return this.team?.ended ? undefined : this.team
  }

  /** Does something with the team: at once if it is running, else when it has started; in the order of calls. */
  use<R>(action: (team: T) => Promise<R>): Promise<R> {
    if (this.starting) return this.starting.then(action)
    const { running } = this
    if (running) return action(running)
    return this.start().then(action)
  }

  /** Ends the workers, after `farewell`. Nothing may be under way. */
  close(farewell: (team: T) => Promise<void> = async () => {}): Promise<void> {
    const { team, starting, closing } = this
    this.team = undefined
    this.starting = undefined
    const end = async () => {
      await closing
      const last = team ?? (await starting)
      if (!last || last.ended) return
      await farewell(last)
      await last.end(new StateError('The executor was closed while a run was under way.'))
    }
    const ended = end()
    const settled: Promise<unknown> = ended
      .catch(() => {})
      .then(() => {
        if (this.closing === settled) this.closing = undefined
      })
    this.closing = settled
    return ended
  }

  private post(message: CodeMessage): void {
    // A team that starts later gets it from the ledger.
    this.team?.post(message)
  }

  private start(): Promise<T> {
    // Without delay if it can be: what the caller does next may keep this thread busy for long.
    const starting = this.closing ? this.closing.then(() => this.startTeam()) : this.startTeam()
    this.starting = starting
    // This goes before the actions that wait for `starting`, so none of them can be overtaken.
    const finish = (team?: T) => {
      if (this.starting !== starting) return
      this.starting = undefined
      this.team = team
      for (const message of this.ledger.messages()) this.post(message)
    }
    starting.then(finish, () => finish())
    return starting
  }
}
