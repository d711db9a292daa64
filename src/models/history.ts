import type { Logs, RunParameters, TrainingListener } from './listener.js'

/** What `fit` measured: one number for each key and epoch (Keras's `History`). */
export class History implements TrainingListener {
  /** Epochs that were run, counted from 0. */
  readonly epoch: number[] = []
  /** For each key (`loss`, `accuracy`, `val_loss`, ...), its value in each epoch. */
  readonly history: Record<string, number[]> = {}
  params: RunParameters | undefined

  setParams(params: RunParameters): void {
    this.params = params
  }

  onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch)
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= []
      this.history[key].push(value)
    }
  }
}
