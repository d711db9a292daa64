import type { RandomKey } from '../ops/threefry.js'
import type { StoredArrays } from '../saving/storedArray.js'
import type { Logs } from './callback.js'

/** A batch's place in the data: which pass over all of them, and which batch of it, both from 0. */
export interface DataPlace {
  readonly pass: number
  readonly batch: number
}

/** What must be the same for a run to go on as it was. */
export interface RunIdentity {
  /** The classes of the model's layers, those inside of others too. */
  readonly layers: readonly string[]
  /** The classes of its optimizers. */
  readonly optimizers: readonly string[]
  /** Samples that are trained on, and those of a batch; null where they come in a stream. */
  readonly samples: number | null
  readonly batchSize: number | null
  /** Steps of an epoch, where they are known. */
  readonly steps: number | null
  /** What computed, and how: results are the same bit for bit on one target with one arithmetic. */
  readonly target: string
}

/**
 * All that decides how training goes on, as of a moment between two steps: from it a run ends with the same weights, bit for bit, as
 * if it had never been interrupted.
 */
export interface TrainingState {
  readonly run: RunIdentity
  /** Epochs that are done. */
  readonly epoch: number
  /** Steps done of the epoch under way. */
  readonly step: number
  /** Where the next batch is found. */
  readonly place: DataPlace
  /** The loss and metrics of the epoch under way, or of the last one. */
  readonly logs: Logs
  /** Whether training was to end with the last epoch. */
  readonly stopped: boolean
  /** What all that is random follows from: the order of samples, their split, dropout. */
  readonly key: RandomKey
  /** Of each optimizer its learning rate, or null where a schedule rules. */
  readonly learningRates: readonly (number | null)[]
  /**
   * Which layers and weights may be trained, in the order of the model: in steps, and as callbacks have set it since, which counts from the
   * next epoch. Older states have none.
   */
  readonly trainable?: { readonly inSteps: readonly boolean[]; readonly now: readonly boolean[] }
  /** Weights, optimizers' counts and slots, sums of metrics, counters of random numbers, by their names. */
  readonly variables: StoredArrays
  /** What callbacks remember, by their names: plain data. */
  readonly callbacks: Readonly<Record<string, unknown>>
}

/** A state, and where it was found, for messages. */
export interface SavedTraining {
  readonly state: TrainingState
  readonly source: string
}

/** Copies the state as of now, between two steps; `undefined` before the first. */
export type CaptureState = () => Promise<TrainingState | undefined>

/** When a state could be saved: callbacks were told of a batch's or an epoch's end; or the run ends by its signal. */
export type TrainingMoment =
  | { readonly kind: 'batch'; readonly batch: number }
  | { readonly kind: 'epoch'; readonly isLast: boolean }
  | { readonly kind: 'interruption' }
