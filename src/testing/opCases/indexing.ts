import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

const cumulativeOptions = [0, 1].flatMap((axis) =>
  [false, true].flatMap((exclusive) => [false, true].map((reverse) => ({ axis, exclusive, reverse }))),
)

/** What no axis has, from all sides: found by chance in no test, and by a user some day. */
const hostile = [-1, 2 ** 31 - 1, -(2 ** 31), 2 ** 30, 1, -7, 65_536, 0, 4, 3]

/** Each op that reads or writes by index, with indices that lie nowhere. Sizes hit lanes, runs of vectors, and one by one. */
const hostileCases: readonly OpCase[] = [1, 3, 17].flatMap((inner): OpCase[] => [
  {
    name: `take by hostile indices, runs of ${inner}`,
    inputs: [
      { shape: [4, inner] },
      { shape: [4, inner], dtype: 'uint8' },
      { shape: [10], dtype: 'int32', values: hostile },
    ],
    build: ([x, bytes, indices]) => [ops.take(x, indices), ops.take(bytes, indices), ops.take(x, indices, 1)],
  },
  {
    name: `takeAlongAxis by hostile indices, rows of ${inner}`,
    inputs: [
      { shape: [4, inner] },
      {
        shape: [10, inner],
        dtype: 'int32',
        values: hostile.flatMap((index) => new Array(inner).fill(index)),
      },
      { shape: [4, 10], dtype: 'int32', values: [0, 1, 2, 3].flatMap(() => hostile) },
    ],
    build: ([x, rows, columns]) => [ops.takeAlongAxis(x, rows, 0), ops.takeAlongAxis(x, columns, 1)],
  },
  {
    name: `scatterAdd at hostile indices, runs of ${inner}`,
    inputs: [
      { shape: [4, inner] },
      { shape: [10], dtype: 'int32', values: hostile },
      { shape: [10, inner] },
      {
        shape: [10, inner],
        dtype: 'int32',
        values: hostile.flatMap((index) => new Array(inner).fill(index)),
      },
    ],
    build: ([base, indices, updates, each]) => [
      ops.scatterAdd(base, indices, updates),
      ops.scatterAddAlongAxis(base, each, updates, 0),
    ],
  },
])

