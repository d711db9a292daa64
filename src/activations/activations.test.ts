import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { tensor } from '../ops/tensor.js'
import { type ActivationName, getActivation, serializeActivation } from './get.js'
import { linear } from './linear.js'
import { logitsOf } from './logits.js'
import { relu } from './relu.js'
import { sigmoid } from './sigmoid.js'
import { softmax } from './softmax.js'

describe('getActivation', () => {
  it('takes names, functions and nothing', () => {
    const mine = (x: Tensor) => x
    expect(getActivation('relu')).toBe(relu)
    expect(getActivation(mine)).toBe(mine)
    expect(getActivation(undefined)).toBe(linear)
    expect(getActivation(null)).toBe(linear)
  })

  it('suggests the nearest name', () => {
    expect(() => getActivation('sofmax' as ActivationName)).toThrow(/Did you mean 'softmax'/)
  })

  it('is written into configs by name', () => {
    expect(serializeActivation(softmax)).toBe('softmax')
    expect(serializeActivation(linear)).toBe('linear')
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
