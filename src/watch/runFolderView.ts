import { DataError } from '../errors.js'
import { findRuns } from './findRuns.js'
import type { RunList } from './protocol.js'
import { Run } from './run.js'

/** A folder of runs, as it is now: they appear and disappear, and what is known of each grows. */
export class RunFolderView {
  private runs = new Map<string, Run>()
  private problem: string | null = null
  private refreshing: Promise<void> | undefined

  constructor(readonly folder: string) {}

  /** Reads what was written since the last time. Calls meanwhile wait for the same. */
  refresh(): Promise<void> {
    this.refreshing ??= this.readAll().finally(() => {
      this.refreshing = undefined
    })
    return this.refreshing
  }

  /** The run of this name, as the last refresh found it. */
  run(name: string): Run | undefined {
    return this.runs.get(name)
  }

  get list(): RunList {
    const runs = [...this.runs.values()].map((run) => run.summary)
    return { folder: this.folder, runs, problem: this.problem }
  }

  private async readAll(): Promise<void> {
    try {
      const found = await findRuns(this.folder)
      const runs = found.map(({ name }) => this.runs.get(name) ?? new Run(name))
      for (const [i, run] of runs.entries()) await run.refresh(found[i])
      this.runs = new Map(runs.map((run) => [run.name, run]))
      this.problem = null
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      // It may come back.
      this.runs.clear()
      this.problem = error.message
    }
  }
}
