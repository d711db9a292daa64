import { Tensor } from '../graph/tensor.js'
import type { DataFor, SampleWeights, TargetsFor } from './modelData.js'

/** One batch: samples, labels and weights as a list, or under their names. */
export type Batch<In = never, Out = never> =
  | readonly [x: DataFor<In>, y?: TargetsFor<Out> | null, sampleWeight?: SampleWeights | null]
  | {
      readonly x: DataFor<In>
      readonly y?: TargetsFor<Out> | null
      readonly sampleWeight?: SampleWeights | null
    }

/**
 * Batches that are made as they are needed: anything iterable, at once or asynchronously, or a function that makes one for each
 * pass. A generator object can be gone through only once: give the generator function for several epochs. Where batches run out, `fit`
 * warns and ends.
 *
 * An iterator that a run leaves before its end is closed, as `for await` does: its `return()` is called, and a generator's `finally` runs.
 * A generator object goes on through all passes of a run, and is closed when the run has ended.
 */
export type Batches<In = never, Out = never> =
  | Iterable<Batch<In, Out>>
  | AsyncIterable<Batch<In, Out>>
  | (() => Iterable<Batch<In, Out>> | AsyncIterable<Batch<In, Out>>)

/** Whether data is one tensor, typed array or list. */
export const isArrayLike = (value: unknown): boolean =>
  Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Tensor

/** Whether data is a stream of batches, rather than arrays in memory (which can be iterated over, too). */
export function isStream(value: unknown): value is Batches {
  if (isArrayLike(value)) return false
  if (typeof value === 'function') return true
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

/** Whether a stream is an iterator itself, such as a generator object, which there is no second one of. */
export function isOneShot(stream: Batches): boolean {
  return typeof stream !== 'function' && 'next' in stream
}
