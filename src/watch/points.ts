import type { RunPoints } from './protocol.js'

/** The points of a run's curves, in the order in which they were written. */
export class Points {
  private readonly names: string[] = []
  private readonly numbers = new Map<string, number>()
  /** The last step of each curve. */
  private readonly lastSteps: number[] = []
  private seriesOf: number[] = []
  private steps: number[] = []
  private values: (number | null)[] = []
  private times: (number | null)[] = []

  get count(): number {
    return this.steps.length
  }

  /**
   * Adds a point. Steps of a curve increase: one that does not means that the run was begun anew, or taken back, and replaces what the curve
   * had from it on.
   * @returns whether points were taken out
   */
  add(series: string, step: number, value: number, time: number): boolean {
    let number = this.numbers.get(series)
    if (number === undefined) {
      number = this.names.push(series) - 1
      this.numbers.set(series, number)
      this.lastSteps.push(Number.NEGATIVE_INFINITY)
    }
    const goesBack = step <= this.lastSteps[number]
    if (goesBack) this.removeFrom(number, step)
    this.lastSteps[number] = step
    this.seriesOf.push(number)
    this.steps.push(step)
    this.values.push(finite(value))
    this.times.push(finite(time))
    return goesBack
  }

  from(first: number): Omit<RunPoints, 'generation'> {
    return {
      ...{ from: first, series: this.names },
      seriesOf: this.seriesOf.slice(first),
      steps: this.steps.slice(first),
      values: this.values.slice(first),
      times: this.times.slice(first),
    }
  }

  /** The last values of a curve, newest first. */
  lastOf(series: string, most: number): (number | null)[] {
    const number = this.numbers.get(series)
    const found: (number | null)[] = []
    if (number === undefined) return found
    for (let i = this.count - 1; i >= 0 && found.length < most; i--) {
      if (this.seriesOf[i] === number) found.push(this.values[i])
    }
    return found
  }

  /** The last step of a curve that ends on a name; undefined if there is none. */
  lastStep(series: string): number | undefined {
    const number = this.numbers.get(series)
    return number === undefined ? undefined : this.lastSteps[number]
  }

  private removeFrom(number: number, step: number): void {
    const stays = (_: unknown, i: number) => this.seriesOf[i] !== number || this.steps[i] < step
    this.values = this.values.filter(stays)
    this.times = this.times.filter(stays)
    const kept = this.steps.map(stays)
    this.steps = this.steps.filter((_, i) => kept[i])
    this.seriesOf = this.seriesOf.filter((_, i) => kept[i])
  }
}

/** JSON has no numbers that are not finite. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
