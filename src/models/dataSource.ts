import { ArgumentError, ShapeError } from '../errors.js'
import { arrayOf, type DType, type TypedArray } from '../graph/dtype.js'
import { readTensors } from '../graph/executor.js'
import { constant } from '../graph/node.js'
import { type Shape, showShape } from '../graph/shape.js'
import { Tensor } from '../graph/tensor.js'
import type { BatchShape } from '../layers/batchShape.js'
import { type NestedValues, tensor } from '../ops/tensor.js'
import { isPending, type Later } from '../utils/later.js'
import { checkNumeric, type NumericArray } from '../utils/numericArray.js'
import { show } from '../utils/show.js'

/**
 * Samples in memory: a tensor `[samples, ...]`, nested arrays, or a typed array, which is cut into samples of the shape
 * that the model expects. In nested arrays the innermost may be typed arrays: a list of them holds a sample in each, of the shape that the model expects. Elements become float32, int32 or uint8, whichever
 * holds them (float32 for Uint32Array, as in `tensor`). Nothing of a tensor or typed array is copied but what does not have one of Gradus's types.
 */
export type DataInput = Tensor | NumericArray | NestedValues

/** Samples on the host, row-major, the first axis counting them. */
export interface DataSource {
  /** The argument that it came from, for errors. */
  readonly name: string
  readonly data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
  readonly samples: number
  /** Elements of one sample. */
  readonly sampleSize: number
}

/**
 * Data as the training loop reads it.
 * @param expected the shape of a batch, by which a typed array is cut into samples
 * @throws ArgumentError if it is no data, or has no samples
 */
export async function dataSource(value: DataInput, name: string, expected?: BatchShape): Promise<DataSource> {
  const samples = samplesOf(value, name, expected)
  const [data] = await readTensors([samples])
  return sourceOf(name, data, samples.shape, samples.dtype)
}

/** Several of them: those that have to be computed are computed together. */
export function dataSources(samples: readonly Tensor[], nameOf: (i: number) => string): Later<DataSource[]> {
  const arrays = readTensors(samples)
  return isPending(arrays)
    ? arrays.then((computed) => sourcesOf(samples, computed, nameOf))
    : sourcesOf(samples, arrays, nameOf)
}

function sourcesOf(
  samples: readonly Tensor[],
  arrays: readonly TypedArray[],
  nameOf: (i: number) => string,
): DataSource[] {
  const sources: DataSource[] = []
  for (let i = 0; i < arrays.length; i++) {
    sources.push(sourceOf(nameOf(i), arrays[i], samples[i].shape, samples[i].dtype))
  }
  return sources
}

/** Data as a tensor `[samples, ...]`: see `dataSource`. */
export function samplesOf(value: DataInput, name: string, expected?: BatchShape): Tensor {
  if (value === undefined || value === null) {
    throw new ArgumentError(`${name}: expected a tensor, a typed array or nested arrays, received ${value}.`)
  }
  const samples = value instanceof Tensor ? value : fromArray(value, name, expected)
  if (samples.rank === 0) {
    throw new ShapeError(`${name}: expected an axis of samples first, received a single number.`)
  }
  if (samples.shape[0] === 0) {
    throw new ArgumentError(
      `${name}: expected at least one sample, received shape ${showShape(samples.shape)}. Check how the data was loaded or cut.`,
    )
  }
  return samples
}

/** The samples from `begin` up to `end`, not copied. */
export function sliceSource(source: DataSource, begin: number, end: number, name = source.name): DataSource {
  const data = source.data.subarray(begin * source.sampleSize, end * source.sampleSize)
  return sourceOf(name, data as TypedArray, [end - begin, ...source.shape.slice(1)], source.dtype)
}

function sourceOf(name: string, data: TypedArray, shape: Shape, dtype: DType): DataSource {
  return { name, data, shape, dtype, samples: shape[0], sampleSize: sampleSizeOf(shape) }
}

/** Elements of one sample of a batch of this shape; NaN where an axis is not known. */
export function sampleSizeOf(shape: BatchShape): number {
  let size = 1
  for (let axis = 1; axis < shape.length; axis++) size *= shape[axis] ?? Number.NaN
  return size
}

function fromArray(value: NumericArray | NestedValues, name: string, expected?: BatchShape): Tensor {
  if (ArrayBuffer.isView(value)) return fromTypedArray(value as NumericArray, name, expected)
  if (!Array.isArray(value)) {
    throw new ArgumentError(
      `${name}: expected a tensor, a typed array or nested arrays of numbers, received ${show(value)}.`,
    )
  }
  const [first] = value
  const isSample =
    expected && ArrayBuffer.isView(first) && (first as Uint8Array).length === sampleSizeOf(expected)
  try {
    return tensor(value, isSample ? { shape: [value.length, ...(expected.slice(1) as number[])] } : {})
  } catch (error) {
    if (error instanceof ShapeError) {
      throw new ShapeError(`${name}: ${error.message} All samples must have the same shape.`, {
        cause: error,
      })
    }
    if (error instanceof ArgumentError) throw new ArgumentError(`${name}: ${error.message}`, { cause: error })
    throw error
  }
}

function fromTypedArray(value: NumericArray, name: string, expected?: BatchShape): Tensor {
  checkNumeric(value, name)
  const dtype = elementType(value)
  const size = expected ? sampleSizeOf(expected) : Number.NaN
  const shape =
    expected && size > 0 && value.length % size === 0
      ? [value.length / size, ...(expected.slice(1) as number[])]
      : [value.length]
  const data = value.constructor === arrayOf[dtype] ? (value as TypedArray) : new arrayOf[dtype](value)
  // Not copied: the caller's array is read while training runs.
  return constant(data, shape, dtype)
}

function elementType(value: NumericArray): DType {
  // First what most data are.
  if (value instanceof Float32Array) return 'float32'
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return 'uint8'
  const isInt32 =
    value instanceof Int32Array ||
    value instanceof Int16Array ||
    value instanceof Int8Array ||
    value instanceof Uint16Array
  return isInt32 ? 'int32' : 'float32'
}
