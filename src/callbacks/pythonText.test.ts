import { describe, expect, it } from 'vitest'
import { pythonText } from './pythonText.js'

describe('pythonText', () => {
  // What `repr` gives in Python 3.
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-2.5, '-2.5'],
    [0.1, '0.1'],
    [Math.fround(0.1), '0.10000000149011612'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-1.5e-7, '-1.5e-07'],
    [123456789, '123456789.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e21, '1.5e+21'],
    [1e-300, '1e-300'],
    [9007199254740991, '9007199254740991.0'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d as Python does: %s', (value, text) => {
    expect(pythonText(value)).toBe(text)
  })
})
