import { describe, expect, it } from 'vitest'
import { ArgumentError, StateError } from '../errors.js'
import { constant, parameter } from '../graph/node.js'
import { toCategorical } from './toCategorical.js'

describe('toCategorical', () => {
  it('makes one-hot vectors', () => {
    const result = toCategorical([0, 2, 1], 3)
    expect([result.shape, result.dtype]).toEqual([[3, 3], 'float32'])
    expect(Array.from(result.knownData())).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0])
  })

  it('takes the greatest label + 1 as the number of classes', () => {
    expect(toCategorical(Uint8Array.of(1, 4)).shape).toEqual([2, 5])
  })

  it('keeps the shape of a tensor, but for a last axis of length 1', () => {
    const labels = Uint8Array.of(0, 1, 2, 1, 0, 2)
    expect(toCategorical(constant(labels, [2, 3], 'uint8'), 4).shape).toEqual([2, 3, 4])
    expect(toCategorical(constant(labels, [6, 1], 'uint8')).shape).toEqual([6, 3])
    expect(toCategorical(constant(labels.slice(0, 1), [1], 'uint8'), 2).shape).toEqual([1, 2])
    expect(toCategorical(constant(labels.slice(0, 1), [], 'uint8'), 2).shape).toEqual([2])
  })

  it('gives an empty tensor for no labels', () => {
    expect(toCategorical([], 3).shape).toEqual([0, 3])
  })

  it.each([
    [[0, -1], 3, 'received -1 at position 1'],
    [[0, 1, 3], 3, 'whole numbers from 0 to 2, received 3 at position 2'],
    [[0.5], 3, 'received 0.5 at position 0'],
    [[Number.NaN], 3, 'received NaN'],
    [[1], 0, 'numClasses must be a whole number of at least 1, received 0'],
    [[], undefined, 'pass numClasses'],
    [[-1], undefined, 'pass numClasses'],
  ])('refuses labels %o with %o classes', (labels, classes, message) => {
    expect(() => toCategorical(labels, classes)).toThrow(ArgumentError)
    expect(() => toCategorical(labels, classes)).toThrow(message)
  })

  it('refuses a tensor that is not computed', () => {
    const labels = parameter('labels', { shape: [4], dtype: 'uint8' })
    expect(() => toCategorical(labels, 3)).toThrow(StateError)
  })
})
