import type { HostTensor } from './hostTensor.js'

/** What a comparison came to, from best to worst. */
export const verdicts = ['agrees', 'near float64', 'Keras is off', 'differs', 'fails'] as const
export type Verdict = (typeof verdicts)[number]

/** One tensor of both sides, compared. */
export interface Measurement {
  /** What was compared: `output`, `gradient 0`, `weights after 100 steps`. */
  readonly what: string
  /** max|a - b| / max|b|, with b Keras's; for what is random, a statistic. */
  readonly error: number
  /** What the error may be for the two to agree. */
  readonly limit: number
  readonly verdict: Verdict
  /** What a reader must know to understand the verdict. */
  readonly note?: string
  /** The losses of a whole run on both sides. */
  readonly curves?: { readonly gradus: ArrayLike<number>; readonly keras: ArrayLike<number> }
}

export type Named = Readonly<Record<string, HostTensor>>

/** Error of single ops, layers and losses. */
export const singleOpLimit = 1e-5

/** Gradus may be this many times as far from float64 as Keras is where float32 sums are long. */
const shareOfKerasDistance = 2

/**
 * What float64 leaves of numbers of ordinary size that cancel out. Such a tensor is zero in truth, and its float32 values are
 * rounding errors, which need not be alike.
 */
const negligible = 1e-12

/**
 * max|a - b| / max|b| over what is finite in b. Infinite where shapes differ, or where one side has a NaN or an infinity and
 * the other does not have the same.
 */
export function relativeError(a: HostTensor, b: HostTensor): number {
  const difference = distance(a, b)
  return difference === 0 ? 0 : difference / largest(b)
}

/** max|a - b|, with the same NaNs and infinities required. */
function distance(a: HostTensor, b: HostTensor): number {
  if (a.shape.length !== b.shape.length || a.shape.some((size, axis) => size !== b.shape[axis])) {
    return Number.POSITIVE_INFINITY
  }
  let furthest = 0
  b.data.forEach((expected, i) => {
    const received = a.data[i]
    if (Object.is(expected, received) || expected === received) return
    const difference = Math.abs(received - expected)
    furthest = Math.max(furthest, Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY)
  })
  return furthest
}

function largest(tensor: HostTensor): number {
  let found = 0
  for (const value of tensor.data) if (Number.isFinite(value)) found = Math.max(found, Math.abs(value))
  return found
}

/**
 * Compares tensors of the same names. Within the limit of each other, they agree. If they are not, Keras in float64
 * is the arbiter: Gradus must be no further from it than twice Keras's own float32 is.
 */
export async function compareAll(
  gradus: Named,
  keras: Named,
  arbiter: () => Promise<Named>,
  limit: number = singleOpLimit,
): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const [what, expected] of Object.entries(keras)) {
    const received = gradus[what]
    const error = received ? relativeError(received, expected) : Number.POSITIVE_INFINITY
    if (error <= limit) measurements.push({ what, error, limit, verdict: 'agrees' })
    else if (!received)
      measurements.push({ what, error, limit, verdict: 'differs', note: 'Gradus gives none' })
    else
      measurements.push({
        what,
        error,
        limit,
        ...arbitrate(received, expected, (await arbiter())[what], limit),
      })
  }
  return measurements
}

function arbitrate(
  gradus: HostTensor,
  keras: HostTensor,
  exact: HostTensor,
  limit: number,
): Pick<Measurement, 'verdict' | 'note'> {
  const [ours, theirs] = [distance(gradus, exact), distance(keras, exact)]
  if (largest(exact) < negligible && Math.max(ours, theirs) <= limit) {
    return {
      verdict: 'near float64',
      note: `rounding errors: in float64 it is ${scientific(largest(exact))}`,
    }
  }
  const scale = largest(exact) || 1
  const note = `from float64: Gradus ${scientific(ours / scale)}, Keras ${scientific(theirs / scale)}`
  if (ours <= limit * scale && theirs > limit * scale) return { verdict: 'Keras is off', note }
  if (ours <= shareOfKerasDistance * theirs) return { verdict: 'near float64', note }
  return { verdict: 'differs', note: `${note}; ${firstDifference(gradus, keras)}` }
}

/** Where two tensors differ most, for who looks for the reason. */
function firstDifference(a: HostTensor, b: HostTensor): string {
  if (a.shape.join() !== b.shape.join()) return `shapes [${a.shape}] and [${b.shape}]`
  let worst = 0
  let most = -1
  b.data.forEach((expected, i) => {
    const difference = Object.is(expected, a.data[i]) ? 0 : Math.abs(a.data[i] - expected)
    const weight = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
    if (weight > most) {
      most = weight
      worst = i
    }
  })
  return `element ${worst}: Gradus ${a.data[worst]}, Keras ${b.data[worst]}`
}

/** `1.2e-7`, or 0. */
export const scientific = (value: number): string => (value === 0 ? '0' : value.toExponential(1))
