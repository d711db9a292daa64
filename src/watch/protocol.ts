import type { LayerNode } from '../tensorboard/graphDef.js'

/** What the server of `gradus watch` tells its page: JSON, in which numbers that are not finite are null. */

/** `running`: a process works on it. `open`: nobody knows, since its program keeps no lock. */
export type RunStatus = 'running' | 'finished' | 'stopped' | 'open'

/** A run in the list. */
export interface RunSummary {
  /** Its folder, within the folder of runs. */
  readonly name: string
  readonly status: RunStatus
  /** Another one when it was begun anew, or went back to an earlier state: what was told of it before counts no more. */
  readonly generation: number
  /** How many points there are. */
  readonly points: number
  /** Another one when its details are others. */
  readonly details: number
  /** Epochs that are done. */
  readonly epochs: number
  /** Epochs that it is to have, if that is known. */
  readonly epochsPlanned: number | null
  /** Milliseconds of the median step among the last ones. */
  readonly stepTime: number | null
  /** When something was written last, in seconds since 1970. */
  readonly changed: number
  /** What is wrong with its files. */
  readonly notes: readonly string[]
}

/** The list of runs. */
export interface RunList {
  /** The folder of runs, as it was given. */
  readonly folder: string
  readonly runs: readonly RunSummary[]
  /** What is wrong with the folder. */
  readonly problem: string | null
}

/** Points of a run, in the order in which they were written, from some number on. */
export interface RunPoints {
  readonly generation: number
  /** The number of the first of them. */
  readonly from: number
  /** The curves by their number: `train/batch_loss`. */
  readonly series: readonly string[]
  /** For each point its curve, step, value, and when it was written, in seconds since 1970. */
  readonly seriesOf: readonly number[]
  readonly steps: readonly number[]
  readonly values: readonly (number | null)[]
  readonly times: readonly (number | null)[]
}

/** Pictures or tables that were written under a tag. */
export interface RunEntries {
  readonly tag: string
  readonly steps: readonly number[]
  /** How many pictures each has, and their size; of tables none. */
  readonly pictures: number
  readonly width: number
  readonly height: number
}

export interface RunDetails {
  readonly generation: number
  /** What the run was started with. */
  readonly config: Readonly<Record<string, unknown>>
  readonly layers: readonly LayerNode[]
  readonly entries: readonly RunEntries[]
  /** When its files were begun, in seconds since 1970: of a run that was resumed several. */
  readonly begun: readonly number[]
}

/** Rows of a table. */
export type Table = readonly (readonly string[])[]
