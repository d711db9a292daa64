import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { argmax } from '../ops/argmax.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { concatenate } from '../ops/concatenate.js'
import { exp } from '../ops/exp.js'
import { flip } from '../ops/flip.js'
import { greater } from '../ops/greater.js'
import { matmul } from '../ops/matmul.js'
import { max } from '../ops/max.js'
import { multiply } from '../ops/multiply.js'
import { pad } from '../ops/pad.js'
import { relu } from '../ops/relu.js'
import { reshape } from '../ops/reshape.js'
import { slice } from '../ops/slice.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { tanh } from '../ops/tanh.js'
import { tensor } from '../ops/tensor.js'
import { transpose } from '../ops/transpose.js'
import { where } from '../ops/where.js'

/** A small seeded generator: Mulberry32. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * A random graph of elementwise ops, views, reductions and contractions over small shapes, for tests of fusion: values
 * are used several times, across groups and through views. Values stay near 1, so that errors can be judged.
 */
export function randomGraph(seed: number, size: number): Tensor[] {
  const next = numbersFrom(seed)
  const integer = (below: number) => Math.floor(next() * below)
  const pick = <T>(list: readonly T[]): T => list[integer(list.length)]
  const leaf = (shape: readonly number[]) =>
    tensor(
      Float32Array.from({ length: sizeOf(shape) }, () => next() * 2 - 1),
      { shape },
    )
  const shapes = [[4, 6], [6, 4], [24], [2, 3, 4], [4, 1, 6], [1, 5], [5, 3], [17]]
  const values: Tensor[] = Array.from({ length: 4 }, () => leaf(pick(shapes)))

  /** A value of this shape: one there is, one reshaped, or a new leaf. */
  const like = (shape: readonly number[]): Tensor => {
    const fitting = values.filter((value) => value.size === sizeOf(shape))
    return fitting.length > 0 && next() < 0.8 ? reshape(pick(fitting), shape) : leaf(shape)
  }
  const makers: (() => Tensor)[] = [
    () => relu(pick(values)),
    () => tanh(pick(values)),
    () => exp(multiply(tanh(pick(values)), 0.5)),
    () => multiply(tanh(pick(values)), 2),
    () => withPartner((a, b) => add(a, b)),
    () => withPartner((a, b) => subtract(tanh(a), b)),
    () => withPartner((a, b) => where(greater(a, 0), b, a)),
    () => withPartner((a, b) => add(a, broadcastTo(sum(tanh(b)), a.shape))),
    () => transpose(pick(values)),
    () => flip(pick(values), [0]),
    () => {
      const x = pick(values)
      return pad(
        x,
        x.shape.map(() => [integer(2), integer(2)] as const),
      )
    },
    () => {
      const x = pick(values)
      const begin = x.shape.map((axis) => integer(axis))
      return slice(
        x,
        begin,
        x.shape.map((axis, i) => 1 + integer(axis - begin[i])),
      )
    },
    () => {
      const x = pick(values)
      return concatenate([x, tanh(like(x.shape))], integer(x.rank))
    },
    () => {
      const x = pick(values)
      return multiply(sum(x, { axis: integer(x.rank), keepDims: next() < 0.5 }), 0.25)
    },
    () => {
      const x = pick(values)
      return max(x, { axis: integer(x.rank) })
    },
    // Two sums of one value, the second of which waits for the first or does not.
    () => {
      const x = pick(values)
      const options = { axis: integer(x.rank), keepDims: true }
      const first = multiply(sum(x, options), 0.25)
      const other = next() < 0.5 ? tanh(x) : multiply(subtract(x, first), tanh(x))
      return add(first, multiply(sum(other, options), 0.25))
    },
    () => {
      const x = pick(values)
      return multiply(cast(argmax(x, { axis: integer(x.rank) }), 'float32'), 0.1)
    },
    () => {
      const x = pick(values)
      const rows = x.rank >= 2 ? x : reshape(x, [1, x.size])
      return tanh(add(multiply(matmul(rows, leaf([rows.shape[rows.rank - 1], 5])), 0.3), leaf([5])))
    },
  ]
  function withPartner(make: (a: Tensor, b: Tensor) => Tensor): Tensor {
    const x = pick(values)
    const partner = next() < 0.3 ? leaf([x.shape[x.rank - 1] ?? 1]) : like(x.shape)
    return make(x, x.rank === 0 ? reshape(partner, []) : partner)
  }
  while (values.length < size + 4) {
    const made = pick(makers)()
    if (made.size > 0 && made.size < 500 && made.rank > 0) values.push(made)
  }
  return values.slice(4).filter((_, i) => i === size - 1 || next() < 0.3)
}
