import type { TypedArray } from '../graph/dtype.js'
import { mapped } from '../utils/mapped.js'
import { BatchReader, batchCount, batchRange, paddedSize } from './batches.js'
import type { DataSource } from './dataSource.js'
import type { ModelData } from './modelData.js'
import type { BatchTypes, FeedType } from './stepBatch.js'

/** All by which the step for a batch is made. */
export interface BatchForm {
  readonly types: BatchTypes
  /** Whether copies may follow the samples that count. */
  readonly isPadded: boolean
}

/** A batch on the host, ready for a step. */
export interface FeedBatch extends BatchForm {
  /** Samples that count; with padding there are more in the arrays. */
  readonly samples: number
  /** The arrays in the order of `batchInputs`, valid until the next batch is taken. */
  readonly arrays: readonly TypedArray[]
  /** The same arrays once more, for good. */
  again(): readonly TypedArray[]
}

/** Goes through batches, one after another. */
export interface BatchCursor {
  /** The next batch; `undefined` when there is none any more. */
  next(): Promise<FeedBatch | undefined>
  /** Ends a pass of which the rest is not wanted; there is nothing to end in memory. */
  close?(): Promise<void>
}

/** Where batches come from. */
export interface BatchSupply {
  /** Batches of a pass, where it is known before. */
  readonly steps: number | undefined
  /** Samples of a pass, where it is known before. */
  readonly samples: number | undefined
  /** What the first batch looks like. */
  form(): Promise<BatchForm>
  /**
   * A pass over all batches.
   * @param number which pass, from 0: each has its own order, if it has one
   * @param skip batches to leave out at its beginning
   */
  pass(number: number, skip?: number): BatchCursor
}

export interface MemoryOptions {
  readonly batchSize: number
  /** The order of the rows in a pass. Default: as they lie. */
  readonly order?: (pass: number) => Int32Array
  /** Whether the last batch is filled up with copies. Default: false. */
  readonly isPadded?: boolean
}

/** Batches cut out of data in memory. */
export function memorySupply(data: ModelData, options: MemoryOptions): BatchSupply {
  const { batchSize, order, isPadded = false } = options
  const { samples } = data
  const sources = sourcesOf(data)
  const readers = sources.map((source) => new BatchReader(source, batchSize))
  const steps = batchCount(samples, batchSize)
  const sizeOf = (count: number) => (isPadded ? paddedSize(count, batchSize) : count)
  const first = sizeOf(Math.min(samples, batchSize))
  const types = typesOf(data, first)
  return {
    steps,
    samples,
    form: async () => ({ types, isPadded }),
    pass(number, skip = 0) {
      const rows = order?.(number)
      let step = skip
      return {
        async next() {
          if (step >= steps) return undefined
          const range = batchRange(samples, batchSize, step++)
          const count = range.end - range.begin
          const size = sizeOf(count)
          return {
            samples: count,
            isPadded,
            types: size === first ? types : typesOf(data, size),
            arrays: mapped(readers, (reader) => reader.read(range, rows, size)),
            again: () => sources.map((source) => new BatchReader(source, batchSize).read(range, rows, size)),
          }
        },
      }
    },
  }
}

/** All of some data as one batch, filled up to `size` with copies of its last sample. */
export function feedOf(data: ModelData, size = data.samples, isPadded = false): FeedBatch {
  const range = { begin: 0, end: data.samples }
  const arrays = sourcesOf(data).map((source) => new BatchReader(source, size).read(range, undefined, size))
  return { samples: data.samples, isPadded, types: typesOf(data, size), arrays, again: () => arrays }
}

const sourcesOf = ({ x, y, weights }: ModelData): DataSource[] =>
  [...x, ...y, ...weights].filter((source) => source !== undefined)

/** The types of a batch of this many of the data's samples. */
export function typesOf({ x, y, weights }: Omit<ModelData, 'samples'>, size: number): BatchTypes {
  const type = ({ shape, dtype }: DataSource): FeedType => ({ shape: [size, ...shape.slice(1)], dtype })
  const optional = (source: DataSource | undefined) => (source ? type(source) : null)
  return { x: mapped(x, type), y: mapped(y, optional), weights: mapped(weights, optional) }
}