export const indexingCases: readonly OpCase[] = [
  ...hostileCases,
  {
    name: 'take by floats that are no indices',
    inputs: [
      { shape: [4, 5] },
      {
        shape: [7],
        values: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e9, -3e9, 2.9, -0.5],
      },
    ],
    build: ([x, floats]) => ops.take(x, ops.cast(floats, 'int32')),
    gradient: 'none',
  },
  {
    name: 'oneHot of hostile numbers',
    inputs: [{ shape: [10], dtype: 'int32', values: hostile }],
    build: ([x]) => ops.oneHot(x, 4),
  },
  ...([0, 1, 2] as const).map(
    (axis): OpCase => ({
      name: `take along axis ${axis}, repeats and indices outside among them`,
      inputs: [{ shape: [4, 3, 5] }, { shape: [2, 3], dtype: 'int32', values: [0, 2, 2, 1, 9, -4] }],
      build: ([x, indices]) => ops.take(x, indices, axis),
      gradient: 'second',
    }),
  ),
  {
    name: 'take of rows, as an embedding',
    inputs: [{ shape: [10, 17] }, { shape: [6], dtype: 'int32', range: [0, 10] }],
    build: ([table, ids]) => ops.take(table, ids),
  },
  {
    name: 'take of one row, of uint8 and by uint8',
    inputs: [
      { shape: [5, 3], dtype: 'uint8' },
      { shape: [], dtype: 'uint8', values: [3] },
    ],
    build: ([x, index]) => ops.take(x, index),
  },
  ...([0, 1] as const).map(
    (axis): OpCase => ({
      name: `takeAlongAxis ${axis}`,
      inputs: [{ shape: [4, 5] }, { shape: axis === 0 ? [7, 5] : [4, 3], dtype: 'int32', range: [-1, 6] }],
      build: ([x, indices]) => ops.takeAlongAxis(x, indices, axis),
      gradient: 'second',
    }),
  ),
  ...([0, 1] as const).map(
    (axis): OpCase => ({
      name: `scatterAdd along axis ${axis}, repeats and indices outside among them`,
      inputs: [
        { shape: [4, 5] },
        { shape: [2, 3], dtype: 'int32', values: [0, 2, 2, 1, 9, -4] },
        { shape: axis === 0 ? [2, 3, 5] : [4, 2, 3] },
      ],
      build: ([base, indices, updates]) => ops.scatterAdd(base, indices, updates, axis),
      gradient: 'second',
    }),
  ),
  {
    name: 'scatterAdd by hand',
    inputs: [
      { shape: [3], values: [1, 1, 1] },
      { shape: [4], dtype: 'int32', values: [0, 2, 2, 3] },
      { shape: [4], values: [1, 2, 3, 100] },
    ],
    build: ([base, indices, updates]) => ops.scatterAdd(base, indices, updates),
    expected: [2, 1, 6],
  },
  {
    name: 'scatterAddAlongAxis',
    inputs: [{ shape: [4, 5] }, { shape: [4, 3], dtype: 'int32', range: [-1, 6] }, { shape: [4, 3] }],
    build: ([base, indices, updates]) => ops.scatterAddAlongAxis(base, indices, updates, 1),
    gradient: 'second',
  },
  {
    name: 'oneHot',
    inputs: [{ shape: [4], dtype: 'int32', values: [0, 2, 5, -1] }],
    build: ([x]) => [ops.oneHot(x, 3), ops.oneHot(x, 3, { axis: 0, dtype: 'bool' })],
    expected: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
  },
  ...[1, 2, 7, 17].flatMap((size) =>
    [false, true].map(
      (descending): OpCase => ({
        name: `sort of ${size}${descending ? ', descending' : ''}`,
        inputs: [{ shape: [3, size] }],
        build: ([x]) => [ops.sort(x, { descending }), ops.argsort(x, { descending })],
        gradient: 'second',
      }),
    ),
  ),
  {
    name: 'sort along axis 0, of integers with repeats',
    inputs: [{ shape: [19, 2], dtype: 'int32', range: [0, 6] }],
    build: ([x]) => [ops.sort(x, { axis: 0 }), ops.argsort(x, { axis: 0, descending: true })],
  },
  {
    name: 'sort puts NaN last',
    inputs: [{ shape: [4], values: [2, Number.NaN, -1, 3] }],
    build: ([x]) => ops.concatenate([ops.sort(x), ops.sort(x, { descending: true })]),
    expected: [-1, 2, 3, Number.NaN, 3, 2, -1, Number.NaN],
    gradient: 'none',
  },
  {
    name: 'topK',
    inputs: [{ shape: [3, 10] }],
    build: ([x]) => {
      const { values, indices } = ops.topK(x, 4)
      return [values, indices]
    },
  },
  ...cumulativeOptions.flatMap((options) =>
    (
      [
        ['cumulativeSum', ops.cumulativeSum],
        ['cumulativeProduct', ops.cumulativeProduct],
      ] as const
    ).map(
      ([name, f]): OpCase => ({
        name: `${name} ${JSON.stringify(options)}`,
        inputs: [{ shape: [5, 17], range: [0.7, 1.4] }],
        build: ([x]) => f(x, options),
        gradient: 'second',
      }),
    ),
  ),
  ...cumulativeOptions.map(
    (options): OpCase => ({
      name: `cumulativeProduct over zeros ${JSON.stringify(options)}`,
      inputs: [{ shape: [3, 4], values: [0.5, 0, 2, 3, 0, 1, 0, -2, 4, 0.5, 3, 0] }],
      build: ([x]) => ops.cumulativeProduct(x, options),
      gradient: 'second',
    }),
  ),
  {
    name: 'prod over zeros',
    inputs: [{ shape: [3, 4], values: [0.5, 0, 2, 3, 0, 1, 0, -2, 4, 0.5, 3, 1] }],
    build: ([x]) => ops.prod(x, { axis: 1 }),
    gradient: 'second',
  },
  {
    name: 'cumulativeSum by hand, of integers',
    inputs: [{ shape: [4], dtype: 'int32', values: [1, 2, 3, 4] }],
    build: ([x]) =>
      ops.concatenate([ops.cumulativeSum(x), ops.cumulativeSum(x, { exclusive: true, reverse: true })]),
    expected: [1, 3, 6, 10, 9, 7, 4, 0],
  },
  {
    name: 'randomBits, both words',
    inputs: [{ shape: [2], dtype: 'int32', values: [123456789, -987654321] }],
    build: ([key]) => [ops.randomBits(key, [3, 17]), ops.randomBits(key, [5], 1)],
  },
  {
    name: 'randomUniform and randomNormal with derived keys',
    inputs: [
      { shape: [2], dtype: 'int32', values: [7, 8] },
      { shape: [], dtype: 'int32', values: [41] },
    ],
    build: ([key, step]) => {
      const derived = ops.foldIn(key, step)
      return [
        derived,
        ops.randomUniform(derived, [33], { min: -1, max: 3 }),
        ops.randomNormal(ops.splitKey(derived)[1], [33]),
      ]
    },
    gradient: 'none',
  },
]
