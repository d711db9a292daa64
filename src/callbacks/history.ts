import { Picture } from '../plot/picture.js'
import type { CurveOptions } from '../plot/runs.js'
import { Callback, type Logs } from './callback.js'

/** What `fit` measured: one number for each key and epoch (Keras's `History`). `fit` gives it. */
export class History extends Callback {
  static override readonly className = 'History'

  /** Epochs that were run, counted from 0. */
  epoch: number[] = []
  /** For each key (`loss`, `accuracy`, `val_loss`, ...), its value in each epoch. */
  history: Record<string, number[]> = {}
  /** For each key, the epochs in which it was measured: with `validationFreq`, not all of them. */
  epochs: Record<string, number[]> = {}

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= []
      this.history[key].push(value)
      this.epochs[key] ??= []
      this.epochs[key].push(epoch)
    }
  }

  /**
   * The curves of training and validation, in one diagram for each metric. See `plot.history`.
   * @throws ArgumentError, when it is drawn, for a metric that was not measured
   * @example
   * await history.plot({ yScale: { loss: 'log' } }).save('curves.svg')
   */
  plot(options: CurveOptions = {}): Picture {
    return new Picture(async () => (await import('../plot/history.js')).drawHistory(this, options))
  }

  override getState(): HistoryState {
    return { epoch: this.epoch, history: this.history, epochs: this.epochs }
  }

  override setState({ epoch, history, epochs }: HistoryState): void {
    this.epoch = [...epoch]
    this.history = copied(history)
    this.epochs = copied(epochs)
  }
}

type HistoryState = Pick<History, 'epoch' | 'history' | 'epochs'>

const copied = (lists: Readonly<Record<string, readonly number[]>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(lists).map(([key, values]) => [key, [...values]]))
