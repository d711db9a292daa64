import { ArgumentError, ShapeError } from '../errors.js'
import { arrayOf, checkDtype, type DType, promote, type TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import { checkShape, type Shape, showShape, sizeOf } from '../graph/shape.js'
import { isMarkedSymbolic } from '../graph/symbolic.js'
import { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { broadcastTo } from './broadcastTo.js'
import { cast } from './cast.js'

/** Numbers or booleans in nested arrays, as many levels deep as the tensor has axes. */
export type NestedValues = number | boolean | readonly NestedValues[]

/** What ops take: a tensor, or JavaScript data that becomes one. */
export type TensorLike = Tensor | NestedValues | TypedArray

export interface TensorOptions {
  /** Default: the shape of the nested arrays; for a typed array, one axis. */
  readonly shape?: Shape
  /** Default: the type of a typed array; `bool` for booleans; else `float32`. */
  readonly dtype?: DType
}

const tensorOptions: OptionKeys<TensorOptions> = { shape: true, dtype: true }

/**
 * A tensor with the given elements, which are copied.
 *
 * @param data nested arrays of equal lengths, a number, a boolean, or a typed array in row-major order
 * @throws ShapeError if nested arrays are ragged, or the number of elements does not fit `shape`
 * @example tensor([[1, 2], [3, 4]]); tensor(new Uint8Array(784), { shape: [28, 28] })
 */
export function tensor(data: NestedValues | TypedArray, options: TensorOptions = {}): Tensor {
  checkOptions(options, 'tensor', undefined, tensorOptions)
  const { shape, values } = flatten(data)
  const dtype = options.dtype ?? dtypeOf(data, values)
  const wanted = options.shape ?? shape
  checkDtype(dtype, 'tensor')
  checkShape(wanted, 'tensor')
  if (sizeOf(wanted) !== values.length) {
    throw new ShapeError(
      `tensor: shape ${showShape(wanted)} needs ${sizeOf(wanted)} elements, received ${values.length}.`,
    )
  }
  return constant(store(values, dtype), wanted, dtype)
}

/**
 * The value as a tensor. A plain number becomes a constant that is compiled in, of the type `dtypeHint` where it can be
 * held in it exactly, so that `add(int32Tensor, 1)` stays an integer and `add(int32Tensor, 0.5)` does not.
 */
export function asTensor(value: TensorLike, dtypeHint?: DType): Tensor {
  if (value instanceof Tensor) return value
  if (typeof value === 'number' || typeof value === 'boolean') {
    const dtype = numberDtype(value, dtypeHint)
    return literal(Number(value), dtype)
  }
  if (!Array.isArray(value) || dtypeHint === undefined) return tensor(value as NestedValues | TypedArray)
  const { values } = flatten(value)
  const dtype = Array.from(values, (element) => numberDtype(element, dtypeHint)).reduce(promote, 'bool')
  return tensor(value, { dtype })
}

/** A number of the program text, as a tensor of rank 0 that is compiled in. */
export function literal(value: number, dtype: DType = 'float32'): Tensor {
  return constant(store([value], dtype), [], dtype, true)
}

/** A tensor of rank 0. */
export function scalar(value: number | boolean, dtype?: DType): Tensor {
  return tensor(value, { dtype })
}

/**
 * A tensor in which each element is `value`.
 * @throws ShapeError for what is no shape
 */
export const full = (shape: Shape, value: TensorLike, dtype?: DType): Tensor =>
  filled('full', shape, value, dtype)

/** A tensor of zeros; `float32` unless another type is given. */
export const zeros = (shape: Shape, dtype: DType = 'float32'): Tensor => filled('zeros', shape, 0, dtype)

/** A tensor of ones; `float32` unless another type is given. */
export const ones = (shape: Shape, dtype: DType = 'float32'): Tensor => filled('ones', shape, 1, dtype)

function filled(what: string, shape: Shape, value: TensorLike, dtype?: DType): Tensor {
  checkShape(shape, what)
  const element = asTensor(value, dtype)
  return broadcastTo(dtype ? cast(element, dtype) : element, shape)
}

/** Zeros of the same shape and type. */
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype)

/** Ones of the same shape and type. */
export const onesLike = (x: Tensor): Tensor => ones(x.shape, x.dtype)

/** The type in which a program's number meets a tensor of type `hint`. */
function numberDtype(value: number | boolean, hint: DType | undefined): DType {
  if (typeof value === 'boolean') return hint ?? 'bool'
  if (hint === undefined || hint === 'float32' || !isInt32(value)) return 'float32'
  if (hint === 'uint8' && value >= 0 && value <= 255) return 'uint8'
  return 'int32'
}

const isInt32 = (value: number): boolean => (value | 0) === value

function dtypeOf(data: NestedValues | TypedArray, values: ArrayLike<number | boolean>): DType {
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint8Array) return 'uint8'
  return values.length > 0 && typeof values[0] === 'boolean' ? 'bool' : 'float32'
}

function store(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  if (dtype === 'bool') return Uint8Array.from(values, (value) => (value ? 1 : 0))
  return new arrayOf[dtype](values as ArrayLike<number>)
}

const IN_A_LAYER = ' Ops in a graph of layers stand in one: layers.lambda((x) => ops.abs(x))(input).'

function flatten(data: NestedValues | TypedArray): { shape: Shape; values: ArrayLike<number | boolean> } {
  if (ArrayBuffer.isView(data)) return { shape: [data.length], values: data }
  const shape: number[] = []
  for (let level: NestedValues = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  const values: (number | boolean)[] = []
  const visit = (value: NestedValues, axis: number): void => {
    if (Array.isArray(value)) {
      if (axis === shape.length || value.length !== shape[axis]) {
        throw new ShapeError(
          `tensor: nested arrays must have equal lengths at each level; at level ${axis} expected ${shape[axis] ?? 'a number'}, ` +
            `received an array of ${value.length}.`,
        )
      }
      for (const element of value) visit(element, axis + 1)
    } else if (typeof value === 'number' || typeof value === 'boolean') {
      if (axis < shape.length) {
        throw new ShapeError(
          `tensor: expected an array of ${shape[axis]} at level ${axis}, received ${value}.`,
        )
      }
      values.push(value)
    } else {
      throw new ArgumentError(
        `tensor: expected numbers, booleans, nested arrays of them or a typed array, received ${typeof value === 'string' ? `'${value}'` : String(value)}.${isMarkedSymbolic(value) ? IN_A_LAYER : ''}`,
      )
    }
  }
  visit(data, 0)
  return { shape, values }
}
