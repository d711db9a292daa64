import type { DType } from '../../graph/dtype.js'
import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { defineUnary } from '../../ops/elementwise.js'
import * as ops from '../../ops/index.js'
import type { OpCase } from '../opCase.js'

/** Sizes that hit every tail of vectors of 4, 8 and 16 lanes. */
export const tailSizes = [0, 1, 3, 4, 5, 15, 16, 17, 31, 67]

type Unary = (x: ops.TensorLike) => Tensor
type Binary = (a: ops.TensorLike, b: ops.TensorLike) => Tensor

const smoothFunctions: readonly (readonly [name: string, f: Unary, range: readonly [number, number]])[] = [
  ['negative', ops.negative, [-3, 3]],
  ['abs', ops.abs, [-3, 3]],
  ['square', ops.square, [-3, 3]],
  ['sqrt', ops.sqrt, [0.1, 9]],
  ['rsqrt', ops.rsqrt, [0.1, 9]],
  ['reciprocal', ops.reciprocal, [0.3, 4]],
  ['exp', ops.exp, [-5, 5]],
  ['expm1', ops.expm1, [-1, 1]],
  ['log', ops.log, [0.05, 20]],
  ['log1p', ops.log1p, [-0.9, 3]],
  ['tanh', ops.tanh, [-4, 4]],
  ['sigmoid', ops.sigmoid, [-6, 6]],
  ['relu', ops.relu, [-3, 3]],
  ['erf', ops.erf, [-3, 3]],
  ['sin', ops.sin, [-7, 7]],
  ['cos', ops.cos, [-7, 7]],
  ['softplus', ops.softplus, [-9, 9]],
  ['logSigmoid', ops.logSigmoid, [-9, 9]],
  ['softsign', ops.softsign, [-9, 9]],
  ['gelu', ops.gelu, [-4, 4]],
  ['gelu, approximate', (x) => ops.gelu(x, { approximate: true }), [-4, 4]],
]

const steppedFunctions: readonly (readonly [name: string, f: Unary])[] = [
  ['sign', ops.sign],
  ['floor', ops.floor],
  ['ceil', ops.ceil],
  ['round', ops.round],
  ['trunc', ops.trunc],
  ['isNaN', ops.isNaN],
  ['isFinite', ops.isFinite],
  ['logicalNot', ops.logicalNot],
]

const arithmetic: readonly (readonly [name: string, f: Binary])[] = [
  ['add', ops.add],
  ['subtract', ops.subtract],
  ['multiply', ops.multiply],
  ['maximum', ops.maximum],
  ['minimum', ops.minimum],
]

const comparisons: readonly (readonly [name: string, f: Binary])[] = [
  ['equal', ops.equal],
  ['notEqual', ops.notEqual],
  ['less', ops.less],
  ['lessEqual', ops.lessEqual],
  ['greater', ops.greater],
  ['greaterEqual', ops.greaterEqual],
  ['logicalAnd', ops.logicalAnd],
  ['logicalOr', ops.logicalOr],
]

const bitwise: readonly (readonly [name: string, f: Binary])[] = [
  ['bitwiseAnd', ops.bitwiseAnd],
  ['bitwiseOr', ops.bitwiseOr],
  ['bitwiseXor', ops.bitwiseXor],
  ['leftShift', ops.leftShift],
  ['rightShift', ops.rightShift],
  ['rightShiftUnsigned', ops.rightShiftUnsigned],
]

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [[17], [17]],
  [[5, 7], [7]],
  [
    [5, 1],
    [1, 3],
  ],
  [[], [4]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[0, 3], [3]],
]

const edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  -2.5,
  1e15,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
]

