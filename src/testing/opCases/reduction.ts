import type { Shape } from '../../graph/shape.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

const selections: readonly (readonly [shape: Shape, options: ops.ReductionOptions])[] = [
  [[17], {}],
  [[5, 7], {}],
  [[5, 7], { axis: 0 }],
  [[5, 7], { axis: -1, keepDims: true }],
  [[3, 4, 5], { axis: [0, 2] }],
  [[3, 4, 17], { axis: 1 }],
  [[2, 3, 4, 5], { axis: [1, 2], keepDims: true }],
  [[33, 2], { axis: 0 }],
  [[1, 67], { axis: 1 }],
]

const reductions = [
  ['sum', ops.sum],
  ['mean', ops.mean],
  ['max', ops.max],
  ['min', ops.min],
  ['prod', ops.prod],
  ['variance', ops.variance],
  ['logSumExp', ops.logSumExp],
] as const

const show = (value: unknown): string => JSON.stringify(value).replaceAll('"', '')

export const reductionCases: readonly OpCase[] = [
  ...selections.flatMap(([shape, options]) =>
    reductions.map(
      ([name, f]): OpCase => ({
        name: `${name} [${shape}] ${show(options)}`,
        inputs: [{ shape, range: name === 'prod' ? [0.6, 1.5] : [-2, 2] }],
        build: ([x]) => f(x, options),
        gradient: 'second',
      }),
    ),
  ),
  ...(['int32', 'uint8', 'bool'] as const).flatMap((dtype) =>
    (
      [
        ['sum', ops.sum],
        ['max', ops.max],
        ['min', ops.min],
        ['mean', ops.mean],
        ['any', ops.any],
        ['all', ops.all],
        ['argmax', ops.argmax],
        ['argmin', ops.argmin],
      ] as const
    ).map(
      ([name, f]): OpCase => ({
        name: `${name} of ${dtype}`,
        inputs: [{ shape: [5, 19], dtype }],
        build: ([x]) => f(x, { axis: 1 }),
      }),
    ),
  ),
  ...([0, 1, 2] as const).flatMap((axis) =>
    (
      [
        ['argmax', ops.argmax],
        ['argmin', ops.argmin],
      ] as const
    ).map(
      ([name, f]): OpCase => ({
        name: `${name} along axis ${axis}`,
        inputs: [{ shape: [3, 17, 5] }],
        build: ([x]) => [f(x, { axis }), f(x, { axis, keepDims: true }), f(x)],
      }),
    ),
  ),
  {
    name: 'argmax takes the first of equal elements',
    inputs: [{ shape: [2, 4], values: [1, 3, 3, 0, 2, 2, 2, 2] }],
    build: ([x]) => ops.argmax(x, { axis: 1 }),
    expected: [1, 0],
  },
  {
    name: 'sum and prod of nothing',
    inputs: [{ shape: [0, 3] }],
    build: ([x]) => [ops.sum(x, { axis: 0 }), ops.prod(x, { axis: 0 }), ops.sum(x)],
    expected: [0, 0, 0],
  },
  {
    name: 'prod with zeros: the gradient is the product of the others',
    inputs: [{ shape: [2, 3], values: [0, 2, 3, 0, 0, 5] }],
    build: ([x]) => ops.prod(x, { axis: 1 }),
    expected: [0, 0],
  },
  {
    name: 'standardDeviation',
    inputs: [{ shape: [2, 4], values: [1, 2, 3, 4, 2, 2, 4, 4] }],
    build: ([x]) => ops.standardDeviation(x, { axis: 1 }),
    expected: [Math.sqrt(1.25), 1],
  },
  ...([[17], [5, 10], [2, 3, 4]] as const).flatMap((shape) =>
    (
      [
        ['softmax', ops.softmax],
        ['logSoftmax', ops.logSoftmax],
      ] as const
    ).map(
      ([name, f]): OpCase => ({
        name: `${name} [${shape}]`,
        inputs: [{ shape }],
        build: ([x]) => f(x),
        gradient: 'second',
      }),
    ),
  ),
  {
    name: 'softmax along axis 0',
    inputs: [{ shape: [4, 3] }],
    build: ([x]) => ops.softmax(x, { axis: 0 }),
  },
  {
    name: 'softmax of large logits does not overflow',
    inputs: [{ shape: [1, 3], values: [1000, 1000, -1000] }],
    build: ([x]) => ops.softmax(x),
    expected: [0.5, 0.5, 0],
  },
  {
    name: 'logSumExp with infinities',
    inputs: [
      {
        shape: [2, 2],
        values: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, Number.POSITIVE_INFINITY],
      },
    ],
    build: ([x]) => ops.logSumExp(x, { axis: 1 }),
    expected: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    gradient: 'none',
  },
]
