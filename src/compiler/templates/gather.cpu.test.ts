import { describe, expect, it } from 'vitest'
import { arrayOf, type DType, type TypedArray } from '../../graph/dtype.js'
import { type OperationNode, operation, parameter } from '../../graph/node.js'
import { defineOp, type OpDefinition } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import { gatherTemplate } from './gather.cpu.js'

const gatherOp = (axis: number, alongAxis: boolean) =>
  defineOp({
    name: alongAxis ? 'testTakeAlongAxis' : 'testTake',
    kind: { kind: 'gather', axis: () => axis, alongAxis },
    infer: ([x, indices]) => [
      { shape: alongAxis ? indices.shape : x.shape.toSpliced(axis, 1, ...indices.shape), dtype: x.dtype },
    ],
    reference([x, indices], _attributes, [{ shape }]) {
      const inner = sizeOf(x.shape.slice(axis + 1))
      const size = x.shape[axis]
      const picked = alongAxis ? indices.shape[axis] : indices.data.length
      const data = new Float64Array(sizeOf(shape)).map((_, at) => {
        const [o, m, i] = [Math.floor(at / (picked * inner)), Math.floor(at / inner) % picked, at % inner]
        const index = indices.data[alongAxis ? at : m]
        return x.data[(o * size + Math.min(Math.max(index, 0), size - 1)) * inner + i]
      })
      return [{ shape, data }]
    },
  })

const nodeOf = (op: OpDefinition, x: Shape, dtype: DType, indices: Shape): OperationNode => {
  const inputs = [
    parameter('x', { shape: x, dtype }),
    parameter('indices', { shape: indices, dtype: 'int32' }),
  ]
  return operation(op, inputs, {}, op.infer(inputs, {}))[0].node as OperationNode
}

const values = (dtype: DType, count: number): TypedArray =>
  new arrayOf[dtype](testFloats(count).map((v) => (dtype === 'float32' ? v : Math.trunc(v * 120 + 125))))

/** Some of them out of range, so that clamping shows. */
const indicesFor = (count: number, size: number): TypedArray =>
  Int32Array.from(testFloats(count, 7), (v) => Math.round((v * 0.5 + 0.5) * (size + 3)) - 2)

const check = (axis: number, alongAxis: boolean, x: Shape, indices: Shape, dtype: DType = 'float32') => {
  const node = nodeOf(gatherOp(axis, alongAxis), x, dtype, indices)
  const picked = indicesFor(sizeOf(indices), x[axis])
  checkTemplate(gatherTemplate, node, [values(dtype, sizeOf(x)), picked], { tolerance: 0 })
}

describe('gather', () => {
  it('picks inner runs of every tail', () => {
    for (const inner of [2, 3, 4, 5, 8, 15, 16, 17, 33, 150]) check(0, false, [6, inner], [5])
  })

  it('picks along a middle axis by indices of any rank', () => {
    check(1, false, [3, 4, 7], [2, 3])
    check(1, false, [3, 4, 5], [])
  })

  it('picks scalars along the last axis', () => {
    for (const count of [1, 3, 4, 5, 16, 17, 37]) check(1, false, [2, 9], [count])
    check(0, false, [5], [3000])
  })

  it('cuts few long runs into parts', () => {
    check(0, false, [3, 4099], [2])
    const node = nodeOf(gatherOp(0, false), [3, 4099], 'float32', [2])
    const inputs = [testFloats(3 * 4099), Int32Array.of(0, 2)]
    const { launches } = runTemplate(gatherTemplate, node, inputs, {
      traits: testTraits(8),
      engine: interpreterEngine,
    })
    expect(launches[0].grid).toBeGreaterThan(4)
  })

  it('copies bytes, four at a time where runs allow it', () => {
    for (const inner of [1, 3, 20, 28, 30, 784]) {
      check(0, false, [4, inner], [6], 'uint8')
      check(0, false, [4, inner], [6], 'bool')
    }
  })

  it('takes an index for each element along an axis', () => {
    for (const inner of [1, 2, 4, 7, 16, 19]) {
      check(1, true, [2, 5, inner], [2, 3, inner])
      check(0, true, [1, inner], [4, inner], 'int32')
    }
    check(1, true, [3, 40], [3, 70], 'uint8')
  })

  it('keeps the bits of NaN', () => {
    const node = nodeOf(gatherOp(0, false), [4], 'float32', [2])
    checkTemplate(gatherTemplate, node, [Float32Array.of(1, Number.NaN, -0, 2), Int32Array.of(2, 1)], {
      tolerance: 0,
    })
  })

  it('leaves empty outputs alone', () => {
    check(0, false, [3, 4], [0])
    check(0, false, [3, 0], [2])
    check(1, true, [2, 3], [2, 0])
    check(1, false, [0, 3], [5])
  })

  it('refuses to pick from nothing', () => {
    expect(() => check(0, false, [0, 3], [2])).toThrow('empty axis')
  })
})
