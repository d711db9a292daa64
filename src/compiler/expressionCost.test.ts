import { expect, it } from 'vitest'
import type { Attributes, Elementwise } from '../graph/op.js'
import { expressionCosts } from './expressionCost.js'

const costOf = expressionCosts()

const cost = (expression: Elementwise<{ dear: boolean }>['expression'], dear = false) =>
  costOf({ kind: 'elementwise', expression } as Elementwise<Attributes>, { dear }, ['float32', 'float32'])

it('adds up the functions of an expression, constants for nothing', () => {
  expect(cost((math, [a, b]) => math.add(math.mul(a, b), math.float(1)))).toBe(2)
  expect(cost((math, [a]) => math.bitsToFloat(math.int(1)) ?? a)).toBe(0)
})

it('knows functions that take long, and which of them the attributes choose', () => {
  const either: Elementwise<{ dear: boolean }>['expression'] = (math, [a], { dear }) =>
    dear ? math.exp(a) : math.neg(a)
  expect(cost(either, true)).toBeGreaterThan(5 * cost(either))
})
