import { describe, expect, it } from 'vitest'
import type { DType, TypedArray } from '../../graph/dtype.js'
import { type OperationNode, operation, parameter } from '../../graph/node.js'
import { defineOp } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import { sortTemplate } from './sort.cpu.js'

/** Insertion sort of each row: an element moves in front of those that come strictly after it. */
const sortOp = defineOp<{ readonly descending: boolean }>({
  name: 'testSort',
  kind: { kind: 'sort', options: (attributes) => attributes },
  infer: ([x]) => [x, { shape: x.shape, dtype: 'int32' }],
  reference([x], { descending }) {
    const length = x.shape[x.shape.length - 1]
    const values = x.data.slice()
    const positions = x.data.map((_, i) => i % length)
    const comesAfter = (a: number, b: number) =>
      Number.isNaN(a) ? !Number.isNaN(b) : descending ? a < b : a > b
    for (let i = 0; i < values.length; i++) {
      for (let j = i; j % length > 0 && comesAfter(values[j - 1], values[j]); j--) {
        for (const array of [values, positions]) [array[j - 1], array[j]] = [array[j], array[j - 1]]
      }
    }
    return [
      { shape: x.shape, data: values },
      { shape: x.shape, data: positions },
    ]
  },
})

const nodeOf = (shape: Shape, dtype: DType, descending: boolean): OperationNode => {
  const types = [
    { shape, dtype },
    { shape, dtype: 'int32' as const },
  ]
  const [values] = operation(sortOp as never, [parameter('x', types[0])], { descending }, types)
  return values.node as OperationNode
}

const check = (shape: Shape, dtype: DType, data: TypedArray): void => {
  for (const descending of [false, true]) {
    checkTemplate(sortTemplate, nodeOf(shape, dtype, descending), [data], { tolerance: 0 })
  }
}

describe('sort', () => {
  it('sorts rows of every length', () => {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 100])
      check([3, length], 'float32', testFloats(3 * length))
  })

  it('keeps the order of equal elements, and counts both zeros as equal', () => {
    check(
      [40],
      'float32',
      testFloats(40).map((v) => Math.round(v * 3) / 3),
    )
    check(
      [2, 50],
      'int32',
      Int32Array.from(testFloats(100), (v) => Math.trunc(v * 5)),
    )
    check([6], 'float32', Float32Array.of(0, -0, 0, -1, -0, 1))
  })

  it('keeps the sign of zeros', () => {
    const { outputs } = runTemplate(
      sortTemplate,
      nodeOf([4], 'float32', false),
      [Float32Array.of(1, 0, -0, -1)],
      { traits: testTraits(4), engine: interpreterEngine },
    )
    expect(outputs[0]).toEqual(Float32Array.of(-1, 0, -0, 1))
  })

  it('orders infinities, subnormals and NaN, which is last in both directions', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number
    const negativeNaN = new Float32Array(Uint32Array.of(0xffc00000).buffer)[0]
    const tiny = 2 ** -149
    const largest = 2 ** 127 * (2 - 2 ** -23)
    const data = [nan, inf, -1, -inf, negativeNaN, tiny, -tiny, 0, largest, -largest, nan, 2]
    check([data.length], 'float32', Float32Array.from(data))
  })

  it('sorts integers up to their limits, and bytes', () => {
    check([7], 'int32', Int32Array.of(5, 2 ** 31 - 1, -(2 ** 31), 0, -1, 2 ** 31 - 1, -(2 ** 31)))
    check(
      [2, 19],
      'uint8',
      Uint8Array.from(testFloats(38), (v) => v * 127 + 128),
    )
    check(
      [2, 9],
      'bool',
      Uint8Array.from(testFloats(18), (v) => (v > 0 ? 1 : 0)),
    )
  })

  it('leaves empty tensors alone', () => {
    for (const shape of [[0], [3, 0], [0, 3]]) check(shape, 'float32', new Float32Array(sizeOf(shape)))
  })
})
