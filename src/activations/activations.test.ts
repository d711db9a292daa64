import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { errorFunction } from '../ops/erf.js'
import { grad } from '../ops/gradient.js'
import { multiply, sum, tensor } from '../ops/index.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { type ActivationName, getActivation, serializeActivation } from './get.js'
import * as activations from './index.js'
import { logitsOf } from './logits.js'

const { linear, relu, sigmoid, softmax } = activations

/** The course's tanh; the slide's `+ 1` is a slip. */
const tanh = (z: number) => 2 / (1 + Math.exp(-2 * z)) - 1
const logistic = (z: number) => 1 / (1 + Math.exp(-z))
const softplus = (z: number) => Math.log(1 + Math.exp(z))
const normalCdf = (z: number) => (1 + errorFunction(z / Math.SQRT2)) / 2
const clipped = (z: number, low: number, high: number) => Math.min(Math.max(z, low), high)
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

interface Elementwise {
  readonly name: string
  readonly f: (x: Tensor) => Tensor
  readonly formula: (z: number) => number
  /** Where the slope jumps. */
  readonly corners?: readonly number[]
  /** The slope at 0 and at each corner, in this order. */
  readonly slopes: readonly number[]
}

const elementwise: readonly Elementwise[] = [
  { name: 'celu', f: activations.celu, formula: (z) => (z > 0 ? z : Math.exp(z) - 1), slopes: [1] },
  {
    name: 'celu, alpha 2',
    f: (x) => activations.celu(x, { alpha: 2 }),
    formula: (z) => (z > 0 ? z : 2 * (Math.exp(z / 2) - 1)),
    slopes: [1],
  },
  { name: 'elu', f: activations.elu, formula: (z) => (z > 0 ? z : Math.exp(z) - 1), slopes: [1] },
  {
    name: 'elu, alpha 0.5',
    f: (x) => activations.elu(x, { alpha: 0.5 }),
    formula: (z) => (z > 0 ? z : 0.5 * (Math.exp(z) - 1)),
    corners: [0],
    slopes: [0.5, 0.5],
  },
  { name: 'exponential', f: activations.exponential, formula: Math.exp, slopes: [1] },
  { name: 'gelu', f: activations.gelu, formula: (z) => z * normalCdf(z), slopes: [0.5] },
  {
    name: 'gelu, approximate',
    f: (x) => activations.gelu(x, { approximate: true }),
    formula: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
    slopes: [0.5],
  },
  {
    name: 'hard_shrink',
    f: activations.hardShrink,
    formula: (z) => (Math.abs(z) > 0.5 ? z : 0),
    corners: [-0.5, 0.5],
    slopes: [0, 0, 0],
  },
  {
    name: 'hard_sigmoid',
    f: activations.hardSigmoid,
    formula: (z) => clipped(z / 6 + 0.5, 0, 1),
    corners: [-3, 3],
    slopes: [1 / 6, 0, 0],
  },
  {
    name: 'hard_silu',
    f: activations.hardSilu,
    formula: (z) => z * clipped(z / 6 + 0.5, 0, 1),
    corners: [-3, 3],
    slopes: [0.5, 0, 1],
  },
  {
    name: 'hard_tanh',
    f: activations.hardTanh,
    formula: (z) => clipped(z, -1, 1),
    corners: [-1, 1],
    slopes: [1, 1, 1],
  },
  {
    name: 'leaky_relu',
    f: activations.leakyRelu,
    formula: (z) => Math.max(0.2 * z, z),
    corners: [0],
    slopes: [0.2, 0.2],
  },
  {
    name: 'leaky_relu, slope 0.01',
    f: (x) => activations.leakyRelu(x, { negativeSlope: 0.01 }),
    formula: (z) => Math.max(0.01 * z, z),
    corners: [0],
    slopes: [0.01, 0.01],
  },
  { name: 'linear', f: linear, formula: (z) => z, slopes: [1] },
  { name: 'log_sigmoid', f: activations.logSigmoid, formula: (z) => -softplus(-z), slopes: [0.5] },
  { name: 'mish', f: activations.mish, formula: (z) => z * Math.tanh(softplus(z)), slopes: [0.6] },
  { name: 'relu', f: relu, formula: (z) => Math.max(z, 0), corners: [0], slopes: [0, 0] },
  {
    name: 'relu, slope 0.3',
    f: (x) => relu(x, { negativeSlope: 0.3 }),
    formula: (z) => (z > 0 ? z : 0.3 * z),
    corners: [0],
    slopes: [0.3, 0.3],
  },
  {
    name: 'relu, all options',
    f: (x) => relu(x, { negativeSlope: 0.1, maxValue: 5, threshold: 1.5 }),
    formula: (z) => (z > 1.5 ? Math.min(z, 5) : 0.1 * (z - 1.5)),
    corners: [1.5, 5],
    slopes: [0.1, 0, 1],
  },
  {
    name: 'relu, cut at 6',
    f: (x) => relu(x, { maxValue: 6, negativeSlope: 0.5 }),
    formula: (z) => (z > 0 ? Math.min(z, 6) : 0.5 * z),
    corners: [0, 6],
    slopes: [0, 0, 0],
  },
  {
    name: 'relu6',
    f: activations.relu6,
    formula: (z) => clipped(z, 0, 6),
    corners: [0, 6],
    slopes: [0, 0, 0],
  },
  {
    name: 'selu',
    f: activations.selu,
    formula: (z) => seluScale * (z >= 0 ? z : seluAlpha * (Math.exp(z) - 1)),
    corners: [0],
    slopes: [seluScale, seluScale],
  },
  { name: 'sigmoid', f: sigmoid, formula: logistic, slopes: [0.25] },
  { name: 'silu', f: activations.silu, formula: (z) => z * logistic(z), slopes: [0.5] },
  {
    name: 'soft_shrink',
    f: activations.softShrink,
    formula: (z) => Math.sign(z) * Math.max(Math.abs(z) - 0.5, 0),
    corners: [-0.5, 0.5],
    slopes: [0, 0, 0],
  },
  { name: 'softplus', f: activations.softplus, formula: softplus, slopes: [0.5] },
  { name: 'softsign', f: activations.softsign, formula: (z) => z / (1 + Math.abs(z)), slopes: [1] },
  {
    name: 'sparse_plus',
    f: activations.sparsePlus,
    formula: (z) => (z <= -1 ? 0 : z < 1 ? (z + 1) ** 2 / 4 : z),
    slopes: [0.5],
  },
  {
    name: 'sparse_sigmoid',
    f: activations.sparseSigmoid,
    formula: (z) => clipped((z + 1) / 2, 0, 1),
    corners: [-1, 1],
    slopes: [0.5, 0, 0],
  },
  {
    name: 'squareplus',
    f: activations.squareplus,
    formula: (z) => (z + Math.sqrt(z * z + 4)) / 2,
    slopes: [0.5],
  },
  {
    name: 'squareplus, b 0.25',
    f: (x) => activations.squareplus(x, { b: 0.25 }),
    formula: (z) => (z + Math.sqrt(z * z + 0.25)) / 2,
    slopes: [0.5],
  },
  { name: 'step', f: activations.step, formula: (z) => (z >= 0 ? 1 : 0), corners: [0], slopes: [0, 0] },
  {
    name: 'swish, scale 1.7',
    f: (x) => activations.swish(x, { beta: 1.7 }),
    formula: (z) => z * logistic(1.7 * z),
    slopes: [0.5],
  },
  { name: 'tanh', f: activations.tanh, formula: tanh, slopes: [1] },
  { name: 'tanh_shrink', f: activations.tanhShrink, formula: (z) => z - tanh(z), slopes: [0] },
  {
    name: 'threshold',
    f: (x) => activations.threshold(x, 1, -7),
    formula: (z) => (z > 1 ? z : -7),
    corners: [1],
    slopes: [0, 0],
  },
]

