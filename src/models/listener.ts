import type { NumericError } from '../errors.js'

/** Numbers under their keys: `loss`, `accuracy`, `val_loss`, ... */
export type Logs = Readonly<Record<string, number>>

/** What a listener is told about the run before it begins. */
export interface RunParameters {
  readonly epochs: number
  /** Batches of an epoch, or of the evaluation or prediction; `undefined` where that is not known before. */
  readonly steps: number | undefined
  readonly verbose: 0 | 1 | 2
}

/**
 * Something that follows training, evaluation or prediction. All methods are optional; the names and moments are those of
 * Keras's callbacks. Epochs and batches count from 0. What they return is awaited, and otherwise not looked at. The next step may
 * already be running when a batch's end is told.
 */
export interface TrainingListener {
  setParams?(params: RunParameters): void
  onTrainBegin?(logs?: Logs): unknown
  onTrainEnd?(logs?: Logs): unknown
  onEpochBegin?(epoch: number, logs?: Logs): unknown
  onEpochEnd?(epoch: number, logs?: Logs): unknown
  onTrainBatchBegin?(batch: number, logs?: Logs): unknown
  onTrainBatchEnd?(batch: number, logs?: Logs): unknown
  onTestBegin?(logs?: Logs): unknown
  onTestEnd?(logs?: Logs): unknown
  onTestBatchBegin?(batch: number, logs?: Logs): unknown
  onTestBatchEnd?(batch: number, logs?: Logs): unknown
  onPredictBegin?(logs?: Logs): unknown
  onPredictEnd?(logs?: Logs): unknown
  onPredictBatchBegin?(batch: number, logs?: Logs): unknown
  onPredictBatchEnd?(batch: number, logs?: Logs): unknown
  /**
   * The loss or a gradient became NaN or infinite; the error says where. With a listener that has this method training ends, as if
   * `stopTraining` were set, and `fit` does not throw.
   */
  onNonFinite?(failure: NumericError): void
}

type Moment = Exclude<keyof TrainingListener, 'setParams' | 'onNonFinite'>
type ArgumentsOf<M extends Moment> = Parameters<NonNullable<TrainingListener[M]>>

/** Tells listeners in order, each when the one before is done. */
export class Listeners {
  private readonly listeners: readonly TrainingListener[]

  constructor(listeners: readonly (TrainingListener | undefined)[], params: RunParameters) {
    this.listeners = listeners.filter((listener) => listener !== undefined)
    for (const listener of this.listeners) listener.setParams?.(params)
  }

  /** Tells of a loss that is not finite; whether a listener takes it, so that it need not be thrown. */
  takeFailure(failure: NumericError): boolean {
    const takers = this.listeners.filter((listener) => listener.onNonFinite)
    for (const listener of takers) listener.onNonFinite?.(failure)
    return takers.length > 0
  }

  async tell<M extends Moment>(moment: M, ...details: ArgumentsOf<M>): Promise<void> {
    for (const listener of this.listeners) {
      const method = listener[moment] as ((...details: ArgumentsOf<M>) => unknown) | undefined
      await method?.apply(listener, details)
    }
  }
}
