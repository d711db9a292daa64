import { type NumericError, StateError } from '../errors.js'
import type { Variable } from '../graph/variable.js'
import type { LayerNode, LayerNodes } from '../tensorboard/graphDef.js'
import { classNameOf } from '../utils/config.js'
import type { ArrayInPlace, Inspection } from './inspection.js'
import type { TextOutput } from './textOutput.js'
import type { CaptureState, SavedTraining, TrainingMoment } from './trainingState.js'

export type { LayerNode, LayerNodes }

/** Numbers under their keys: `loss`, `accuracy`, `val_loss`, ... */
export type Logs = Record<string, number>

/** What a callback is told about the run before it begins. */
export interface RunParameters {
  readonly epochs: number
  /** Batches of an epoch, or of the evaluation or prediction; `undefined` where that is not known before. */
  readonly steps: number | undefined
  readonly verbose: 0 | 1 | 2
  /** Where the run writes, and a callback that has something to say. */
  readonly output: TextOutput
}

/** Whether a callback says what it does. */
export interface VerboseOption {
  /** 0, the default, for silence; 1 for a line. */
  readonly verbose?: 0 | 1
}

/** One number that the logs of an epoch will have. */
export interface LoggedMetric {
  readonly key: string
  /** Whether more of it is better (`up`), or less (`down`), where that is known. */
  readonly direction: 'up' | 'down' | undefined
}

/** What a callback can count on in the optimizer of its model. */
export interface CallbackOptimizer {
  learningRate: number
  /** How many steps were taken. */
  readonly iterations: Variable
  /** The moving average of a weight, if it keeps one. */
  averageOf(weight: Variable): Variable | undefined
}

/** What a callback can count on in the model that it follows. Models have more: see `Callback`. */
export interface CallbackModel {
  readonly name: string
  /** The name of its class. */
  readonly className: string
  /** How errors name it: `Model 'sequential'`. */
  readonly title: string
  /** Set it to end training after the batch under way. */
  stopTraining: boolean
  readonly optimizer: CallbackOptimizer | undefined
  readonly weights: readonly Variable[]
  readonly trainableWeights: readonly Variable[]
  /** What a training step on some samples computes on its way; nothing is changed. */
  inspect(x: unknown, y?: unknown): Promise<Inspection>
  /** What `look` makes of that where it lies: when it has returned, the arrays are others. */
  inspectInPlace<T>(x: unknown, y: unknown, look: (inspection: Inspection<ArrayInPlace>) => T): Promise<T>
  /** The outputs for samples, in inference. */
  predict(x: unknown, options?: { readonly batchSize?: number; readonly verbose?: 0 }): Promise<unknown>
  /** Its layers, and how they are joined. */
  layerNodes(): Promise<readonly LayerNode[]>
  /** Keras's config of it. */
  toJson(): Promise<string>
}

/**
 * Follows training, evaluation or prediction (Keras's `Callback`): the base of callbacks with something to remember. Plain
 * objects with some of its methods do as well.
 *
 * All methods are optional; epochs and batches count from 0. What they return is awaited, one callback after another, and
 * otherwise not looked at; what they throw ends the run with that error.
 *
 * @typeParam M the kind of model that it follows, for `this.model`: `extends callbacks.Callback<models.Sequential>`
 * @example
 * class StopAt extends callbacks.Callback {
 *   constructor(readonly goal: number) {
 *     super()
 *   }
 *
 *   override onEpochEnd(epoch: number, { accuracy = 0 }: callbacks.Logs) {
 *     if (accuracy >= this.goal) this.model.stopTraining = true
 *   }
 * }
 */
export class Callback<M extends CallbackModel = CallbackModel> {
  /** The class's name, where it must survive a minifier; a subclass without one of its own is called as in the source. */
  static readonly className?: string

  /**
   * What its state is stored under. Default: the class's name in snake case, `callback` for a plain object; from the second of a
   * name in a list on numbered: `early_stopping_1`.
   */
  declare readonly name?: string
  /**
   * Whether its methods for batches may be called while the next batch is already being computed. Training is quicker then. Default:
   * false: with such methods each batch begins when the end of the one before was told, and model and optimizer are as it left them.
   */
  declare readonly asyncSafe?: boolean
  /** Keys that it adds itself to the logs of an epoch, so that other callbacks can monitor them. */
  declare readonly logKeys?: readonly string[]

