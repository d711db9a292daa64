import type { Program, ProgramFunction } from '../compiler/program.js'
import type { LoadedProgram } from './backend.js'

/** What runs have to know of a Program. Its functions and steps are the backend's, and need not live on here. */
export type ProgramForm = Pick<
  Program,
  'inputs' | 'outputs' | 'preparation' | 'scratch' | 'assigned' | 'arenaBytes' | 'report'
>

/** A compiled Program and its holders: the cache, executables, and queued runs. The last one to let go releases it. */
export class CachedProgram {
  readonly program: ProgramForm
  /** Bytes of what each run has of its own: inputs, outputs, scratch. */
  readonly stagedBytes: readonly number[]
  /** Undefined once it is ready. */
  loading: Promise<void> | undefined
  private holders = 1

  constructor(
    { inputs, outputs, preparation, scratch, assigned, arenaBytes, report }: Program<ProgramFunction>,
    readonly loaded: LoadedProgram,
  ) {
    this.program = { inputs, outputs, preparation, scratch, assigned, arenaBytes, report }
    this.stagedBytes = [...inputs, ...outputs, ...scratch].map(({ bytes }) => bytes)
    this.loading = loaded.ready.then(() => {
      this.loading = undefined
    })
    // Whoever runs it hears of a failure; nobody has to.
    this.loading.catch(() => {})
  }

  retain(): void {
    this.holders++
  }

  release(): void {
    this.holders--
    if (this.holders === 0) this.loaded.release()
  }
}

interface Entry {
  readonly cached: CachedProgram
  readonly bytes: number
}

/** Programs by their exact structural key. The least recently used go when all together take too many bytes. */
export class ProgramCache {
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>()
  private bytes = 0
  compiled = 0

  constructor(private readonly maximumBytes: number) {}

  /** The Program for `key`, compiled by `compile` if it is not known. */
  get(key: string, compile: () => CachedProgram): CachedProgram {
    const known = this.entries.get(key)
    if (known) {
      this.entries.delete(key)
      this.entries.set(key, known)
      return known.cached
    }
    const cached = compile()
    this.compiled++
    const entry = { cached, bytes: 2 * key.length + cached.loaded.bytes }
    this.entries.set(key, entry)
    this.bytes += entry.bytes
    cached.loading?.catch(() => this.remove(key, entry))
    this.evict(key)
    return cached
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  private evict(keep: string): void {
    for (const [key, entry] of this.entries) {
      if (this.bytes <= this.maximumBytes || key === keep) return
      this.remove(key, entry)
    }
  }

  private remove(key: string, entry: Entry): void {
    if (this.entries.get(key) !== entry) return
    this.entries.delete(key)
    this.bytes -= entry.bytes
    entry.cached.release()
  }
}
