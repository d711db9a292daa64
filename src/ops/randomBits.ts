import { ShapeError } from '../errors.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { type Shape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { asIndices } from './gather.js'
import { referenceOf } from './reference.js'
import type { TensorLike } from './tensor.js'
import { threefry, threefryExpression } from './threefry.js'

/**
 * 32 random bits for each element, as `int32`: a word of Threefry-2x32 (20 rounds) for `key` and the counter
 * `(i, 0)`, where i is the element's row-major number. The same on every target.
 *
 * @param key two `int32` words; one key gives the same bits each time: derive others with `foldIn` or `splitKey`
 * @param word which of the two words of a counter to take. Default: 0
 */
export function randomBits(key: TensorLike, shape: Shape, word: 0 | 1 = 0): Tensor {
  return applyOne(randomBitsOp, [asIndices(key, 'randomBits')], { shape, word })
}

const randomBitsOp = defineOp<{ readonly shape: Shape; readonly word: number }>({
  name: 'randomBits',
  kind: {
    kind: 'random',
    expression: (math, key, index, { word }) => threefryExpression(math, key, index, math.int(0))[word],
  },
  infer([key], { shape }) {
    if (key.shape.length !== 1 || key.shape[0] !== 2) {
      throw new ShapeError(`randomBits: expected a key of shape [2], received ${showShape(key.shape)}.`)
    }
    return [{ shape, dtype: 'int32' }]
  },
  reference: ([{ data }], { shape, word }) => [
    referenceOf(shape, (_, index) => threefry([data[0], data[1]], index, 0)[word]),
  ],
})