const unaryCases: OpCase[] = [
  ...smoothFunctions.flatMap(([name, f, range]) =>
    [[17], [5, 3], [0]].map(
      (shape): OpCase => ({
        name: `${name} [${shape}]`,
        inputs: [{ shape, range }],
        build: ([x]) => f(x),
        gradient: 'second',
      }),
    ),
  ),
  ...tailSizes.map(
    (size): OpCase => ({
      name: `exp of ${size} elements`,
      inputs: [{ shape: [size] }],
      build: ([x]) => ops.exp(x),
    }),
  ),
  ...[
    ...steppedFunctions,
    ['abs', ops.abs],
    ['relu', ops.relu],
    ['negative', ops.negative],
    ['stopGradient', ops.stopGradient],
  ].map(
    ([name, f]): OpCase => ({
      name: `${name} of edge values`,
      inputs: [{ shape: [edges.length], values: edges }],
      build: ([x]) => (f as Unary)(x),
      gradient: 'none',
    }),
  ),
  ...(['int32', 'uint8'] as const).flatMap((dtype) =>
    [
      ['abs', ops.abs],
      ['negative', ops.negative],
      ['square', ops.square],
      ['sign', ops.sign],
      ['relu', ops.relu],
      ['floor', ops.floor],
      ['bitwiseNot', ops.bitwiseNot],
      ['logicalNot', ops.logicalNot],
    ].map(
      ([name, f]): OpCase => ({
        name: `${name} of ${dtype}`,
        inputs: [{ shape: [19], dtype }],
        build: ([x]) => (f as Unary)(x),
      }),
    ),
  ),
]

const binaryCases: OpCase[] = [
  ...arithmetic.flatMap(([name, f]) =>
    broadcasts.map(
      ([a, b]): OpCase => ({
        name: `${name} [${a}] and [${b}]`,
        inputs: [{ shape: a }, { shape: b }],
        build: ([x, y]) => f(x, y),
        gradient: 'second',
      }),
    ),
  ),
  ...tailSizes.map(
    (size): OpCase => ({
      name: `multiply of ${size} elements`,
      inputs: [{ shape: [size] }, { shape: [size] }],
      build: ([x, y]) => ops.multiply(x, y),
    }),
  ),
  {
    name: 'divide',
    inputs: [{ shape: [5, 7] }, { shape: [7], range: [0.5, 2] }],
    build: ([x, y]) => ops.divide(x, y),
    gradient: 'second',
  },
  {
    name: 'power of positive numbers',
    inputs: [{ shape: [17], range: [0.2, 3] }, { shape: [17] }],
    build: ([x, y]) => ops.power(x, y),
    gradient: 'second',
  },
  {
    name: 'power with whole exponents',
    inputs: [{ shape: [6], values: [-2, -1.5, 0.5, 1, 2, 3] }],
    build: ([x]) => ops.power(x, [3, 2, 0, 1, -1, -2]),
    expected: [-8, 2.25, 1, 1, 0.5, 1 / 9],
    gradient: 'second',
  },
  ...(
    [
      ['floorDivide', ops.floorDivide],
      ['mod', ops.mod],
    ] as const
  ).flatMap(([name, f]): OpCase[] => [
    {
      name: `${name} of floats`,
      inputs: [
        { shape: [17], range: [-9, 9] },
        { shape: [17], range: [0.7, 3] },
      ],
      build: ([x, y]) => f(x, y),
    },
    {
      name: `${name} by infinities, and with large quotients`,
      inputs: [
        { shape: [11], values: [5, -5, 5, -5, 0, Infinity, Infinity, 2 ** 24 - 1, 1e8, -1, 5] },
        {
          shape: [11],
          values: [Infinity, Infinity, -Infinity, -Infinity, Infinity, Infinity, 2, 3, 4, 4, 0],
        },
      ],
      build: ([x, y]) => f(x, y),
      expected:
        name === 'mod'
          ? [5, Infinity, -Infinity, -5, 0, NaN, NaN, 0, 0, 3, NaN]
          : [0, -1, -1, 0, 0, NaN, Infinity, 5592405, 25000000, -1, Infinity],
      gradient: 'none',
    },
    {
      name: `${name} of integers, zeros among them`,
      inputs: [
        { shape: [10], dtype: 'int32', values: [7, -7, 7, -7, 6, -6, 5, 0, -1, 2 ** 31 - 1] },
        { shape: [10], dtype: 'int32', values: [2, 2, -2, -2, 3, 3, 0, 4, 5, -1] },
      ],
      build: ([x, y]) => f(x, y),
      expected:
        name === 'mod' ? [1, 1, -1, -1, 0, 0, 0, 0, 4, 0] : [3, -4, -4, 3, 2, -2, 0, 0, -1, -(2 ** 31 - 1)],
    },
  ]),
  ...[...arithmetic, ...comparisons].flatMap(([name, f]) =>
    (
      [
        ['int32', 'int32'],
        ['uint8', 'uint8'],
        ['bool', 'bool'],
        ['uint8', 'float32'],
        ['bool', 'int32'],
      ] as readonly (readonly [DType, DType])[]
    ).map(
      ([a, b]): OpCase => ({
        name: `${name} of ${a} and ${b}`,
        inputs: [
          { shape: [23], dtype: a },
          { shape: [23], dtype: b },
        ],
        build: ([x, y]) => f(x, y),
        gradient: 'none',
      }),
    ),
  ),
  ...[...arithmetic, ...comparisons].map(
    ([name, f]): OpCase => ({
      name: `${name} of edge values`,
      inputs: [
        { shape: [edges.length, 1], values: edges },
        { shape: [edges.length], values: edges },
      ],
      build: ([x, y]) => f(x, y),
      gradient: 'none',
    }),
  ),
  ...bitwise.map(
    ([name, f]): OpCase => ({
      name,
      inputs: [
        { shape: [37], dtype: 'int32', range: [-(2 ** 31), 2 ** 31] },
        { shape: [37], dtype: 'int32', range: [0, 32] },
      ],
      build: ([x, y]) => f(x, y),
    }),
  ),
]

