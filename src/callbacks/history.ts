import { Callback, type Logs } from './callback.js'

/** What `fit` measured: one number for each key and epoch (Keras's `History`). `fit` gives it. */
export class History extends Callback {
  static override readonly className = 'History'

  /** Epochs that were run, counted from 0. */
  epoch: number[] = []
  /** For each key (`loss`, `accuracy`, `val_loss`, ...), its value in each epoch. */
  history: Record<string, number[]> = {}

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= []
      this.history[key].push(value)
    }
  }

  override getState(): unknown {
    return { epoch: this.epoch, history: this.history }
  }

  override setState(state: Pick<History, 'epoch' | 'history'>): void {
    this.epoch = [...state.epoch]
    this.history = Object.fromEntries(
      Object.entries(state.history).map(([key, values]) => [key, [...values]]),
    )
  }
}
