import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

const movements: readonly (readonly [name: string, shape: Shape, f: (x: Tensor) => Tensor | Tensor[]])[] = [
  ['reshape', [4, 6], (x) => ops.reshape(x, [2, -1, 3])],
  ['reshape of nothing', [0, 6], (x) => ops.reshape(x, [3, 0])],
  ['transpose', [5, 7], (x) => ops.transpose(x)],
  ['transpose of four axes', [2, 3, 4, 5], (x) => ops.transpose(x, [0, 3, 1, 2])],
  ['transpose, tails', [17, 33], (x) => ops.transpose(x)],
  ['moveAxis', [2, 3, 4], (x) => ops.moveAxis(x, 0, -1)],
  ['broadcastTo', [3, 1], (x) => ops.broadcastTo(x, [2, 3, 4])],
  ['broadcastTo nothing', [1, 3], (x) => ops.broadcastTo(x, [0, 3])],
  ['slice', [5, 7], (x) => ops.slice(x, [1, 2], [3, 4])],
  ['slice from the end', [5, 7], (x) => ops.slice(x, [-2, 0])],
  ['slice with steps', [7, 9], (x) => ops.slice(x, [1, 0], [3, 3], [2, 3])],
  ['slice of nothing', [5, 7], (x) => ops.slice(x, [2, 0], [0, 7])],
  ['sliceAxis', [5, 7], (x) => ops.sliceAxis(x, 1, -5, -1, 2)],
  ['flip', [4, 5], (x) => ops.flip(x, 1)],
  ['flip of all axes', [3, 5], (x) => ops.flip(x)],
  [
    'pad',
    [3, 4],
    (x) =>
      ops.pad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        7,
      ),
  ],
  [
    'pad with negative amounts',
    [5, 6],
    (x) =>
      ops.pad(x, [
        [-1, 2],
        [3, -2],
      ]),
  ],
  ['squeeze', [1, 3, 1, 2], (x) => ops.squeeze(x, [0, 2])],
  ['expandDims', [3, 2], (x) => ops.expandDims(x, -1)],
  ['tile', [2, 3], (x) => ops.tile(x, [2, 3])],
  ['repeat', [2, 3], (x) => ops.repeat(x, 3, 1)],
  ['split in equal parts', [4, 6], (x) => ops.split(x, 3, 1)],
  ['split in given parts', [5, 2], (x) => ops.split(x, [1, 0, 4])],
]

export const movementCases: readonly OpCase[] = [
  ...movements.map(
    ([name, shape, f]): OpCase => ({ name, inputs: [{ shape }], build: ([x]) => f(x), gradient: 'second' }),
  ),
  ...(['int32', 'uint8', 'bool'] as const).map(
    (dtype): OpCase => ({
      name: `movements of ${dtype}`,
      inputs: [{ shape: [3, 5], dtype }],
      build: ([x]) => [
        ops.transpose(x),
        ops.pad(
          x,
          [
            [1, 0],
            [0, 2],
          ],
          1,
        ),
        ops.concatenate([x, ops.flip(x, 0)], 0),
        ops.slice(x, [0, 1], [3, 2], [1, 2]),
      ],
    }),
  ),
  ...([0, 1, 2] as const).map(
    (axis): OpCase => ({
      name: `concatenate along axis ${axis}`,
      inputs: [2, 0, 5].map((size) => ({ shape: [3, 4, 2].toSpliced(axis, 1, size) })),
      build: (inputs) => ops.concatenate(inputs, axis),
      gradient: 'second',
    }),
  ),
  {
    name: 'stack',
    inputs: [{ shape: [3, 2] }, { shape: [3, 2] }],
    build: (inputs) => [ops.stack(inputs), ops.stack(inputs, -1)],
  },
  {
    name: 'tile and repeat by hand',
    inputs: [{ shape: [2], values: [1, 2] }],
    build: ([x]) => ops.concatenate([ops.tile(x, [2]), ops.repeat(x, 2, 0)]),
    expected: [1, 2, 1, 2, 1, 1, 2, 2],
  },
]