/** From -20 to 20, without 0 and the corners. */
const grid = Array.from({ length: 163 }, (_, i) => -20 + (40 * (i + 0.37)) / 163)
const close = (received: number, expected: number, tolerance: number, what: string) =>
  expect(
    Math.abs(received - expected),
    `${what}: received ${received}, expected ${expected}`,
  ).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)))

describe('elementwise activations', () => {
  it.each(elementwise)('$name has its values from -20 to 20', ({ f, formula }) => {
    const at = tensor(grid)
    const inputs = referenceValues(at)
    referenceValues(f(at)).forEach((value, i) => close(value, formula(inputs[i]), 1e-6, `at ${inputs[i]}`))
  })

  it.each(elementwise)('$name has its slope from -20 to 20', ({ f, formula, corners = [] }) => {
    const at = tensor(grid)
    const inputs = referenceValues(at)
    const step = 1e-5
    referenceValues(grad((x) => sum(f(x)))(at)).forEach((slope, i) => {
      const z = inputs[i]
      if (corners.some((corner) => Math.abs(z - corner) < 2 * step)) return
      const expected = (formula(z + step) - formula(z - step)) / (2 * step)
      close(slope, expected, 2e-6, `at ${z}`)
    })
  })

  it.each(elementwise)('$name has its slope at 0 and at corners', ({ f, corners = [], slopes }) => {
    referenceValues(grad((x) => sum(f(x)))([0, ...corners])).forEach((slope, i) =>
      close(slope, slopes[i], 1e-6, `at ${[0, ...corners][i]}`),
    )
  })

  const swallowNaN = ['step', 'hard_shrink', 'soft_shrink', 'relu, all options', 'threshold']
  it.each(elementwise.filter(({ name }) => !swallowNaN.includes(name)))('$name keeps NaN', ({ f }) => {
    expect(referenceValues(f(tensor([Number.NaN])))[0]).toBeNaN()
  })

  it('keeps gradients finite where an unused branch would overflow', () => {
    for (const f of [activations.elu, activations.selu, activations.celu, activations.sparsePlus]) {
      const [slope] = referenceValues(grad((x) => sum(f(x)))([1e30]))
      expect(slope).toBeGreaterThan(0.99)
      expect(slope).toBeLessThan(1.06)
    }
  })
})

