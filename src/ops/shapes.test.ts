import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import * as ops from './index.js'

const matrix = ops.zeros([3, 4])
const image = ops.zeros([1, 28, 28, 1])
const none = null as unknown as number

describe('shapes', () => {
  it('of convolution and pooling follow the formula', () => {
    expect(ops.conv(image, ops.zeros([5, 5, 1, 20])).shape).toEqual([1, 24, 24, 20])
    expect(ops.conv(image, ops.zeros([5, 5, 1, 20]), { padding: 'same', strides: 2 }).shape).toEqual([
      1, 14, 14, 20,
    ])
    expect(ops.conv(ops.zeros([1, 227, 227, 3]), ops.zeros([11, 11, 3, 96]), { strides: 4 }).shape).toEqual([
      1, 55, 55, 96,
    ])
    expect(ops.maxPool(ops.zeros([1, 224, 224, 64]), { size: 2 }).shape).toEqual([1, 112, 112, 64])
  })

  it.each<[string, () => unknown, new (message: string) => Error, string]>([
    ['matmul, inner sizes', () => ops.matmul(matrix, matrix), ShapeError, 'inner sizes 4 and 3'],
    ['matmul, vectors', () => ops.matmul(matrix, [1, 2]), ShapeError, 'Use dot(a, b)'],
    ['tensordot', () => ops.tensordot(matrix, matrix, 1), ShapeError, 'of equal sizes'],
    ['conv, channels', () => ops.conv(image, ops.zeros([3, 3, 2, 4])), ShapeError, "the kernel's channels"],
    ['conv, rank', () => ops.conv(image, ops.zeros([3, 1, 4])), ShapeError, 'of equal rank'],
    ['conv, kernel too large', () => ops.conv(image, ops.zeros([29, 3, 1, 1])), ShapeError, 'does not fit'],
    ['conv, groups', () => ops.conv(image, ops.zeros([3, 3, 1, 4]), { groups: 2 }), ShapeError, '2 group(s)'],
    [
      'conv, strides',
      () => ops.conv(image, ops.zeros([3, 3, 1, 4]), { strides: 0 }),
      ArgumentError,
      'strides',
    ],
    [
      'conv, padding',
      () => ops.conv(image, ops.zeros([3, 3, 1, 4]), { padding: [[1, 1]] }),
      ArgumentError,
      '2 pair(s)',
    ],
    [
      'maxPool, padding',
      () =>
        ops.maxPool(image, {
          size: 2,
          padding: [
            [2, 0],
            [0, 0],
          ],
        }),
      ArgumentError,
      'hold nothing',
    ],
    ['maxPool, rank', () => ops.maxPool(matrix, { size: 2 }), ShapeError, 'rank 3 or more'],
    ['sum, axis', () => ops.sum(matrix, { axis: 2 }), ShapeError, 'axis 2'],
    ['max of nothing', () => ops.max(ops.zeros([0, 3]), { axis: 0 }), ShapeError, 'no elements'],
    ['reshape', () => ops.reshape(matrix, [5, -1]), ShapeError, '12 elements'],
    ['reshape, two unknown', () => ops.reshape(matrix, [-1, -1]), ShapeError, 'at most one'],
    ['transpose', () => ops.transpose(matrix, [0, 0]), ShapeError, 'once'],
    ['broadcastTo', () => ops.broadcastTo(matrix, [3, 5]), ShapeError, 'does not stretch'],
    ['slice', () => ops.slice(matrix, [2, 0], [2, 4]), ShapeError, 'do not lie within axis 0'],
    ['slice, steps', () => ops.slice(matrix, [0, 0], [1, 1], [-1, 1]), ArgumentError, 'See flip'],
    [
      'pad',
      () =>
        ops.pad(matrix, [
          [-4, 0],
          [0, 0],
        ]),
      ShapeError,
      'take away',
    ],
    ['concatenate', () => ops.concatenate([matrix, image]), ShapeError, 'equal sizes'],
    ['concatenate of nothing', () => ops.concatenate([]), ArgumentError, 'one tensor at least'],
    ['split', () => ops.split(matrix, 3, 1), ShapeError, '3 equal parts'],
    ['squeeze', () => ops.squeeze(matrix, 0), ShapeError, 'size 3'],
    ['tile', () => ops.tile(matrix, [2]), ShapeError, 'expected 2 numbers'],
    ['take', () => ops.take(matrix, [0.5]), ArgumentError, 'integer indices'],
    ['takeAlongAxis', () => ops.takeAlongAxis(matrix, [[1, 2]], 1), ShapeError, 'except along axis 1'],
    [
      'scatterAdd',
      () => ops.scatterAdd(matrix, [0, 1], matrix),
      ShapeError,
      'expected updates of shape [2, 4]',
    ],
    ['topK', () => ops.topK(matrix, 5), ShapeError, 'k of 0 to 4'],
    ['randomBits', () => ops.randomBits([1, 2, 3], [4]), ShapeError, 'key of shape [2]'],
    ['arange', () => ops.arange(5, { step: 0 }), ArgumentError, 'other than 0'],
    ['arange to NaN', () => ops.arange(Number.NaN), ArgumentError, 'stop NaN'],
    ['arange to infinity', () => ops.arange(Infinity), ArgumentError, 'expected finite numbers'],
    [
      'take of nothing',
      () => ops.take(ops.zeros([0, 3]), [0]),
      ShapeError,
      'axis 0 of a tensor of shape [0, 3]',
    ],
    [
      'takeAlongAxis of nothing',
      () => ops.takeAlongAxis(ops.zeros([3, 0]), [[0], [0], [0]]),
      ShapeError,
      'no elements, but there are 3 indices',
    ],
    ['split into -1', () => ops.split([1, 2, 3, 4], -1), ArgumentError, 'expected 1 part or more'],
    ['split into 1.5', () => ops.split([1, 2, 3, 4], 1.5), ArgumentError, 'received 1.5'],
    ['slice at 0.5', () => ops.slice([1, 2, 3], [0.5]), ArgumentError, 'received [0.5]'],
    [
      'sum along null',
      () => ops.sum(matrix, { axis: none }),
      ArgumentError,
      'sum: expected axis as a number',
    ],
    ['flip along null', () => ops.flip(matrix, none), ArgumentError, 'received null'],
    [
      'softmax along null',
      () => ops.softmax(matrix, { axis: none }),
      ArgumentError,
      'softmax: expected axis',
    ],
    ['argmax along null', () => ops.argmax(matrix, { axis: none }), ShapeError, 'axis null does not exist'],
  ])('that do not fit are refused: %s', (_, f, error, text) => {
    expect(f).toThrow(error)
    expect(f).toThrow(text)
  })
})

