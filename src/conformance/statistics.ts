import type { Measurement } from './compare.js'

/** Chance that two samples of one distribution are taken for different ones: small, since many pairs are compared. */
const falseAlarm = 1e-6

/** The largest distance between the two samples' cumulative distributions (Kolmogorov and Smirnov). */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let [i, j, furthest] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j])
    while (i < x.length && x[i] <= value) i++
    while (j < y.length && y[j] <= value) j++
    furthest = Math.max(furthest, Math.abs(i / x.length - j / y.length))
  }
  return furthest
}

/** The distance that samples of these sizes from one distribution exceed with probability `falseAlarm`. */
const criticalDistance = (m: number, n: number): number =>
  Math.sqrt(-Math.log(falseAlarm / 2) / 2) * Math.sqrt((m + n) / (m * n))

/** Standard deviations that an estimate may be off: beyond it lie 6e-7 of all samples. */
const sigmas = 5

export interface Moments {
  readonly mean: number
  readonly deviation: number
  readonly smallest: number
  readonly largest: number
}

export function momentsOf(values: ArrayLike<number>): Moments {
  let [sum, squares, smallest, largest] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    sum += values[i]
    squares += values[i] ** 2
    smallest = Math.min(smallest, values[i])
    largest = Math.max(largest, values[i])
  }
  const mean = sum / values.length
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean ** 2)), smallest, largest }
}

/**
 * Whether two samples come from one distribution: by their cumulative distributions, means, and standard deviations.
 * The error of the mean is given in standard deviations of the distribution.
 */
export function compareDistributions(gradus: ArrayLike<number>, keras: ArrayLike<number>): Measurement[] {
  const [a, b] = [momentsOf(gradus), momentsOf(keras)]
  const scale = b.deviation || 1
  const spread = Math.sqrt(1 / gradus.length + 1 / keras.length)
  return [
    within('distribution', kolmogorovSmirnov(gradus, keras), criticalDistance(gradus.length, keras.length)),
    within('mean', Math.abs(a.mean - b.mean) / scale, sigmas * spread),
    // For a normal distribution; of the others that occur here, the estimate scatters less.
    within('standard deviation', Math.abs(a.deviation - b.deviation) / scale, (sigmas * spread) / Math.SQRT2),
  ]
}

/** A measurement with a limit of its own. */
export function within(what: string, error: number, limit: number): Measurement {
  return { what, error, limit, verdict: error <= limit ? 'agrees' : 'differs' }
}
