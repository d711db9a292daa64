import { describe, expect, it } from 'vitest'
import { OpenSizes } from './openSizes.js'

const inputs = [
  { name: 'tokens', dtype: 'int32', shape: [null, null] },
  { name: 'image', dtype: 'float32', shape: [null, 8, 8, 3] },
] as const

describe('OpenSizes', () => {
  const sizes = new OpenSizes(inputs)
  const [batch, steps] = sizes.shape(inputs, 0, 0)
  const [otherBatch, otherSteps] = sizes.shape(inputs, 0, 1)

  it('has one size for the samples of all inputs, and one for each other axis that is open', () => {
    expect(sizes.all.map(({ name, input, axis }) => [name, input, axis])).toEqual([
      ['batch', 0, 0],
      ['tokens_1', 0, 1],
    ])
    expect(sizes.shape(inputs, 1, 0)).toEqual([batch, 8, 8, 3])
    expect(new Set([batch, steps, otherBatch, otherSteps]).size).toBe(4)
  })

  it('reads sizes as products', () => {
    const { known, open } = sizes.factors(6 * batch * steps)
    expect([known, ...open.map(({ name }) => name)]).toEqual([6, 'batch', 'tokens_1'])
    expect([batch, 12, 6 * batch].map((size) => sizes.dimension(size))).toEqual(['batch', 12, null])
    expect([steps, 0, 24].map((size) => sizes.isOpen(size))).toEqual([true, false, false])
  })

  it('tells what follows the open sizes from what does not', () => {
    expect(sizes.agree(3 * batch, 3 * otherBatch)).toBe(true)
    expect(sizes.agree(batch * steps, otherBatch * otherSteps)).toBe(true)
    expect(sizes.agree(0.5, 0.5)).toBe(true)
    expect(sizes.agree(batch - 2, otherBatch - 2)).toBe(false)
    expect(sizes.agree(1 / batch, 1 / otherBatch)).toBe(false)
    expect(sizes.agree(batch, otherSteps)).toBe(false)
  })
})
