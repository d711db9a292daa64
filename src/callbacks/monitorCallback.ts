import { ArgumentError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { suggestion } from '../utils/nearest.js'
import { atLeast } from '../utils/numbers.js'
import { oneOf } from '../utils/oneOf.js'
import { Callback, type CallbackModel, type LoggedMetric, type Logs } from './callback.js'

const modes = ['auto', 'min', 'max'] as const

/** What a callback monitors, and what it counts as better. */
export interface MonitorOptions {
  /**
   * The key of the logs to look at after each epoch: `loss`, `val_loss`, `val_accuracy`, ... Where there is only `accuracy`, `acc`
   * means it, and the reverse. Default: `'val_loss'`.
   */
  readonly monitor?: string
  /** Whether less is better or more; `'auto'`, the default, goes by the metric. */
  readonly mode?: 'auto' | 'min' | 'max'
  /** By how much a number must be better to count as better. Its sign does not count. */
  readonly minDelta?: number
}

/** Looks at one number of the logs, and remembers the best there was (Keras's `MonitorCallback`). */
export abstract class MonitorCallback<M extends CallbackModel = CallbackModel> extends Callback<M> {
  static readonly options: OptionKeys<MonitorOptions> = { monitor: true, mode: true, minDelta: true }
  readonly monitor: string
  readonly mode: 'auto' | 'min' | 'max'
  readonly minDelta: number
  /** The best number so far. */
  best: number | undefined
  private key: string
  private isLessBetter: boolean

  /** @param minDelta the default of the option */
  constructor(options: MonitorOptions, minDelta: number) {
    super()
    checkOptions(options, this.className, "{ monitor: 'val_loss', patience: 5 }", new.target.options)
    this.monitor = options.monitor ?? 'val_loss'
    this.mode = oneOf(options.mode ?? 'auto', modes, `${this.className}: mode`)
    this.minDelta = atLeast(Math.abs(options.minDelta ?? minDelta), 0, `${this.className}: minDelta`)
    this.key = this.monitor
    this.isLessBetter = this.mode !== 'max'
  }

  /** @throws ArgumentError if the logs will not have what is monitored, or nothing says what of it is better */
  override setMetrics(metrics: readonly LoggedMetric[]): void {
    const metric =
      metrics.find(({ key }) => key === this.monitor) ??
      metrics.find(({ key }) => key === otherName(this.monitor))
    if (!metric) {
      const keys = metrics.map(({ key }) => key)
      const hint =
        this.monitor.startsWith('val_') && !keys.some((key) => key.startsWith('val_'))
          ? ' There is no validation: give fit validationData or validationSplit.'
          : ''
      throw new ArgumentError(
        `${this.className}: the logs have no '${this.monitor}' to monitor.${hint} ${suggestion(this.monitor, keys)}`,
      )
    }
    if (this.mode === 'auto' && metric.direction === undefined) {
      throw new ArgumentError(
        `${this.className}: cannot tell whether more or less of '${this.monitor}' is better. Set mode: 'max' or mode: 'min'.`,
      )
    }
    this.key = metric.key
    this.isLessBetter = this.mode === 'auto' ? metric.direction === 'down' : this.mode === 'min'
  }

  /** What is monitored; `undefined` after an epoch that was not validated. */
  protected monitored(logs: Logs): number | undefined {
    return logs[this.key]
  }

  /**
   * Whether a number is better than another by more than `minDelta`, in float32 as in Keras. Anything but NaN is better than
   * nothing.
   */
  protected isImprovement(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return !Number.isNaN(value)
    return this.isLessBetter
      ? Math.fround(value + this.minDelta) < Math.fround(reference)
      : Math.fround(value - this.minDelta) > Math.fround(reference)
  }
}

/** `val_accuracy` for `val_acc`, and the reverse. */
const otherName = (key: string): string =>
  key.endsWith('acc') ? `${key}uracy` : key.replace(/accuracy$/, 'acc')