/** An op that Gradus does not have. Nothing but this text is needed for it to work, forward and backward, everywhere. */
const cube = defineUnary({
  name: 'cube',
  operand: 'number',
  expression: (math, x) => math.mul(math.mul(x, x), x),
  reference: (x) => x ** 3,
  gradient: ({ x, dy }) => ops.multiply(dy, ops.multiply(ops.square(x), 3)),
})

const otherCases: OpCase[] = [
  {
    name: 'an op added in one place',
    inputs: [
      { shape: [3], values: [-1, 2, 3] },
      { shape: [17], dtype: 'int32' },
    ],
    build: ([x, integers]) => [cube(x), cube(integers)],
    expected: [-1, 8, 27],
    gradient: 'second',
  },
  ...(['float32', 'int32', 'uint8', 'bool'] as const).flatMap((from) =>
    (['float32', 'int32', 'uint8', 'bool'] as const).map(
      (to): OpCase => ({
        name: `cast ${from} to ${to}`,
        inputs: [{ shape: [21], dtype: from, range: from === 'float32' ? [-600, 600] : undefined }],
        build: ([x]) => ops.cast(x, to),
      }),
    ),
  ),
  {
    name: 'cast of edge values to int32',
    inputs: [{ shape: [edges.length], values: edges }],
    build: ([x]) => ops.cast(x, 'int32'),
    expected: [0, 0, 1, -1, 0, 1, 2, 0, -1, -2, 2 ** 31 - 1, 2 ** 31 - 1, -(2 ** 31), 0],
  },
  ...(['float32', 'int32', 'bool'] as const).map(
    (dtype): OpCase => ({
      name: `where on ${dtype}`,
      inputs: [
        { shape: [5, 1], dtype: 'bool' },
        { shape: [5, 7], dtype },
        { shape: [7], dtype },
      ],
      build: ([condition, x, y]) => ops.where(condition, x, y),
      gradient: dtype === 'float32' ? 'second' : 'none',
    }),
  ),
  {
    name: 'clip',
    inputs: [{ shape: [19] }],
    build: ([x]) => ops.clip(x, -1, 0.75),
  },
  {
    name: 'iota, arange and eye',
    inputs: [],
    build: () => [ops.iota([2, 3, 5], 1), ops.arange(9, { start: 2, step: 3 }), ops.eye(3, 4)],
  },
  {
    name: 'gradient stopped on one of two ways',
    inputs: [{ shape: [5] }],
    // The value is x^3, whose gradient would be 3 x^2; only one factor counts, so the finite difference would differ.
    build: ([x]) => ops.multiply(ops.stopGradient(ops.square(x)), x),
    gradient: 'none',
  },
]

export const elementwiseCases: readonly OpCase[] = [...unaryCases, ...binaryCases, ...otherCases]