  private followed: M | undefined
  private parameters: RunParameters | undefined

  /**
   * The model that it follows.
   * @throws StateError before it was given to `fit`, `evaluate` or `predict`
   */
  get model(): M {
    return this.followed ?? this.unused('model')
  }

  /** What is known of the run. */
  get params(): RunParameters {
    return this.parameters ?? this.unused('params')
  }

  setModel(model: M): void {
    this.followed = model
  }

  setParams(params: RunParameters): void {
    this.parameters = params
  }

  /** The name of its class. */
  get className(): string {
    return classNameOf(this)
  }

  /** Writes a line where the run writes. */
  protected say(text: string): void {
    this.params.output.write(`${text}\n`)
  }

  /** Writes a line in the middle of an epoch, below the progress bar, if one is being drawn. */
  protected sayBelowBar(text: string): void {
    this.say(`${this.params.verbose === 1 ? '\n' : ''}${text}`)
  }

  private unused(what: string): never {
    throw new StateError(
      `${this.className}: has no ${what} yet. Pass it to a run first: model.fit(x, y, { callbacks: [callback] }).`,
    )
  }

  /** Before training begins: which numbers the logs of an epoch will have, those that other callbacks add among them. */
  setMetrics?(metrics: readonly LoggedMetric[]): unknown

  onTrainBegin?(): unknown
  /**
   * The end of training, whatever ended it: the place to close what was opened.
   * @param logs those of the last epoch; empty if something went wrong
   * @param failure the error or the signal's reason that ended it; `undefined` if nothing went wrong
   */
  onTrainEnd?(logs: Logs, failure?: unknown): unknown
  onEpochBegin?(epoch: number): unknown
  /** @param logs the loss and metrics, those of validation too. What is added to them is seen by the callbacks behind, and by `History`. */
  onEpochEnd?(epoch: number, logs: Logs): unknown
  onTrainBatchBegin?(batch: number): unknown
  /** @param logs means over the epoch so far */
  onTrainBatchEnd?(batch: number, logs: Logs): unknown
  /** Before an evaluation, which may be the validation of an epoch. */
  onTestBegin?(): unknown
  /** The end of an evaluation, whatever ended it: see `onTrainEnd`. */
  onTestEnd?(logs: Logs, failure?: unknown): unknown
  onTestBatchBegin?(batch: number): unknown
  onTestBatchEnd?(batch: number, logs: Logs): unknown
  onPredictBegin?(): unknown
  /** The end of a prediction, whatever ended it: see `onTrainEnd`. There are no logs. */
  onPredictEnd?(logs: Logs, failure?: unknown): unknown
  onPredictBatchBegin?(batch: number): unknown
  onPredictBatchEnd?(batch: number, logs: Logs): unknown
  /**
   * The loss or a gradient became NaN or infinite; the error says where. With a callback that has this method training ends, as if
   * `stopTraining` were set, and `fit` does not throw.
   */
  onNonFinite?(failure: NumericError): unknown

  /**
   * Whether, though it is `asyncSafe`, it looks at the model at the end of this batch: the next one then begins when that was told.
   * Asked when the batch was begun.
   */
  needsModelAfter?(batch: number): boolean
  /** Before training, and before `onTrainBegin`: the state that it is to go on from, if this callback has kept one. */
  restoreTraining?(): Promise<SavedTraining | undefined>
  /**
   * A state could be kept here: all callbacks were told what led to it. `capture` copies it; after a batch it may be called only if
   * `needsModelAfter` asked for that. `filesWritten` is that of all callbacks: what remembers a file must not be found without it.
   */
  keepTraining?(capture: CaptureState, moment: TrainingMoment, filesWritten: () => Promise<void>): unknown
  /** Resolves when the files are written of which its state tells, as far as it has begun them or is to begin them. */
  filesWritten?(): Promise<void>
  /**
   * What it has to remember for a run that is interrupted and resumed: plain data (numbers that are not finite and typed arrays
   * among it).
   */
  getState?(): unknown
  /**
   * Takes back what `getState` gave in an earlier process. Comes after `onTrainBegin`, before the first epoch; when training goes on
   * within an epoch, after its `onEpochBegin`.
   */
  setState?(state: unknown): unknown
}

/** What a run is followed by: a `Callback`, or a plain object with any of its methods. */
export type CallbackLike = Partial<Omit<Callback, 'model' | 'params' | 'className'>>
