import { ShapeError } from '../errors.js'
import { apply } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { scatterAddAlongAxis } from './scatterAdd.js'
import { sliceAxis } from './slice.js'
import { asTensor, type TensorLike, zerosLike } from './tensor.js'
import { moveAxis } from './transpose.js'

export interface SortOptions {
  /** Default: -1. */
  readonly axis?: number
  /** Largest first. Default: false. */
  readonly descending?: boolean
}

const sortOptions: OptionKeys<SortOptions> = { axis: true, descending: true }

/** The elements in order along an axis; NaN goes last. Gradients go back to the places the elements came from. */
export function sort(x: TensorLike, options: SortOptions = {}): Tensor {
  checkOptions(options, 'sort', undefined, sortOptions)
  return sortWithIndices(x, options).values
}

/** The `int32` positions that sort an axis. Equal elements keep their order. */
export function argsort(x: TensorLike, options: SortOptions = {}): Tensor {
  checkOptions(options, 'argsort', undefined, sortOptions)
  return sortWithIndices(x, options).indices
}

/**
 * The `k` largest elements along the last axis, largest first, and their `int32` positions.
 * @throws ShapeError if the axis has fewer than `k` elements
 */
export function topK(x: TensorLike, k: number): { readonly values: Tensor; readonly indices: Tensor } {
  const value = asTensor(x)
  const length = value.shape[resolveAxis(-1, value.rank, 'topK')]
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new ShapeError(
      `topK: expected k of 0 to ${length} for a tensor of shape ${showShape(value.shape)}, received ${k}.`,
    )
  }
  const { values, indices } = sortWithIndices(value, { descending: true })
  return { values: sliceAxis(values, -1, 0, k), indices: sliceAxis(indices, -1, 0, k) }
}

function sortWithIndices(
  x: TensorLike,
  { axis = -1, descending = false }: SortOptions,
): { readonly values: Tensor; readonly indices: Tensor } {
  const given = asTensor(x)
  const value = given.dtype === 'bool' ? cast(given, 'int32') : given
  const [values, indices] = apply(sortOp, [moveAxis(value, axis, -1)], { descending })
  return { values: moveAxis(values, -1, axis), indices: moveAxis(indices, -1, axis) }
}

const sortOp = defineOp<{ readonly descending: boolean }>({
  name: 'sort',
  kind: { kind: 'sort', options: (attributes) => attributes },
  infer: ([x]) => [x, { shape: x.shape, dtype: 'int32' }],
  gradient: ({ inputs: [x], outputs: [, indices], gradients: [dy] }) => [
    dy && scatterAddAlongAxis(zerosLike(x), indices, dy, -1),
  ],
  reference([x], { descending }) {
    const length = x.shape[x.shape.length - 1]
    const indices = new Float64Array(x.data.length)
    for (let row = 0; row < x.data.length; row += length) {
      const values = x.data.subarray(row, row + length)
      const order = Array.from(values, (_, i) => i).sort((i, j) => {
        const [a, b] = [values[i], values[j]]
        if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
        return descending ? b - a : a - b
      })
      indices.set(order, row)
    }
    const data = x.data.map((_, i) => x.data[i - (i % length) + indices[i]])
    return [
      { shape: x.shape, data },
      { shape: x.shape, data: indices },
    ]
  },
})
