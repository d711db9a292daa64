import type { Shape } from '../../graph/shape.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

/** The 6x6 image and the 3x3 filters of the courses' convolution example. */
const courseImage = '100001 010010 001100 100010 010010 001010'.replaceAll(' ', '').split('').map(Number)
const diagonal = [1, -1, -1, -1, 1, -1, -1, -1, 1]
const vertical = [-1, 1, -1, -1, 1, -1, -1, 1, -1]

const courseCase = (name: string, filter: number[], strides: number, expected: number[]): OpCase => ({
  name: `conv: the courses' example, ${name}`,
  inputs: [
    { shape: [1, 6, 6, 1], values: courseImage },
    { shape: [3, 3, 1, 1], values: filter },
  ],
  build: ([image, kernel]) => ops.conv(image, kernel, { strides }),
  expected,
})

const geometries: readonly (readonly [image: Shape, kernel: Shape, options: ops.ConvOptions])[] = [
  [[2, 7, 3], [3, 3, 5], {}],
  [[2, 9, 1], [4, 1, 3], { strides: 2, padding: 'same' }],
  [[1, 8, 2], [3, 2, 4], { dilation: 2, padding: 'same' }],
  [[2, 5, 6, 3], [3, 2, 3, 4], {}],
  [[1, 5, 5, 1], [1, 1, 1, 17], {}],
  [[2, 6, 5, 4], [3, 3, 4, 5], { padding: 'same' }],
  [[2, 7, 7, 3], [3, 3, 3, 2], { strides: 2, padding: 'same' }],
  [[1, 7, 8, 2], [3, 2, 2, 3], { strides: [2, 3], dilation: [1, 2] }],
  [
    [1, 5, 6, 2],
    [3, 3, 2, 2],
    {
      padding: [
        [2, 0],
        [1, 3],
      ],
    },
  ],
  [[2, 5, 5, 4], [3, 3, 2, 6], { groups: 2, padding: 'same' }],
  [[2, 5, 5, 3], [3, 3, 1, 3], { groups: 3 }],
  [[1, 5, 5, 3], [2, 2, 1, 6], { groups: 3, strides: 2 }],
  [[1, 4, 3, 5, 2], [2, 2, 3, 2, 3], { padding: 'same', strides: [1, 2, 1] }],
  [[0, 5, 5, 2], [3, 3, 2, 2], {}],
  [[2, 12, 12, 20], [5, 5, 20, 16], {}],
]

const windows: readonly (readonly [image: Shape, options: ops.PoolOptions])[] = [
  [[2, 7, 3], { size: 2 }],
  [[2, 7, 3], { size: 3, strides: 2, padding: 'same' }],
  [[2, 6, 6, 5], { size: 2 }],
  [[1, 6, 7, 17], { size: 3, strides: 2 }],
  [[1, 6, 7, 2], { size: 3, strides: 2, padding: 'same' }],
  [[1, 5, 5, 1], { size: [3, 2], strides: 1, padding: 'same' }],
  [
    [1, 5, 6, 2],
    {
      size: 3,
      strides: 2,
      padding: [
        [1, 1],
        [0, 2],
      ],
    },
  ],
  [[1, 4, 4, 5, 2], { size: 2, strides: [2, 1, 2] }],
  [[0, 4, 4, 2], { size: 2 }],
]

const show = (value: unknown): string => JSON.stringify(value).replaceAll('"', '')

export const convolutionCases: readonly OpCase[] = [
  courseCase('diagonal filter', diagonal, 1, [3, -1, -3, -1, -3, 1, 0, -3, -3, -3, 0, 1, 3, -2, -2, -1]),
  courseCase('stride 2', diagonal, 2, [3, -3, -3, 0]),
  courseCase('vertical filter', vertical, 1, [-1, -1, -1, -1, -1, -1, -2, 1, -1, -1, -2, 1, -1, 0, -4, 3]),
  ...geometries.map(
    ([image, kernel, options]): OpCase => ({
      name: `conv [${image}] with [${kernel}] ${show(options)}`,
      inputs: [{ shape: image }, { shape: kernel }],
      build: ([x, w]) => ops.conv(x, w, options),
      gradient: image.length < 5 && image[1] < 12 ? 'second' : 'first',
    }),
  ),
  {
    name: 'convImageGradient as a transposed convolution',
    inputs: [{ shape: [2, 4, 4, 3] }, { shape: [3, 3, 2, 3] }],
    build: ([dy, w]) => ops.convImageGradient(dy, w, [2, 8, 8, 2], { strides: 2, padding: 'same' }),
    gradient: 'second',
  },
  {
    name: 'convKernelGradient',
    inputs: [{ shape: [2, 6, 6, 2] }, { shape: [2, 4, 4, 3] }],
    build: ([x, dy]) => ops.convKernelGradient(x, dy, [3, 3, 2, 3]),
    gradient: 'second',
  },
  ...windows.flatMap(([image, options]) =>
    (
      [
        ['maxPool', ops.maxPool],
        ['averagePool', ops.averagePool],
        ['sumPool', ops.sumPool],
      ] as const
    ).map(
      ([name, f]): OpCase => ({
        name: `${name} [${image}] ${show(options)}`,
        inputs: [{ shape: image }],
        build: ([x]) => f(x, options),
        gradient: 'second',
      }),
    ),
  ),
  {
    name: 'maxPool of negative numbers at a padded border',
    inputs: [{ shape: [1, 3, 1], values: [-3, -1, -2] }],
    build: ([x]) => ops.maxPool(x, { size: 2, padding: 'same' }),
    expected: [-1, -2],
  },
  {
    name: 'averagePool counts real positions only',
    inputs: [{ shape: [1, 3, 1], values: [2, 4, 9] }],
    build: ([x]) => ops.averagePool(x, { size: 2, padding: 'same' }),
    expected: [3, 9],
  },
]
