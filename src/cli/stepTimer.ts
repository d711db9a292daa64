import { median } from '../bench/statistics.js'
import type { CallbackLike } from '../callbacks/callback.js'

/**
 * Measures training steps by the wall clock: from one step's end to the next one's, so that the time to gather batches
 * counts where it is not hidden behind the step before.
 */
export class StepTimer implements CallbackLike {
  readonly asyncSafe = true
  private readonly durations: number[] = []
  private last = 0

  /** @param now milliseconds of a steady clock */
  constructor(private readonly now: () => number = () => performance.now()) {}

  onEpochBegin(): void {
    this.last = this.now()
  }

  onTrainBatchEnd(): void {
    const time = this.now()
    this.durations.push(time - this.last)
    this.last = time
  }

  /** Milliseconds; `undefined` if there was no step. The first step compiles; it does not count if others follow. */
  get medianStep(): number | undefined {
    if (this.durations.length === 0) return undefined
    return median(this.durations.length > 1 ? this.durations.slice(1) : this.durations)
  }
}
