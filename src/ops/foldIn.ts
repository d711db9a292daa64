import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { broadcastTo } from './broadcastTo.js'
import { asIndices } from './gather.js'
import { sliceAxis } from './slice.js'
import type { TensorLike } from './tensor.js'
import { threefry, threefryExpression } from './threefry.js'

/**
 * A key derived from another and a number, such as a step or the place of a layer: both words of Threefry-2x32 for `key`
 * and the counter `(n, 1)`. Keys derived with different numbers give unrelated bits, and none of the key's own.
 *
 * @param key two `int32` words
 * @param n an integer, or an `int32` tensor of rank 0
 */
export function foldIn(key: TensorLike, n: TensorLike): Tensor {
  const words = asIndices(key, 'foldIn')
  const inputs = [sliceAxis(words, 0, 0, 1), sliceAxis(words, 0, 1, 2), asIndices(n, 'foldIn')]
  return applyOne(
    foldInOp,
    inputs.map((input) => broadcastTo(input, [2])),
    {},
  )
}

/** As many keys derived from one as are needed: `foldIn(key, 0)`, `foldIn(key, 1)`, ... */
export function splitKey(key: TensorLike, count = 2): Tensor[] {
  return Array.from({ length: count }, (_, n) => foldIn(key, n))
}

/** Inputs are the key's two words and n, each twice; the output's element i is word i. */
const foldInOp = defineOp({
  name: 'foldIn',
  kind: {
    kind: 'elementwise',
    positional: true,
    expression(math, [key0, key1, n]) {
      const [word0, word1] = threefryExpression(math, [key0, key1], n, math.int(1))
      return math.select(math.eq(math.coordinate(0), math.int(0)), word0, word1)
    },
  },
  infer: () => [{ shape: [2], dtype: 'int32' }],
  reference: ([key0, key1, n]) => [
    { shape: [2], data: Float64Array.from(threefry([key0.data[0], key1.data[0]], n.data[0], 1)) },
  ],
})
