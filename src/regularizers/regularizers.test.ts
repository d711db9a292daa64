import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { grad, valueAndGrad } from '../ops/gradient.js'
import { multiply, sum, tensor } from '../ops/index.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import type { SerializedObject } from '../utils/config.js'
import * as regularizers from './index.js'

const penalty = (regularizer: regularizers.RegularizerFunction, x: Tensor) =>
  referenceValues(regularizer(x))[0]

describe('L1 and L2', () => {
  // Two weight vectors of one L1 norm: L2 prefers the one that is spread out.
  const sparse = tensor([0, 0.55, 0.45, 0, 0])
  const spread = tensor([0.15, 0.25, 0.25, 0.15, 0.2])

  it('see the sparse and the spread vector as the course says', () => {
    expect(penalty(regularizers.l1(1), sparse)).toBeCloseTo(1, 6)
    expect(penalty(regularizers.l1(1), spread)).toBeCloseTo(1, 6)
    expect(penalty(regularizers.l2(1), sparse)).toBeCloseTo(0.505, 6)
    expect(penalty(regularizers.l2(1), spread)).toBeCloseTo(0.21, 6)
  })

  it('have a factor of 0.01 by default, and no half', () => {
    const x = tensor([3, -4])
    expect(penalty(regularizers.l1(), x)).toBeCloseTo(0.07, 6)
    expect(penalty(regularizers.l2(), x)).toBeCloseTo(0.25, 6)
    expect(penalty(regularizers.l1l2(0.1, 0.2), x)).toBeCloseTo(0.7 + 5, 6)
    expect(penalty(regularizers.l1l2(), x)).toBe(0)
    expect(referenceValues(grad((w) => regularizers.l2(0.1)(w))(x)).map((v) => v.toFixed(6))).toEqual([
      '0.600000',
      '-0.800000',
    ])
    expect(referenceValues(grad((w) => regularizers.l1(0.5)(w))([3, -4, 0]))).toEqual([0.5, -0.5, 0])
  })
})

describe('OrthogonalRegularizer', () => {
  const angle = Math.PI / 3
  const rows = tensor([
    [2, 0],
    [5 * Math.cos(angle), 5 * Math.sin(angle)],
  ])

  it('is the mean cosine between rows', () => {
    expect(penalty(regularizers.orthogonalRegularizer(0.1), rows)).toBeCloseTo(0.1 * 0.5, 6)
    expect(
      penalty(
        regularizers.orthogonalRegularizer(),
        tensor([
          [1, 1, 0],
          [0, 0, 3],
          [-1, 1, 0],
        ]),
      ),
    ).toBe(0)
  })

  it('takes columns as well', () => {
    const columns = tensor([
      [2, 5 * Math.cos(angle)],
      [0, 5 * Math.sin(angle)],
    ])
    expect(penalty(regularizers.orthogonalRegularizer(0.1, { mode: 'columns' }), columns)).toBeCloseTo(
      0.05,
      6,
    )
  })

  it('survives rows of zeros, and refuses vectors', () => {
    expect(
      penalty(
        regularizers.orthogonalRegularizer(),
        tensor([
          [0, 0],
          [1, 0],
        ]),
      ),
    ).toBe(0)
    expect(() => regularizers.orthogonalRegularizer()(tensor([1, 2]))).toThrow(
      /expected a matrix, received shape \[2\]/,
    )
  })

  it('has a gradient that turns rows apart', () => {
    const { gradients } = valueAndGrad((w: Tensor) => regularizers.orthogonalRegularizer()(w))(rows)
    const [, , x, y] = referenceValues(gradients[0])
    // Across the second row, away from the first one.
    expect(x * Math.cos(angle) + y * Math.sin(angle)).toBeCloseTo(0, 9)
    expect(x).toBeGreaterThan(0)
  })
})

describe('get', () => {
  const all = [
    regularizers.l1(0.2),
    regularizers.l2(0.3),
    regularizers.l1l2(0.1, 0.2),
    regularizers.orthogonalRegularizer(0.4, { mode: 'columns' }),
  ]

  it.each(all.map((one) => [one.className, one] as const))(
    'brings %s back from its config',
    (_, regularizer) => {
      const again = regularizers.get(regularizers.serialize(regularizer) as SerializedObject)
      expect((again as regularizers.Regularizer).constructor).toBe(regularizer.constructor)
      expect((again as regularizers.Regularizer).getConfig()).toEqual(regularizer.getConfig())
    },
  )

  it('takes names, functions and nothing', () => {
    expect((regularizers.get('l2') as regularizers.L2).l2).toBe(0.01)
    expect((regularizers.get('L1L2' as 'l1l2') as regularizers.L1L2).className).toBe('L1L2')
    const mine = (x: Tensor) => multiply(sum(x), 2)
    expect(regularizers.get(mine)).toBe(mine)
    expect(regularizers.get(undefined)).toBeUndefined()
    expect(regularizers.get(null)).toBeUndefined()
    expect(regularizers.serialize(undefined)).toBeNull()
    expect(regularizers.serialize(mine)).toMatchObject({ class_name: 'function', config: 'mine' })
  })

  it('refuses what makes no sense', () => {
    expect(() => regularizers.get('l3' as 'l2')).toThrow(/regularizer: 'l3' is unknown/)
    expect(() => regularizers.l2(-1)).toThrow(/l2: expected a number of at least 0, received -1/)
    expect(() => regularizers.l1(Number.NaN)).toThrow(/received NaN/)
  })
})