describe('take', () => {
  it('of nothing gives nothing', () => {
    expect(ops.take(ops.zeros([0, 3]), ops.zeros([0], 'int32')).shape).toEqual([0, 3])
  })
})

describe('pad', () => {
  it('has a type that holds what is put around', () => {
    const bytes = ops.tensor(Uint8Array.of(7))
    const padded = ops.pad(bytes, [[1, 0]], 300)
    expect(padded.dtype).toBe('int32')
    expect(referenceValues(padded)).toEqual([300, 7])
    expect(ops.pad(bytes, [[1, 0]]).dtype).toBe('uint8')
    expect(ops.pad(bytes, [[1, 0]], 0.5).dtype).toBe('float32')
    expect(ops.pad(ops.tensor([true]), [[1, 0]]).dtype).toBe('bool')
  })
})

describe('pooling', () => {
  it("sends the maximum's gradient to the first maximum alone", () => {
    const x = ops.tensor([5, 5, 1, 7], { shape: [1, 4, 1] })
    const dx = ops.grad((image) => ops.sum(ops.maxPool(image, { size: 2 })))(x)
    expect(referenceValues(dx)).toEqual([1, 0, 0, 1])
  })
})

describe('convolution', () => {
  it('of a shifted image is the shifted convolution', () => {
    const x = ops.randomUniform([1, 2], [1, 9, 9, 2])
    const kernel = ops.randomUniform([3, 4], [3, 3, 2, 4])
    const shift = (value: ops.Tensor) =>
      ops.pad(value, [
        [0, 0],
        [2, -2],
        [1, -1],
        [0, 0],
      ])
    const inside = (value: ops.Tensor) => ops.slice(value, [0, 2, 1, 0], [1, 5, 6, 4])
    const [a, b] = [ops.conv(shift(x), kernel), shift(ops.conv(x, kernel))]
    expect(referenceValues(inside(a))).toEqual(referenceValues(inside(b)))
  })
})

describe('max', () => {
  it('shares its gradient evenly among equal elements', () => {
    const dx = ops.grad((x) => ops.max(x))([1, 4, 4, 2])
    expect(referenceValues(dx)).toEqual([0, 0.5, 0.5, 0])
  })
})
