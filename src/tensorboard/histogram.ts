import { boundsOf } from '../utils/bounds.js'
import type { SummaryValue } from './summaryValue.js'

/** Into how many parts numbers are counted where nobody says more, as in TensorFlow. */
export const BUCKETS = 30

/**
 * How numbers are distributed, for the pages of histograms and distributions, in TensorBoard's form: rows `[left, right, count]` of buckets
 * of equal width between the least and the greatest number. Where all are equal, the last bucket holds them; without numbers all is 0.
 * Numbers that are not finite belong to no bucket.
 */
export function histogramSummary(
  tag: string,
  numbers: ArrayLike<number>,
  buckets: number,
  description?: string,
): SummaryValue {
  return {
    ...{ tag, description, plugin: 'histograms' },
    tensor: { dtype: 'double', shape: [buckets, 3], elements: bucketRows(numbers, buckets) },
  }
}

function bucketRows(numbers: ArrayLike<number>, buckets: number): Float64Array {
  const rows = new Float64Array(3 * buckets)
  const { least, greatest, areFinite } = boundsOf(numbers)
  if (!areFinite) return bucketRows(Array.from(numbers).filter(Number.isFinite), buckets)
  if (least > greatest) return rows
  const width = (greatest - least) / buckets
  // The greatest number comes behind the last bucket, and is counted into it.
  const counts = new Int32Array(buckets + 1)
  if (width > 0) {
    // As an integer, which takes half the time of `Math.floor` and `Math.min`.
    for (let i = 0; i < numbers.length; i++) counts[((numbers[i] - least) / width) | 0]++
  } else counts[buckets] = numbers.length
  for (let bucket = 0; bucket < buckets; bucket++) {
    const isLast = bucket === buckets - 1
    rows[3 * bucket] = least + bucket * width
    rows[3 * bucket + 1] = isLast ? greatest : least + (bucket + 1) * width
    rows[3 * bucket + 2] = counts[bucket] + (isLast ? counts[buckets] : 0)
  }
  return rows
}
