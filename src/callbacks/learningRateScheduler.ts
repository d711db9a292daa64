import { ArgumentError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { Callback, type Logs, type VerboseOption } from './callback.js'
import { settableRate } from './settableRate.js'

/** The learning rate of an epoch, counted from 0, for that of the epoch before. */
export type EpochSchedule = (epoch: number, learningRate: number) => number

/**
 * Sets the learning rate at the beginning of each epoch (Keras's `LearningRateScheduler`), and logs it as `learning_rate`. A rate that
 * changes with every step is a schedule of the optimizer: `optimizers.schedules`.
 *
 * @throws ArgumentError, which ends training, if a schedule rules the optimizer's learning rate, or `schedule` gives no number of at least 0
 * @example
 * callbacks.learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)))
 */
export class LearningRateScheduler extends Callback {
  static override readonly className = 'LearningRateScheduler'
  static readonly options: OptionKeys<VerboseOption> = { verbose: true }
  override readonly logKeys = ['learning_rate']
  private readonly verbose: 0 | 1

  constructor(
    readonly schedule: EpochSchedule,
    options: VerboseOption = {},
  ) {
    super()
    checkOptions(options, this.className, '{ verbose: 1 }', new.target.options)
    if (typeof schedule !== 'function') {
      throw new ArgumentError(
        `${this.className}: expected a function (epoch, learningRate) => learningRate, received ${show(schedule)}.`,
      )
    }
    this.verbose = options.verbose ?? 0
  }

  override onTrainBegin(): void {
    settableRate(this)
  }

  override onEpochBegin(epoch: number): void {
    const optimizer = settableRate(this)
    const rate = this.schedule(epoch, optimizer.learningRate)
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw new ArgumentError(
        `${this.className}: expected schedule to give a learning rate of at least 0, received ${show(rate)} for epoch ${epoch}.`,
      )
    }
    optimizer.learningRate = rate
    if (this.verbose > 0) this.say(`Epoch ${epoch + 1}: setting the learning rate to ${rate}.`)
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = settableRate(this).learningRate
  }
}

/** See `LearningRateScheduler`. */
export const learningRateScheduler = (
  schedule: EpochSchedule,
  options?: VerboseOption,
): LearningRateScheduler => new LearningRateScheduler(schedule, options)
