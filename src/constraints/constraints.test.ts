import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { abs, tensor } from '../ops/index.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import type { SerializedObject } from '../utils/config.js'
import * as constraints from './index.js'

const near = (received: Tensor, expected: readonly number[], tolerance = 1e-6) =>
  referenceValues(received).forEach((value, i) =>
    expect(Math.abs(value - expected[i]), `element ${i}`).toBeLessThanOrEqual(tolerance),
  )

describe('MaxNorm', () => {
  // Columns of length 0, 1, 5 and 3.
  const kernel = tensor([
    [0, 0.6, 3, 3],
    [0, 0.8, 4, 0],
  ])

  it('shortens what is too long and leaves the rest exactly as it is', () => {
    expect(referenceValues(constraints.maxNorm(2)(kernel)).slice(0, 2)).toEqual(
      referenceValues(kernel).slice(0, 2),
    )
    near(constraints.maxNorm()(kernel), [0, 0.6, 1.2, 2, 0, 0.8, 1.6, 0])
  })

  it('takes norms along other axes', () => {
    const length = Math.sqrt(0.36 + 9 + 9)
    near(constraints.maxNorm(1, { axis: 1 })(kernel), [
      0,
      0.6 / length,
      3 / length,
      3 / length,
      0,
      0.8 / Math.sqrt(16.64),
      4 / Math.sqrt(16.64),
      0,
    ])
    near(constraints.maxNorm(1, { axis: [0, 1] })(tensor([[3], [4]])), [0.6, 0.8])
  })
})

describe('the other norms', () => {
  const kernel = tensor([
    [0, 0.06, 3],
    [0, 0.08, 4],
  ])

  it('UnitNorm scales all but zeros to 1', () => {
    near(constraints.unitNorm()(kernel), [0, 0.6, 0.6, 0, 0.8, 0.8], 2e-6)
    near(constraints.unitNorm({ axis: 1 })(tensor([[3, 4]])), [0.6, 0.8])
  })

  it('MinMaxNorm keeps lengths between two', () => {
    near(constraints.minMaxNorm({ minValue: 0.5 })(kernel), [0, 0.3, 0.6, 0, 0.4, 0.8], 1e-6)
    // Half of the way from 5 to 1.
    near(constraints.minMaxNorm({ rate: 0.5 })(tensor([[3], [4]])), [1.8, 2.4])
  })

  it('NonNeg cuts off what is below 0', () => {
    near(constraints.nonNeg()(tensor([-1, 0, 2])), [0, 0, 2], 0)
  })
})

describe('get', () => {
  const all = [
    constraints.maxNorm(3, { axis: [0, 1, 2] }),
    constraints.minMaxNorm({ minValue: 0.1, maxValue: 0.7, rate: 0.9, axis: 1 }),
    constraints.nonNeg(),
    constraints.unitNorm({ axis: 1 }),
  ]

  it.each(all.map((one) => [one.className, one] as const))(
    'brings %s back from its config',
    (_, constraint) => {
      const again = constraints.get(constraints.serialize(constraint) as SerializedObject)
      expect((again as constraints.Constraint).constructor).toBe(constraint.constructor)
      expect((again as constraints.Constraint).getConfig()).toEqual(constraint.getConfig())
    },
  )

  it('takes names, functions and nothing', () => {
    expect((constraints.get('max_norm') as constraints.MaxNorm).maxValue).toBe(2)
    expect((constraints.get('NonNeg' as 'non_neg') as constraints.Constraint).className).toBe('NonNeg')
    const positive = (w: Tensor) => abs(w)
    expect(constraints.get(positive)).toBe(positive)
    expect(constraints.get(undefined)).toBeUndefined()
    expect(constraints.serialize(undefined)).toBeNull()
  })

  it('refuses what makes no sense', () => {
    expect(() => constraints.get('maxnorn' as 'max_norm')).toThrow(/Did you mean 'max_norm'/)
    expect(() => constraints.maxNorm(-1)).toThrow(/maxValue: expected a number of at least 0/)
    expect(() => constraints.minMaxNorm({ minValue: 2 })).toThrow(/minValue <= maxValue/)
  })
})
