import type { TypedArray } from '../graph/dtype.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import { finite, positiveInteger } from '../utils/numbers.js'
import type { Logs, VerboseOption } from './callback.js'
import { MonitorCallback, type MonitorOptions } from './monitorCallback.js'

export interface EarlyStoppingOptions extends MonitorOptions, VerboseOption {
  /** Epochs without improvement after which training ends. Default: 0. */
  readonly patience?: number
  /** A number that must be reached for an improvement to count against `patience`. Default: none. */
  readonly baseline?: number
  /** Whether the model is left with the weights of the best epoch, whatever ended training. Default: false. */
  readonly restoreBestWeights?: boolean
  /** The first epoch that is looked at, from 0. Default: 0. */
  readonly startFromEpoch?: number
}

/**
 * Ends training when what it monitors gets no better any more (Keras's `EarlyStopping`).
 *
 * With `restoreBestWeights` the model gets back the weights that it had after the best epoch: when patience is over, and just so
 * after the last epoch, `stopTraining`, a signal or an error. Keras does it in the first two cases and the third.
 *
 * Options and their defaults: `monitor` `'val_loss'`, `minDelta` 0, `patience` 0, `mode` `'auto'`, `baseline` none,
 * `restoreBestWeights` false, `startFromEpoch` 0, `verbose` 0.
 *
 * @throws ArgumentError from `fit`, before the first batch, if the logs will not have what is monitored
 * @example
 * await model.fit(x, y, { epochs: 100, validationSplit: 0.1,
 *   callbacks: [callbacks.earlyStopping({ patience: 10, restoreBestWeights: true })] })
 */
export class EarlyStopping extends MonitorCallback {
  static override readonly className = 'EarlyStopping'
  static override readonly options: OptionKeys<EarlyStoppingOptions> = {
    ...MonitorCallback.options,
    verbose: true,
    patience: true,
    baseline: true,
    restoreBestWeights: true,
    startFromEpoch: true,
  }

  readonly patience: number
  readonly baseline: number | undefined
  readonly restoreBestWeights: boolean
  readonly startFromEpoch: number
  readonly verbose: 0 | 1
  /** Epochs since the last improvement. */
  wait = 0
  /** The epoch that was the best, from 0. */
  bestEpoch = 0
  /** The epoch after which patience was over, from 0; 0 if it never was. */
  stoppedEpoch = 0
  private bestWeights: readonly TypedArray[] | undefined

  constructor(options: EarlyStoppingOptions = {}) {
    super(options, 0)
    this.patience = positiveInteger(options.patience ?? 0, `${this.className}: patience`, 0)
    this.baseline =
      options.baseline === undefined ? undefined : finite(options.baseline, `${this.className}: baseline`)
    this.restoreBestWeights = options.restoreBestWeights ?? false
    this.startFromEpoch = positiveInteger(options.startFromEpoch ?? 0, `${this.className}: startFromEpoch`, 0)
    this.verbose = options.verbose ?? 0
  }

  override onTrainBegin(): void {
    this.setState({ wait: 0, best: undefined, bestEpoch: 0, stoppedEpoch: 0, bestWeights: undefined })
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const current = this.monitored(logs)
    if (current === undefined || epoch < this.startFromEpoch) return
    const isBetter = this.isImprovement(current, this.best)
    // The first weights are the best there are, however bad.
    if (this.restoreBestWeights && (isBetter || !this.bestWeights)) {
      this.bestWeights = await Promise.all(this.model.weights.map((weight) => weight.snapshot()))
      this.bestEpoch = epoch
    }
    this.wait++
    if (isBetter) {
      this.best = current
      this.bestEpoch = epoch
      if (this.baseline === undefined || this.isImprovement(current, this.baseline)) this.wait = 0
    } else if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch
      this.model.stopTraining = true
    }
  }

  override onTrainEnd(): void {
    if (this.verbose > 0 && this.stoppedEpoch > 0) this.say(`Epoch ${this.stoppedEpoch + 1}: early stopping`)
    const { bestWeights } = this
    if (!bestWeights) return
    if (this.verbose > 0) {
      this.say(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`)
    }
    this.model.weights.forEach((weight, i) => {
      weight.write(bestWeights[i])
    })
  }

  override getState(): EarlyStoppingState {
    const { wait, best, bestEpoch, stoppedEpoch, bestWeights } = this
    return { wait, best, bestEpoch, stoppedEpoch, bestWeights }
  }

  override setState(state: EarlyStoppingState): void {
    Object.assign(this, state)
  }
}

interface EarlyStoppingState {
  readonly wait: number
  readonly best: number | undefined
  readonly bestEpoch: number
  readonly stoppedEpoch: number
  readonly bestWeights: readonly TypedArray[] | undefined
}

/** See `EarlyStopping`. */
export const earlyStopping = (options?: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options)
