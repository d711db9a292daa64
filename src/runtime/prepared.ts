import type { Preparation } from '../compiler/program.js'
import type { Variable } from '../graph/variable.js'
import type { BufferAllocator } from './allocator.js'
import { BufferGroup } from './bufferGroup.js'

/**
 * What a Program's preparation leaves for the runs of one executable. States of the variables that it follows from are counted from 1 as runs
 * are queued; a run that starts and does not find its own state prepared prepares it first.
 */
export class Prepared {
  readonly buffers: BufferGroup
  /** The state of the run that was queued last, and the versions of the variables in it. */
  private latest = 0
  private versions: readonly number[] = []
  /** The state that is prepared; 0 if none is. */
  private held = 0

  constructor(
    allocator: BufferAllocator,
    private readonly preparation: Preparation,
  ) {
    this.buffers = new BufferGroup(
      allocator,
      preparation.buffers.map(({ bytes }) => bytes),
    )
  }

  /** A run is queued: the state that it needs, and whether it is the first to need it. 0 where nothing is to be prepared. */
  queue(variables: readonly Variable[]): { readonly state: number; readonly isNew: boolean } {
    const { steps, variables: positions } = this.preparation
    if (steps.length === 0) return { state: 0, isNew: false }
    const isNew = this.latest === 0 || positions.some((at, i) => variables[at].version !== this.versions[i])
    if (isNew) {
      this.versions = positions.map((at) => variables[at].version)
      this.latest++
    }
    return { state: this.latest, isNew }
  }

  /** Whether a run that needs this state has to prepare it. Notes that none is prepared until `done`. */
  begins(state: number): boolean {
    if (state === 0 || this.held === state) return false
    this.held = 0
    return true
  }

  done(state: number): void {
    this.held = state
  }
}
