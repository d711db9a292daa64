import type { Logs, RunParameters, TrainingListener } from './listener.js'
import { ProgressBar } from './progressBar.js'
import type { TextOutput } from './textOutput.js'

/** Draws a progress bar for each epoch of `fit`, and for `evaluate` and `predict` (Keras's `ProgbarLogger`). */
export class ProgressListener implements TrainingListener {
  private params: RunParameters = { epochs: 1, steps: 1, verbose: 0 }
  private bar: ProgressBar | undefined

  /** @param now milliseconds of a steady clock */
  constructor(
    private readonly output: TextOutput,
    private readonly now: () => number = () => performance.now(),
  ) {}

  setParams(params: RunParameters): void {
    this.params = params
  }

  onEpochBegin(epoch: number): void {
    const { epochs, verbose } = this.params
    const title = epochs > 1 ? `Epoch ${epoch + 1}/${epochs}` : ''
    if (title !== '' && verbose === 1) this.output.write(`${title}\n`)
    this.begin(title === '' ? '' : `${title} - `)
  }

  onTrainBatchEnd(batch: number, logs: Logs = {}): void {
    this.bar?.update(batch + 1, logs)
  }

  onEpochEnd(_epoch: number, logs: Logs = {}): void {
    this.bar?.finish(logs)
  }

  onTestBegin(): void {
    this.begin()
  }

  onTestBatchEnd(batch: number, logs: Logs = {}): void {
    this.bar?.update(batch + 1, logs)
  }

  onTestEnd(logs: Logs = {}): void {
    this.bar?.finish(logs)
  }

  onPredictBegin(): void {
    this.begin()
  }

  onPredictBatchEnd(batch: number): void {
    this.bar?.update(batch + 1, {})
  }

  onPredictEnd(): void {
    this.bar?.finish({})
  }

  private begin(label?: string): void {
    const { output, now } = this
    const { steps: target, verbose } = this.params
    this.bar = new ProgressBar({ output, now, target, label, live: verbose === 1 })
  }
}
