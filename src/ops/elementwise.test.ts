import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { add } from './add.js'
import { bitwiseAnd } from './bitwiseAnd.js'
import { clip } from './clip.js'
import { divide } from './divide.js'
import { equal } from './equal.js'
import { grad } from './gradient.js'
import { less } from './less.js'
import { maximum } from './maximum.js'
import { minimum } from './minimum.js'
import { multiply } from './multiply.js'
import { relu } from './relu.js'
import { sum } from './sum.js'
import { tensor } from './tensor.js'

const integers = tensor([1, 2, 3], { dtype: 'int32' })
const bytes = tensor([200, 100], { dtype: 'uint8' })

describe('elementwise ops', () => {
  it('promote types, and leave integers integers beside whole numbers', () => {
    expect(add(integers, 1).dtype).toBe('int32')
    expect(add(integers, 0.5).dtype).toBe('float32')
    expect(add(bytes, integers.shape.length).dtype).toBe('uint8')
    expect(add(tensor([true]), tensor([true])).dtype).toBe('int32')
    expect(divide(integers, 2).dtype).toBe('float32')
    expect(equal(integers, 2).dtype).toBe('bool')
  })

  it('compare integers with numbers beyond int32', () => {
    expect(referenceValues(less(integers, 3e9))).toEqual([1, 1, 1])
    expect(referenceValues(equal(integers, 2 ** 32 + 2))).toEqual([0, 0, 0])
    expect(referenceValues(clip(bytes, 0, 1e10))).toEqual([200, 100])
    expect(add(integers, 3e9).dtype).toBe('float32')
  })

  it('wrap uint8 modulo 256', () => {
    expect(referenceValues(add(bytes, bytes))).toEqual([144, 200])
  })

  it('wrap int32 modulo 2^32', () => {
    const large = tensor([2 ** 31 - 1], { dtype: 'int32' })
    expect(referenceValues(add(large, 1))).toEqual([-(2 ** 31)])
    expect(referenceValues(multiply(large, large))).toEqual([1])
  })

  it('refuse shapes that do not broadcast, and floats where bits are asked for', () => {
    expect(() => add([1, 2, 3], [1, 2])).toThrow(ShapeError)
    expect(() => bitwiseAnd([1.5], [1])).toThrow(ArgumentError)
  })

  it('send the gradient of equal operands to the first, as TensorFlow does', () => {
    const [x, y] = [tensor([1, 2, 3]), tensor([1, 1, 4])]
    expect(referenceValues(grad((a) => sum(maximum(a, y)))(x))).toEqual([1, 1, 0])
    expect(referenceValues(grad((b) => sum(maximum(x, b)))(y))).toEqual([0, 0, 1])
    expect(referenceValues(grad((a) => sum(minimum(a, y)))(x))).toEqual([1, 0, 1])
    expect(referenceValues(grad((b) => sum(minimum(x, b)))(y))).toEqual([0, 1, 0])
    expect(referenceValues(grad((a) => sum(relu(a)))([-1, 0, 1]))).toEqual([0, 0, 1])
  })
})
