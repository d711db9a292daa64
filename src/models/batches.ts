import { arrayOf, type TypedArray } from '../graph/dtype.js'
import type { DataSource } from './dataSource.js'

/** Where a batch's samples lie in the order of an epoch. */
export interface BatchRange {
  readonly begin: number
  readonly end: number
}

/** How many batches hold this many samples; the last may be smaller. */
export const batchCount = (samples: number, batchSize: number): number => Math.ceil(samples / batchSize)

/** The samples of a batch. */
export const batchRange = (samples: number, batchSize: number, batch: number): BatchRange => ({
  begin: batch * batchSize,
  end: Math.min(samples, (batch + 1) * batchSize),
})

/**
 * The batch sizes that Programs of `evaluate` and `predict` are made for, smallest first: at most three, so that any
 * number of samples runs through them. The last batch is padded to the smallest that holds it.
 */
export function paddedSizes(batchSize: number): number[] {
  return [...new Set([1, Math.ceil(batchSize / 4), batchSize])].sort((a, b) => a - b)
}

/** The smallest of the padded sizes that holds this many samples; those above the largest stay as they are. */
export function paddedSize(samples: number, batchSize: number): number {
  return paddedSizes(batchSize).find((size) => size >= samples) ?? samples
}

/** Copies batches of a source into one buffer, which the executor copies from in turn when a run starts. */
export class BatchReader {
  private buffer: TypedArray | undefined

  constructor(
    private readonly source: DataSource,
    private readonly batchSize: number,
  ) {}

  /**
   * The samples of a range, valid until the next call.
   * @param order where each sample of the range is found in the source; without it, samples lie as they come
   * @param size samples that the batch is filled up to, with copies of its last one
   */
  read({ begin, end }: BatchRange, order?: Int32Array, size = end - begin): TypedArray {
    const { data, sampleSize } = this.source
    if (!order && size === end - begin)
      return data.subarray(begin * sampleSize, end * sampleSize) as TypedArray
    // Made only when samples have to be moved: a small prediction is often one whole batch, read where it lies.
    this.buffer ??= new arrayOf[this.source.dtype](Math.max(size, this.batchSize) * sampleSize)
    const { buffer } = this
    for (let row = 0; row < size; row++) {
      const at = Math.min(begin + row, end - 1)
      const from = (order ? order[at] : at) * sampleSize
      if (sampleSize === 1) buffer[row] = data[from]
      else buffer.set(data.subarray(from, from + sampleSize), row * sampleSize)
    }
    return buffer.subarray(0, size * sampleSize) as TypedArray
  }
}
