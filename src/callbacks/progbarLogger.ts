import { Callback, type Logs } from './callback.js'
import { ProgressBar } from './progressBar.js'

/**
 * Draws a progress bar for each epoch of `fit`, and for `evaluate` and `predict` (Keras's `ProgbarLogger`). The validation of an
 * epoch is silent.
 */
export class ProgbarLogger extends Callback {
  static override readonly className = 'ProgbarLogger'
  override readonly asyncSafe = true
  private bar: ProgressBar | undefined
  private isTraining = false

  /** @param now milliseconds of a steady clock */
  constructor(private readonly now: () => number = () => performance.now()) {
    super()
  }

  override onTrainBegin(): void {
    this.isTraining = true
  }

  override onEpochBegin(epoch: number): void {
    const { epochs, verbose, output } = this.params
    const title = epochs > 1 ? `Epoch ${epoch + 1}/${epochs}` : ''
    if (title !== '' && verbose === 1) output.write(`${title}\n`)
    this.begin(title === '' ? '' : `${title} - `)
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.bar?.update(batch + 1, logs)
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.finish(logs)
  }

  override onTrainEnd(_logs: Logs, failure?: unknown): void {
    if (failure !== undefined) this.leave()
    this.isTraining = false
  }

  override onTestBegin(): void {
    if (!this.isTraining) this.begin()
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.isTraining) this.bar?.update(batch + 1, logs)
  }

  override onTestEnd(logs: Logs, failure?: unknown): void {
    if (this.isTraining) return
    if (failure === undefined) this.finish(logs)
    else this.leave()
  }

  override onPredictBegin(): void {
    this.begin()
  }

  override onPredictBatchEnd(batch: number): void {
    this.bar?.update(batch + 1, {})
  }

  override onPredictEnd(logs: Logs, failure?: unknown): void {
    if (failure === undefined) this.finish(logs)
    else this.leave()
  }

  private begin(label?: string): void {
    const { steps: target, verbose, output } = this.params
    this.bar = new ProgressBar({ output, now: this.now, target, label, live: verbose === 1 })
  }

  private finish(logs: Logs): void {
    this.bar?.finish(logs)
    this.bar = undefined
  }

  private leave(): void {
    this.bar?.leave()
    this.bar = undefined
  }
}
