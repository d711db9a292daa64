import { ArgumentError } from '../errors.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import { atLeast, positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import type { Logs, VerboseOption } from './callback.js'
import { MonitorCallback, type MonitorOptions } from './monitorCallback.js'
import { settableRate } from './settableRate.js'

export interface ReduceLrOnPlateauOptions extends MonitorOptions, VerboseOption {
  /** What the learning rate is multiplied by, between 0 and 1. Default: 0.1. */
  readonly factor?: number
  /** Epochs without improvement after which that happens. Default: 10. */
  readonly patience?: number
  /** Epochs after it in which nothing is counted. Default: 0. */
  readonly cooldown?: number
  /** The rate is never made smaller than this. Default: 0. */
  readonly minLr?: number
}

/**
 * Multiplies the learning rate by `factor` when what it monitors gets no better (Keras's `ReduceLROnPlateau`); the rate of each
 * epoch is logged as `learning_rate`. It ends no training.
 *
 * Options and their defaults: `monitor` `'val_loss'`, `factor` 0.1, `patience` 10, `mode` `'auto'`, `minDelta` 0.0001, `cooldown` 0,
 * `minLr` 0, `verbose` 0.
 *
 * @throws ArgumentError for a factor that is not between 0 and 1; from `fit`, before the first batch, if the logs will not have what
 * is monitored, or a schedule rules the learning rate
 * @example
 * await model.fit(x, y, { epochs: 50, validationSplit: 0.1,
 *   callbacks: [callbacks.reduceLrOnPlateau({ factor: 0.5, patience: 5 })] })
 */
export class ReduceLROnPlateau extends MonitorCallback {
  static override readonly className = 'ReduceLROnPlateau'
  static override readonly options: OptionKeys<ReduceLrOnPlateauOptions> = {
    ...MonitorCallback.options,
    verbose: true,
    factor: true,
    patience: true,
    cooldown: true,
    minLr: true,
  }
  override readonly logKeys = ['learning_rate']

  readonly factor: number
  readonly patience: number
  readonly cooldown: number
  readonly minLr: number
  readonly verbose: 0 | 1
  /** Epochs since the last improvement or reduction. */
  wait = 0
  /** Epochs of the cooldown that are left. */
  cooldownCounter = 0

  constructor(options: ReduceLrOnPlateauOptions = {}) {
    super(options, 1e-4)
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, verbose = 0 } = options
    if (!(factor > 0 && factor < 1)) {
      throw new ArgumentError(
        `${this.className}: expected a factor between 0 and 1, by which the learning rate is multiplied, received ${show(factor)}.`,
      )
    }
    this.factor = factor
    this.patience = positiveInteger(patience, `${this.className}: patience`, 0)
    this.cooldown = positiveInteger(cooldown, `${this.className}: cooldown`, 0)
    this.minLr = atLeast(minLr, 0, `${this.className}: minLr`)
    this.verbose = verbose
  }

  override onTrainBegin(): void {
    settableRate(this)
    this.setState({ best: undefined, wait: 0, cooldownCounter: 0 })
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const optimizer = settableRate(this)
    const rate = optimizer.learningRate
    logs.learning_rate = rate
    const current = this.monitored(logs)
    if (current === undefined) return
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--
      this.wait = 0
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current
      this.wait = 0
    } else if (this.cooldownCounter === 0 && ++this.wait >= this.patience && rate > this.minLr) {
      optimizer.learningRate = Math.max(rate * this.factor, this.minLr)
      if (this.verbose > 0)
        this.sayBelowBar(`Epoch ${epoch + 1}: reducing the learning rate to ${optimizer.learningRate}.`)
      this.cooldownCounter = this.cooldown
      this.wait = 0
    }
  }

  override getState(): ReduceLrOnPlateauState {
    const { best, wait, cooldownCounter } = this
    return { best, wait, cooldownCounter }
  }

  override setState(state: ReduceLrOnPlateauState): void {
    Object.assign(this, state)
  }
}

interface ReduceLrOnPlateauState {
  readonly best: number | undefined
  readonly wait: number
  readonly cooldownCounter: number
}

/** See `ReduceLROnPlateau`. */
export const reduceLrOnPlateau = (options?: ReduceLrOnPlateauOptions): ReduceLROnPlateau =>
  new ReduceLROnPlateau(options)