describe('activations along an axis', () => {
  const x = tensor([
    [1, 2, -1, 0],
    [0.1, 0.2, 0.25, -3],
  ])

  it('log_softmax is the logarithm of softmax', () => {
    const logarithms = referenceValues(softmax(x)).map(Math.log)
    referenceValues(activations.logSoftmax(x)).forEach((value, i) =>
      close(value, logarithms[i], 1e-12, `${i}`),
    )
  })

  it('softmax takes another axis, and remembers logits along the last only', () => {
    const [a, b] = [Math.exp(1), Math.exp(0.1)]
    const probabilities = softmax(x, { axis: 0 })
    close(referenceValues(probabilities)[0], a / (a + b), 1e-6, 'first')
    expect(logitsOf(probabilities, 'softmax')).toBeUndefined()
    expect(logitsOf(softmax(x, { axis: 1 }), 'softmax')).toBe(x)
  })

  it('sparsemax is the nearest distribution', () => {
    const [first, second] = [0, 1].map((row) =>
      referenceValues(activations.sparsemax(x)).slice(4 * row, 4 * row + 4),
    )
    expect(first).toEqual([0, 1, 0, 0])
    // Three stay above tau = (0.1 + 0.2 + 0.25 - 1) / 3.
    ;[0.25, 0.35, 0.4, 0].forEach((value, i) => close(second[i], value, 1e-6, `${i}`))
    const columns = referenceValues(activations.sparsemax(x, { axis: 0 }))
    close(columns[0] + columns[4], 1, 1e-6, 'column')
  })

  it("sparsemax's gradient is that of the support alone", () => {
    const weights = tensor([1, 0, 0, 0])
    const [a, b, c, d] = referenceValues(
      grad((row) => sum(multiply(activations.sparsemax(row), weights)))([0.1, 0.2, 0.25, -3]),
    )
    ;[2 / 3, -1 / 3, -1 / 3, 0].forEach((value, i) => close([a, b, c, d][i], value, 1e-6, `${i}`))
  })

  it('glu gates one half by the other', () => {
    const gated = referenceValues(activations.glu(x))
    ;[1 * logistic(-1), 2 * logistic(0)].forEach((value, i) => close(gated[i], value, 1e-6, `${i}`))
    expect(activations.glu(x, { axis: 0 }).shape).toEqual([1, 4])
    expect(() => activations.glu(tensor([1, 2, 3]))).toThrow(/even size along axis -1, received shape \[3\]/)
  })

  it('maxout takes the largest of neighbours', () => {
    expect(referenceValues(activations.maxout(tensor([[1, 3, -2, -5]]), 2))).toEqual([3, -2])
    expect(() => activations.maxout(tensor([1, 2, 3]), 2)).toThrow(
      /divides by 2 pieces, received shape \[3\]/,
    )
  })
})

describe('getActivation', () => {
  it('takes names, functions and nothing', () => {
    const mine = (x: Tensor) => x
    expect(getActivation('relu')).toBe(relu)
    expect(getActivation('hard_swish')).toBe(activations.hardSilu)
    expect(getActivation('swish')).toBe(activations.silu)
    expect(getActivation(mine)).toBe(mine)
    expect(getActivation(undefined)).toBe(linear)
    expect(getActivation(null)).toBe(linear)
  })

  it('suggests the nearest name', () => {
    expect(() => getActivation('sofmax' as ActivationName)).toThrow(/Did you mean 'softmax'/)
  })

  it('is written into configs by the name that Keras writes', () => {
    expect(serializeActivation(softmax)).toBe('softmax')
    expect(serializeActivation(linear)).toBe('linear')
    expect(serializeActivation(getActivation('swish'))).toBe('silu')
    expect(serializeActivation(getActivation('hard_swish'))).toBe('hard_silu')
    expect(serializeActivation(activations.leakyRelu)).toBe('leaky_relu')
    expect(serializeActivation(activations.exponential)).toBe('exponential')
  })
})

describe('logitsOf', () => {
  it('knows where probabilities came from', () => {
    const x = tensor([[1, 2]])
    expect(logitsOf(softmax(x), 'softmax')).toBe(x)
    expect(logitsOf(sigmoid(x), 'sigmoid')).toBe(x)
    expect(logitsOf(softmax(x), 'sigmoid')).toBeUndefined()
    expect(logitsOf(relu(x), 'softmax')).toBeUndefined()
  })
})
