import { ArgumentError, ShapeError } from '../../errors.js'
import type { TypedArray } from '../../graph/dtype.js'
import { readTensors } from '../../graph/executor.js'
import { Tensor } from '../../graph/tensor.js'
import { reshape } from '../../ops/reshape.js'
import { asTensor, type NestedValues, type TensorLike } from '../../ops/tensor.js'
import type { BatchShape } from '../batchShape.js'

/** A batch of a stream, as `fit` takes it: samples alone, or with labels, which are left aside. */
export type AdaptBatch =
  | Tensor
  | TypedArray
  | readonly [x: TensorLike, ...labels: unknown[]]
  | { readonly x: TensorLike }

/** What a layer adapts to: samples in memory, or batches, in a list or in anything else that can be iterated over. */
export type AdaptData = Tensor | TypedArray | NestedValues | Iterable<AdaptBatch> | AsyncIterable<AdaptBatch>

/** Elements of a batch on the host, its first axis counting samples. */
export interface HostBatch {
  readonly data: TypedArray
  readonly shape: readonly number[]
}

/**
 * The batches of some data, one after another.
 * @param sampleShape by which typed arrays are cut into samples, if it is known
 * @param arrange changes a batch on the device before it is read
 * @throws ArgumentError if there are no samples
 */
export async function* batchesOf(
  data: AdaptData,
  title: string,
  sampleShape: BatchShape | undefined,
  arrange: (batch: Tensor) => Tensor = (batch) => batch,
): AsyncGenerator<HostBatch> {
  let isEmpty = true
  for await (const values of separate(data, title)) {
    const batch = cut(values, sampleShape)
    if (batch.rank === 0 || batch.size === 0) {
      throw new ShapeError(
        `${title}: adapt: expected batches of one sample at least, received shape [${batch.shape.join(', ')}].`,
      )
    }
    const arranged = arrange(batch)
    const [elements] = await readTensors([arranged])
    isEmpty = false
    yield { data: elements, shape: arranged.shape }
  }
  if (isEmpty) throw new ArgumentError(`${title}: adapt: expected samples to adapt to, received none.`)
}

const isArray = (value: unknown): value is Tensor | TypedArray =>
  value instanceof Tensor || ArrayBuffer.isView(value)

/** Numbers in nested arrays, rather than a list of batches. */
const isNested = (value: unknown): value is NestedValues =>
  Array.isArray(value) &&
  (typeof value[0] === 'number' || typeof value[0] === 'boolean' || isNested(value[0]))

async function* separate(data: AdaptData, title: string): AsyncGenerator<TensorLike> {
  if (isArray(data) || isNested(data)) yield data
  else if (typeof data === 'object' && (Symbol.iterator in data || Symbol.asyncIterator in data)) {
    for await (const batch of data as AsyncIterable<AdaptBatch>) yield samplesOf(batch, title)
  } else {
    throw new ArgumentError(
      `${title}: adapt: expected a tensor, an array or something iterable that gives batches, received ${String(data)}.`,
    )
  }
}

function samplesOf(batch: AdaptBatch, title: string): TensorLike {
  if (isArray(batch)) return batch
  if (Array.isArray(batch) && batch.length > 0) return batch[0]
  if (typeof batch === 'object' && batch !== null && 'x' in batch) return batch.x
  throw new ArgumentError(
    `${title}: adapt: expected each batch as a tensor, a typed array, [x, y] or { x, y }, received ${String(batch)}.`,
  )
}

/** A typed array as samples of the known shape, if it divides into them. */
function cut(values: TensorLike, sampleShape: BatchShape | undefined): Tensor {
  const batch = asTensor(values)
  const size = sampleShape?.reduce((product: number, each) => product * (each ?? Number.NaN), 1) ?? Number.NaN
  const fits = ArrayBuffer.isView(values) && size > 0 && batch.size % size === 0
  return fits ? reshape(batch, [batch.size / size, ...(sampleShape as readonly number[])]) : batch
}
