import type { RunPoints } from '../protocol.js'

/** The points of one curve. */
export interface Series {
  readonly steps: number[]
  /** NaN where a number is not finite. */
  readonly values: number[]
  /** Seconds since 1970; NaN where that is not known. */
  readonly times: number[]
}

/** The points of a run, as far as they were fetched. */
export class RunData {
  readonly series = new Map<string, Series>()
  private generation = 0
  private count = 0
  private fetching: Promise<boolean> | undefined

  constructor(private readonly name: string) {}

  /** Fetches what the run has more than this. @returns whether anything changed */
  async fetch(summary: { readonly generation: number; readonly points: number }): Promise<boolean> {
    if (summary.generation === this.generation && summary.points <= this.count) return false
    this.fetching ??= this.fetchPoints().finally(() => {
      this.fetching = undefined
    })
    return this.fetching
  }

  private async fetchPoints(): Promise<boolean> {
    const query = new URLSearchParams({
      run: this.name,
      from: `${this.count}`,
      generation: `${this.generation}`,
    })
    const response = await fetch(`/api/points?${query}`)
    if (!response.ok) return false
    this.take((await response.json()) as RunPoints)
    return true
  }

  private take({ generation, from, series, seriesOf, steps, values, times }: RunPoints): void {
    if (from === 0) this.series.clear()
    const found = series.map((name) => {
      const known = this.series.get(name) ?? { steps: [], values: [], times: [] }
      this.series.set(name, known)
      return known
    })
    seriesOf.forEach((number, i) => {
      found[number].steps.push(steps[i])
      found[number].values.push(values[i] ?? Number.NaN)
      found[number].times.push(times[i] ?? Number.NaN)
    })
    this.generation = generation
    this.count = from + steps.length
  }
}
