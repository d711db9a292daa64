import { InternalError, ShapeError, StateError } from '../errors.js'
import { isPending } from '../utils/later.js'
import { arrayOf, type DType, type TypedArray } from './dtype.js'
import { readTensors } from './executor.js'
import { inspected } from './inspected.js'
import type { Node } from './node.js'
import { type Shape, sizeOf } from './shape.js'

/** The console shows the elements of tensors up to this size, if they are known. */
const mostShown = 1000

/** Nested arrays of numbers, as many levels deep as the tensor has axes. */
export type NestedArray = number | readonly NestedArray[]

/**
 * A value in the typed tensor graph: one output of one node. Making one computes nothing; a graph runs when a value is
 * read with `data()`. Nobody frees tensors: the garbage collector does.
 */
export class Tensor {
  constructor(
    /** The node that computes this value. Once read, it becomes a constant and lets go of what it came from. */
    public node: Node,
    public index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}

  get rank(): number {
    return this.shape.length
  }

  get size(): number {
    return sizeOf(this.shape)
  }

  /** The elements in row-major order. Computes them at the first call. The array is the caller's own copy. */
  async data(): Promise<TypedArray> {
    const arrays = readTensors([this])
    const [data] = isPending(arrays) ? await arrays : arrays
    return new arrayOf[this.dtype](data)
  }

  /**
   * The one element of a tensor of size 1.
   * @throws ShapeError if there are more, or none
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: expected a tensor of one element, received ${this}. Read others with data() or array().`,
      )
    }
    return (await this.data())[0]
  }

  /** The elements as nested arrays, or a number for rank 0. */
  async array(): Promise<NestedArray> {
    return this.nested(await this.data())
  }

  private nested(data: TypedArray): NestedArray {
    let at = 0
    const nest = (axis: number): NestedArray =>
      axis === this.shape.length ? data[at++] : Array.from({ length: this.shape[axis] }, () => nest(axis + 1))
    return nest(0)
  }

  /** Turns into a constant, when its value has been computed: the graph behind it can go. */
  become(data: TypedArray): void {
    this.node = { type: 'constant', id: this.node.id, data, literal: false }
    this.index = 0
  }

  /** The elements of a constant, not copied. */
  knownData(): TypedArray {
    if (this.node.type !== 'constant') throw new InternalError(`${this} is not computed yet`)
    return this.node.data
  }

  toString(): string {
    return `Tensor(${this.dtype} [${this.shape.join(', ')}])`
  }

  /**
   * The elements as nested arrays, for `JSON.stringify`.
   * @throws StateError if they are not known yet
   */
  toJSON(): NestedArray {
    if (this.node.type === 'constant') return this.nested(this.node.data)
    throw new StateError(
      `JSON of ${this}: expected elements that are known, but nobody has read them yet. Write JSON.stringify(await tensor.array()).`,
    )
  }

  /** What Node's console shows: the elements too, once they are known. */
  [inspected](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    const { node } = this
    if (node.type !== 'constant' || this.size > mostShown) return `${this}`
    return `${this} ${inspect(this.nested(node.data), options)}`
  }
}
