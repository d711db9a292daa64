import { describe, expect, it } from 'vitest'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { Dice } from './dice.js'
import { Tversky } from './tversky.js'

describe('dice and tversky', () => {
  const [y, p] = [
    tensor([
      [1, 1, 0, 0],
      [0, 1, 0, 0],
    ]),
    tensor([
      [1, 0.5, 0.5, 0],
      [0, 1, 0, 1],
    ]),
  ]

  it('are one number for the whole batch by default', () => {
    const value = new Dice().compute(y, p)
    expect(value.shape).toEqual([])
    expect(referenceValues(value)[0]).toBeCloseTo(1 - (2 * 2.5) / (3 + 4), 6)
    expect(referenceValues(new Tversky().compute(y, p))[0]).toBeCloseTo(1 - 2.5 / (2.5 + 0.25 + 0.75), 6)
    expect(referenceValues(new Tversky({ alpha: 0, beta: 1 }).compute(y, p))[0]).toBeCloseTo(1 - 2.5 / 4, 6)
  })

  it('want masks', () => {
    const labels = { name: 'y', data: Uint8Array.from([0, 255]), shape: [1, 2] }
    expect(() => new Dice().checkLabels(labels, [1, 2])).toThrow(/received 255 in sample 0. .*divide images/)
    expect(() => new Tversky().checkLabels(labels, [1, 3])).toThrow(/y has shape \[1, 2\]/)
  })
})
