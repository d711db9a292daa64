import { ArgumentError, ShapeError } from '../errors.js'
import { arrayOf, checkDtype, type DType, promote, type TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import { checkShape, type Shape, showShape, sizeOf } from '../graph/shape.js'
import { isMarkedSymbolic } from '../graph/symbolic.js'
import { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { checkNumeric, type NumericArray } from '../utils/numericArray.js'
import { show } from '../utils/show.js'
import { broadcastTo } from './broadcastTo.js'
import { cast } from './cast.js'

/** Numbers or booleans in nested arrays, as many levels deep as the tensor has axes. The innermost may be typed arrays. */
export type NestedValues = number | boolean | NumericArray | readonly NestedValues[]

/** What ops take: a tensor, a variable, which stands for its `value()`, or JavaScript data that becomes a tensor. */
export type TensorLike = Tensor | Variable | NestedValues | TypedArray

export interface TensorOptions {
  /** Default: the shape of the nested arrays; for a typed array, one axis. */
  readonly shape?: Shape
  /** Default: the type of a typed array, or of all typed arrays that are rows; `bool` for booleans alone; else `float32`. */
  readonly dtype?: DType
}

const tensorOptions: OptionKeys<TensorOptions> = { shape: true, dtype: true }

/**
 * A tensor with the given elements, which are copied.
 *
 * @param data nested arrays of equal lengths, of which the innermost may be typed arrays; a number, a boolean, or a typed
 * array in row-major order
 * @throws ShapeError if nested arrays are ragged, or the number of elements does not fit `shape`; ArgumentError for other
 * data, such as bigints
 * @example tensor([[1, 2], [3, 4]]); tensor(new Uint8Array(784), { shape: [28, 28] })
 */
export function tensor(data: NestedValues, options: TensorOptions = {}): Tensor {
  checkOptions(options, 'tensor', undefined, tensorOptions)
  const { shape, rows } = rowsOf(data)
  const dtype = options.dtype ?? dtypeOf(rows)
  const wanted = options.shape ?? shape
  checkDtype(dtype, 'tensor')
  checkShape(wanted, 'tensor')
  if (sizeOf(wanted) !== sizeOf(shape)) {
    throw new ShapeError(
      `tensor: shape ${showShape(wanted)} needs ${sizeOf(wanted)} elements, received ${sizeOf(shape)}.`,
    )
  }
  return constant(store(rows, sizeOf(shape), dtype), wanted, dtype)
}

/**
 * The value as a tensor. A plain number becomes a constant that is compiled in, of the type `dtypeHint` where it can be
 * held in it exactly, so that `add(int32Tensor, 1)` stays an integer and `add(int32Tensor, 0.5)` does not.
 */
export function asTensor(value: TensorLike, dtypeHint?: DType): Tensor {
  if (value instanceof Tensor) return value
  if (value instanceof Variable) return value.value()
  if (typeof value === 'number' || typeof value === 'boolean') {
    const dtype = numberDtype(value, dtypeHint)
    return literal(Number(value), dtype)
  }
  if (!Array.isArray(value) || dtypeHint === undefined) return tensor(value)
  const { rows } = rowsOf(value)
  if (rows.some(ArrayBuffer.isView)) return tensor(value)
  const dtypes = rows.flatMap((row) => Array.from(row, (element) => numberDtype(element, dtypeHint)))
  return tensor(value, { dtype: dtypes.reduce(promote, 'bool') })
}

/** A number of the program text, as a tensor of rank 0 that is compiled in. */
export function literal(value: number, dtype: DType = 'float32'): Tensor {
  return constant(store([[value]], 1, dtype), [], dtype, true)
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

/** Elements along the last axis. */
type Row = readonly (number | boolean)[] | NumericArray

/** The one type of all rows: `float32` where they have several. */
function dtypeOf(rows: readonly Row[]): DType {
  if (rows.length === 0) return 'float32'
  const dtype = rowDtype(rows[0])
  return rows.every((row) => rowDtype(row) === dtype) ? dtype : 'float32'
}

function rowDtype(row: Row): DType {
  if (row instanceof Int32Array) return 'int32'
  if (row instanceof Uint8Array) return 'uint8'
  if (ArrayBuffer.isView(row) || row.length === 0) return 'float32'
  return row.every((element) => typeof element === 'boolean') ? 'bool' : 'float32'
}

function store(rows: readonly Row[], size: number, dtype: DType): TypedArray {
  const stored = new arrayOf[dtype](size)
  let at = 0
  for (const row of rows) {
    stored.set(dtype === 'bool' ? Array.from(row, (element) => (element ? 1 : 0)) : (row as number[]), at)
    at += row.length
  }
  return stored
}

const IN_A_LAYER = ' Ops in a graph of layers stand in one: layers.lambda((x) => ops.abs(x))(input).'

/** Data as its rows along the last axis, in order and not copied; a number alone is a row of one. */
function rowsOf(data: NestedValues): { shape: Shape; rows: Row[] } {
  const shape: number[] = []
  for (let level = data; isList(level); level = level[0]) {
    shape.push(level.length)
    if (level.length === 0 || ArrayBuffer.isView(level)) break
  }
  if (shape.length === 0) {
    checkElement(data, 0)
    return { shape, rows: [[data as number | boolean]] }
  }
  const rows: Row[] = []
  const visit = (value: NestedValues, axis: number): void => {
    if (!isList(value)) {
      checkElement(value, axis)
      throw new ShapeError(`tensor: expected an array of ${shape[axis]} at level ${axis}, received ${value}.`)
    }
    if (value.length !== shape[axis]) throw raggedError(axis, shape[axis], value)
    if (axis < shape.length - 1) {
      for (const element of value) visit(element, axis + 1)
      return
    }
    if (!ArrayBuffer.isView(value)) for (const element of value) checkElement(element, axis + 1)
    rows.push(value as Row)
  }
  visit(data, 0)
  return { shape, rows }
}

function isList(value: NestedValues): value is NumericArray | readonly NestedValues[] {
  if (ArrayBuffer.isView(value)) checkNumeric(value, 'tensor')
  return Array.isArray(value) || ArrayBuffer.isView(value)
}

/** @throws unless it is a number or a boolean */
function checkElement(value: NestedValues, level: number): void {
  if (typeof value === 'number' || typeof value === 'boolean') return
  if (isList(value)) throw raggedError(level, 'a number', value)
  throw new ArgumentError(
    `tensor: expected numbers, booleans, nested arrays of them or a typed array, received ${show(value)}.${isMarkedSymbolic(value) ? IN_A_LAYER : ''}`,
  )
}

const raggedError = (level: number, expected: number | string, { length }: ArrayLike<unknown>): ShapeError =>
  new ShapeError(
    `tensor: nested arrays must have equal lengths at each level; at level ${level} expected ${expected}, ` +
      `received an array of ${length}.`,
  )
