/** Numbers under their keys: `loss`, `accuracy`, `val_loss`, ... */
export type Logs = Readonly<Record<string, number>>

/** What a listener is told about the run before it begins. */
export interface RunParameters {
  readonly epochs: number
  /** Batches of an epoch, or of the evaluation or prediction. */
  readonly steps: number
  readonly verbose: 0 | 1 | 2
}

/**
 * Something that follows training, evaluation or prediction. All methods are optional; the names and moments are those of
 * Keras's callbacks. Epochs and batches count from 0. The next step may already be running when a batch's end is told.
 */
export interface TrainingListener {
  setParams?(params: RunParameters): void
  onTrainBegin?(logs?: Logs): void | Promise<void>
  onTrainEnd?(logs?: Logs): void | Promise<void>
  onEpochBegin?(epoch: number, logs?: Logs): void | Promise<void>
  onEpochEnd?(epoch: number, logs?: Logs): void | Promise<void>
  onTrainBatchBegin?(batch: number, logs?: Logs): void | Promise<void>
  onTrainBatchEnd?(batch: number, logs?: Logs): void | Promise<void>
  onTestBegin?(logs?: Logs): void | Promise<void>
  onTestEnd?(logs?: Logs): void | Promise<void>
  onTestBatchBegin?(batch: number, logs?: Logs): void | Promise<void>
  onTestBatchEnd?(batch: number, logs?: Logs): void | Promise<void>
  onPredictBegin?(logs?: Logs): void | Promise<void>
  onPredictEnd?(logs?: Logs): void | Promise<void>
  onPredictBatchBegin?(batch: number, logs?: Logs): void | Promise<void>
  onPredictBatchEnd?(batch: number, logs?: Logs): void | Promise<void>
}

type Moment = Exclude<keyof TrainingListener, 'setParams'>
type ArgumentsOf<M extends Moment> = Parameters<NonNullable<TrainingListener[M]>>

/** Tells listeners in order, each when the one before is done. */
export class Listeners {
  private readonly listeners: readonly TrainingListener[]

  constructor(listeners: readonly (TrainingListener | undefined)[], params: RunParameters) {
    this.listeners = listeners.filter((listener) => listener !== undefined)
    for (const listener of this.listeners) listener.setParams?.(params)
  }

  async tell<M extends Moment>(moment: M, ...details: ArgumentsOf<M>): Promise<void> {
    for (const listener of this.listeners) {
      const method = listener[moment] as ((...details: ArgumentsOf<M>) => void | Promise<void>) | undefined
      await method?.apply(listener, details)
    }
  }
}
