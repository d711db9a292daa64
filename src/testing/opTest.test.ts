import { describe, expect, it } from 'vitest'
import { defineUnary, type UnaryRule } from '../ops/elementwise.js'
import { multiply } from '../ops/multiply.js'
import { checkOnReference, expectClose } from './opTest.js'

const right: UnaryRule = {
  name: 'square',
  operand: 'float',
  expression: (math, x) => math.mul(x, x),
  reference: (x) => x * x,
  gradient: ({ x, dy }) => multiply(dy, multiply(x, 2)),
}

const check = (rule: Partial<UnaryRule>, expected?: number[]) => () =>
  checkOnReference({
    name: 'square',
    inputs: [{ shape: [3], values: [1, 2, 3] }],
    build: ([x]) => defineUnary({ ...right, ...rule })(x),
    expected,
    gradient: 'second',
  })

describe('checkOnReference', () => {
  it('accepts what is right', () => {
    expect(check({}, [1, 4, 9])).not.toThrow()
  })

  it('finds a wrong value, expression, type and gradient', () => {
    expect(check({}, [1, 4, 8])).toThrow('element 2: received 9, expected 8')
    expect(check({ expression: (math, x) => math.add(x, x) })).toThrow('element 0')
    expect(check({ expression: (math, x) => math.mul(x, math.int(2)) })).toThrow(
      'expected a value of type float',
    )
    expect(check({ gradient: ({ x, dy }) => multiply(dy, x) })).toThrow('finite difference')
  })
})

describe('expectClose', () => {
  it('tells NaN from numbers, and infinities from each other', () => {
    expectClose([Number.NaN, Number.POSITIVE_INFINITY], [Number.NaN, Number.POSITIVE_INFINITY], 0)
    expect(() => expectClose([1], [Number.NaN], 1)).toThrow('element 0')
    expect(() => expectClose([Number.NaN], [1], 1)).toThrow('element 0')
    expect(() => expectClose([Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY], 1)).toThrow('element 0')
  })
})
