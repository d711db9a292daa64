import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { add } from './add.js'
import { grad, gradients, valueAndGrad } from './gradient.js'
import { multiply } from './multiply.js'
import { relu } from './relu.js'
import { square } from './square.js'
import { stopGradient } from './stopGradient.js'
import { subtract } from './subtract.js'
import { sum } from './sum.js'
import { tensor } from './tensor.js'

describe('grad', () => {
  it('differentiates with respect to one argument', () => {
    expect(referenceValues(grad((x) => sum(square(x)))([1, 2, 3]))).toEqual([2, 4, 6])
    expect(referenceValues(grad((x, y) => sum(multiply(x, y)), 1)([1, 2], [3, 4]))).toEqual([1, 2])
  })

  it('tells apart two arguments that are the same tensor', () => {
    const x = tensor([3])
    expect(referenceValues(grad((a, b) => sum(multiply(a, square(b))))(x, x))).toEqual([9])
  })

  it('can be nested', () => {
    const cube = (x: Tensor) => sum(multiply(x, square(x)))
    const second = grad((x) => sum(grad(cube)(x)))
    expect(referenceValues(second([1, 2]))).toEqual([6, 12])
    expect(referenceValues(grad((x) => sum(second(x)))([1, 2]))).toEqual([6, 6])
  })

  it('refuses results that are not scalars', () => {
    expect(() => grad((x) => square(x))([1, 2])).toThrow(ShapeError)
    expect(() => grad((x) => x)(tensor([1], { dtype: 'int32' }))).toThrow('float32 scalar')
  })
})

describe('valueAndGrad', () => {
  it('takes lists of tensors', () => {
    const f = (weights: readonly Tensor[], x: Tensor) =>
      sum(multiply(add(multiply(weights[0], x), weights[1]), x))
    const { value, gradients: found } = valueAndGrad(f)([tensor([2]), tensor([1])], [3])
    expect(referenceValues(value)).toEqual([21])
    expect(found[0].map(referenceValues)).toEqual([[9], [3]])
    expect(referenceValues(found[1])).toEqual([13])
  })

  it("differentiates the courses' graph sum (w2 max(0, w1 x) - y)^2 + lambda (w1^2 + w2^2)", () => {
    const [x, y] = [tensor([1, -2, 3]), tensor([1, 0, 2])]
    const loss = (w1: Tensor, w2: Tensor) =>
      add(
        sum(square(subtract(multiply(w2, relu(multiply(w1, x))), y))),
        multiply(0.5, add(square(w1), square(w2))),
      )
    const { value, gradients: found } = valueAndGrad(loss)(2, 1)
    // Residuals 1, 0, 4: loss 17 + 2.5; dw1 = 2 (1 * 1 + 4 * 3) + 2; dw2 = 2 (1 * 2 + 4 * 6) + 1.
    expect(referenceValues(value)).toEqual([19.5])
    expect(found.map(referenceValues)).toEqual([[28], [53]])
  })
})

describe('gradients', () => {
  it('adds up over all readings of a variable', () => {
    const w = new Variable([2, 3], [2])
    const loss = sum(multiply(w.value(), square(w.value())))
    const [dw] = gradients(loss, [w])
    expect(referenceValues(dw)).toEqual([12, 27])
  })

  it('is zero for what the value does not depend on, and through stopGradient', () => {
    const [x, other] = [tensor([1, 2]), new Variable([5], [1])]
    const found = gradients(sum(multiply(x, stopGradient(x))), [x, other])
    expect(found.map(referenceValues)).toEqual([[1, 2], [0]])
  })
})
