import type { Shape } from '../../graph/shape.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

const sizes: readonly (readonly [m: number, k: number, n: number])[] = [
  [1, 1, 1],
  [3, 4, 5],
  [5, 1, 16],
  [17, 31, 33],
  [16, 17, 48],
  [0, 3, 4],
  [3, 0, 4],
  [1, 67, 1],
]

const flags = [false, true]

export const contractionCases: readonly OpCase[] = [
  ...sizes.flatMap(([m, k, n]) =>
    flags.flatMap((transposeA) =>
      flags.map(
        (transposeB): OpCase => ({
          name: `matmul ${m}x${k}x${n}${transposeA ? ', A transposed' : ''}${transposeB ? ', B transposed' : ''}`,
          inputs: [{ shape: transposeA ? [k, m] : [m, k] }, { shape: transposeB ? [n, k] : [k, n] }],
          build: ([a, b]) => ops.matmul(a, b, { transposeA, transposeB }),
          gradient: m * k * n < 100 ? 'second' : 'first',
        }),
      ),
    ),
  ),
  ...(
    [
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      [
        [2, 1, 3, 4],
        [5, 4, 2],
      ],
      [
        [2, 3, 4],
        [4, 5],
      ],
      [
        [3, 4],
        [2, 4, 5],
      ],
      [
        [0, 3, 4],
        [4, 5],
      ],
    ] as readonly (readonly [Shape, Shape])[]
  ).map(
    ([a, b]): OpCase => ({
      name: `matmul [${a}] and [${b}]`,
      inputs: [{ shape: a }, { shape: b }],
      build: ([x, y]) => ops.matmul(x, y),
      gradient: 'second',
    }),
  ),
  {
    name: 'matmul of a stack transposed and one matrix',
    inputs: [{ shape: [2, 4, 3] }, { shape: [5, 4] }],
    build: ([a, b]) => ops.matmul(a, b, { transposeA: true, transposeB: true }),
  },
  {
    name: 'matmul by hand',
    inputs: [
      { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
      { shape: [3, 2], values: [7, 8, 9, 10, 11, 12] },
    ],
    build: ([a, b]) => ops.matmul(a, b),
    expected: [58, 64, 139, 154],
  },
  {
    name: 'dot of vectors, of a matrix and a vector, of matrices',
    inputs: [{ shape: [4] }, { shape: [4] }, { shape: [3, 4] }, { shape: [2, 4, 5] }],
    build: ([a, b, matrix, stack]) => [ops.dot(a, b), ops.dot(matrix, a), ops.dot(matrix, stack)],
    gradient: 'second',
  },
  {
    name: 'tensordot over axes in another order',
    inputs: [{ shape: [2, 3, 4] }, { shape: [4, 5, 2] }],
    build: ([a, b]) =>
      ops.tensordot(a, b, [
        [2, 0],
        [0, 2],
      ]),
  },
  ...(
    [
      ['abc,cde->abde', [2, 3, 4], [4, 2, 3]],
      ['aecd,abcd->acbe', [2, 3, 2, 4], [2, 5, 2, 4]],
      ['acbe,aecd->abcd', [2, 2, 5, 3], [2, 3, 2, 4]],
      ['ijk,kl->lji', [2, 3, 17], [17, 5]],
      ['bi,bi->b', [3, 17], [3, 17]],
      ['iij,jk->ik', [3, 3, 4], [4, 5]],
    ] as readonly (readonly [string, Shape, Shape])[]
  ).map(
    ([equation, a, b]): OpCase => ({
      name: `einsum ${equation}`,
      inputs: [{ shape: a }, { shape: b }],
      build: ([x, y]) => ops.einsum(equation, x, y),
      gradient: 'second',
    }),
  ),
  ...(['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const).map(
    (interpolation): OpCase => ({
      name: `resize, ${interpolation}`,
      inputs: [{ shape: [2, 3, 4, 2] }],
      build: ([x]) => [
        ops.resize(x, [7, 6], { interpolation }),
        ops.resize(x, [2, 3], { interpolation, antialias: true }),
      ],
    }),
  ),
]
