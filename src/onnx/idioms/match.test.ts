import { describe, expect, it } from 'vitest'
import { type OperationNode, parameter } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import { Variable } from '../../graph/variable.js'
import { add, exp, multiply, softmax, sum } from '../../ops/index.js'
import { literalsIn, match, nearby } from './match.js'

const placeholder = (...shape: number[]) => parameter('x', { shape, dtype: 'float32' })

describe('match', () => {
  it('says what stands for the parameters of a pattern', () => {
    const [x, found] = [placeholder(2, 3), placeholder(2, 3)]
    const inner = exp(found)
    expect(match(softmax(x), softmax(inner))?.get(x.node)).toBe(inner)
  })

  it.each<[string, (x: Tensor) => Tensor, (x: Tensor) => Tensor]>([
    ['another op', exp, (x) => sum(x, { axis: 0, keepDims: true })],
    ['another setting', (x) => softmax(x, { axis: 0 }), (x) => softmax(x, { axis: 1 })],
    ['another number', (x) => multiply(x, 2), (x) => multiply(x, 3)],
    ['two tensors where the pattern has one twice', (x) => add(x, x), (x) => add(x, exp(x))],
  ])('tells %s', (_, pattern, other) => {
    expect(match(pattern(placeholder(2, 2)), other(placeholder(2, 2)))).toBeUndefined()
    expect(match(pattern(placeholder(2, 2)), pattern(placeholder(2, 2)))).toBeDefined()
  })

  it('tells other shapes, and takes several reads of a variable for one', () => {
    expect(match(exp(placeholder(2)), exp(placeholder(3)))).toBeUndefined()
    const weight = new Variable([1, 2], [2])
    const x = placeholder(2)
    expect(match(add(x, x), add(weight.value(), weight.value()))).toBeDefined()
  })

  it('finds numbers near by', () => {
    const node = add(multiply(placeholder(), 0.5), 2).node as OperationNode
    expect(literalsIn(nearby(node, 0))).toEqual([2])
    expect(literalsIn(nearby(node, 1)).sort()).toEqual([0.5, 2])
  })
})
