import type { SummaryValue } from './summaryValue.js'

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
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]
    if (!Number.isFinite(number)) continue
    if (number < least) least = number
    if (number > greatest) greatest = number
  }
  if (least > greatest) return rows
  const width = (greatest - least) / buckets
  for (let bucket = 0; bucket < buckets; bucket++) {
    rows[3 * bucket] = least + bucket * width
    rows[3 * bucket + 1] = bucket === buckets - 1 ? greatest : least + (bucket + 1) * width
  }
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]
    if (!Number.isFinite(number)) continue
    const bucket = width === 0 ? buckets - 1 : Math.floor((number - least) / width)
    rows[3 * Math.min(bucket, buckets - 1) + 2]++
  }
  return rows
}
