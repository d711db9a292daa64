import type { Tensor } from '../../graph/tensor.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

/** A simple recurrent layer: `h = tanh(x kernel + h recurrent + bias)`, over `[time, batch, features]`. */
function recurrent([x, initial, kernel, weights, bias]: readonly Tensor[], reverse: boolean): Tensor[] {
  const { carries, outputs } = ops.loop({ initial: [initial], sequences: [x], reverse }, ([h], [slice]) => {
    const next = ops.tanh(ops.add(ops.add(ops.matmul(slice, kernel), ops.matmul(h, weights)), bias))
    return { carries: [next], outputs: [next] }
  })
  return [...carries, ...outputs]
}

const recurrentInputs = (time: number): OpCase['inputs'] => [
  { shape: [time, 2, 3] },
  { shape: [2, 5] },
  { shape: [3, 5] },
  { shape: [5, 5], range: [-0.5, 0.5] },
  { shape: [5] },
]

export const loopCases: readonly OpCase[] = [
  ...[false, true].map(
    (reverse): OpCase => ({
      name: `loop: a recurrent layer${reverse ? ', reversed' : ''}`,
      inputs: recurrentInputs(4),
      build: (inputs) => recurrent(inputs, reverse),
      gradient: 'second',
    }),
  ),
  {
    name: 'loop: a recurrent layer of no steps',
    inputs: recurrentInputs(0),
    build: (inputs) => recurrent(inputs, false),
  },
  {
    name: 'loop: two carries, one an integer, the index, and no sequences',
    inputs: [{ shape: [3] }],
    build: ([x]) => {
      const { carries, outputs } = ops.loop({ initial: [x, 0], length: 3 }, ([value, count], _, index) => ({
        carries: [ops.multiply(value, ops.add(ops.cast(index, 'float32'), 2)), ops.add(count, 1)],
        outputs: [ops.square(value)],
      }))
      return [...carries, ...outputs]
    },
    gradient: 'second',
  },
  {
    name: 'loop: a carry that each step sets to the same',
    inputs: [
      { shape: [2], values: [1, 2] },
      { shape: [2], values: [10, 20] },
    ],
    build: ([a, b]) =>
      ops.loop({ initial: [a, b], length: 3 }, ([first, second]) => ({
        carries: [ops.zeros([2]), ops.add(first, second)],
      })).carries[1],
    expected: [11, 22],
    gradient: 'second',
  },
  {
    name: 'loop: running sums by hand',
    inputs: [{ shape: [4, 2], values: [1, 10, 2, 20, 3, 30, 4, 40] }],
    build: ([x]) =>
      ops.loop({ initial: [ops.zeros([2])], sequences: [x] }, ([total], [slice]) => {
        const next = ops.add(total, slice)
        return { carries: [next], outputs: [next] }
      }).outputs[0],
    expected: [1, 10, 3, 30, 6, 60, 10, 100],
    gradient: 'second',
  },
  {
    name: 'loop in a loop',
    inputs: [{ shape: [3, 2, 4] }, { shape: [4] }],
    build: ([x, w]) => {
      const { carries, outputs } = ops.loop(
        { initial: [ops.ones([4])], sequences: [x] },
        ([state], [rows]) => {
          const inner = ops.loop({ initial: [state], sequences: [rows], reverse: true }, ([value], [row]) => {
            const next = ops.sigmoid(ops.add(ops.multiply(value, w), row))
            return { carries: [next], outputs: [ops.multiply(next, state)] }
          })
          return { carries: inner.carries, outputs: inner.outputs }
        },
      )
      return [...carries, ...outputs]
    },
    gradient: 'second',
  },
]
