import { describe, expect, it } from 'vitest'
import { arrayOf, type DType, type TypedArray } from '../../graph/dtype.js'
import { type OperationNode, operation, parameter } from '../../graph/node.js'
import { defineOp } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  testFloats,
  testTraits,
  wasmEngine,
} from '../../testing/templateHarness.js'
import { scatterTemplate } from './scatter.cpu.js'

const scatterOp = (axis: number, alongAxis: boolean) =>
  defineOp({
    name: alongAxis ? 'testScatterAddAlongAxis' : 'testScatterAdd',
    kind: { kind: 'scatter', axis: () => axis, alongAxis },
    infer: ([base]) => [base],
    reference([base, indices, updates]) {
      const inner = sizeOf(base.shape.slice(axis + 1))
      const size = base.shape[axis]
      const count = alongAxis ? indices.shape[axis] : indices.data.length
      const data = base.data.slice()
      updates.data.forEach((value, at) => {
        const [o, m, i] = [Math.floor(at / (count * inner)), Math.floor(at / inner) % count, at % inner]
        const index = indices.data[alongAxis ? at : m]
        if (index >= 0 && index < size) data[(o * size + index) * inner + i] += value
      })
      return [{ shape: base.shape, data }]
    },
  })

const nodeOf = (
  axis: number,
  alongAxis: boolean,
  base: Shape,
  dtype: DType,
  indices: Shape,
): OperationNode => {
  const op = scatterOp(axis, alongAxis)
  const updates = alongAxis ? indices : base.toSpliced(axis, 1, ...indices)
  const inputs = [
    parameter('base', { shape: base, dtype }),
    parameter('indices', { shape: indices, dtype: 'int32' }),
    parameter('updates', { shape: updates, dtype }),
  ]
  return operation(op, inputs, {}, op.infer(inputs, {}))[0].node as OperationNode
}

/** Small integers: their sums are exact in any order. */
const values = (dtype: DType, count: number, seed: number): TypedArray =>
  new arrayOf[dtype](testFloats(count, seed).map((v) => Math.trunc(v * 100)))

const indicesFor = (count: number, size: number): TypedArray =>
  Int32Array.from(testFloats(count, 7), (v) => Math.round((v * 0.5 + 0.5) * (size + 3)) - 2)

const check = (axis: number, alongAxis: boolean, base: Shape, indices: Shape, dtype: DType = 'float32') => {
  const node = nodeOf(axis, alongAxis, base, dtype, indices)
  const inputs = [
    values(dtype, sizeOf(base), 1),
    indicesFor(sizeOf(indices), base[axis]),
    values(dtype, node.inputs[2].size, 2),
  ]
  checkTemplate(scatterTemplate, node, inputs, { tolerance: 0 })
}

describe('scatter', () => {
  it('adds rows of every tail', () => {
    for (const inner of [1, 2, 3, 4, 5, 8, 15, 16, 17, 37]) {
      check(0, false, [40, inner], [50])
      check(0, false, [5, inner], [9], 'int32')
    }
  })

  it('adds along a middle axis by indices of any rank', () => {
    check(1, false, [3, 4, 7], [2, 3])
    check(1, false, [5, 6, 20], [])
    check(1, false, [4, 10], [13])
  })

  it('cuts few long rows into parts', () => {
    check(0, false, [3, 1000], [4])
    check(1, false, [1, 2, 259], [5], 'int32')
    const node = nodeOf(0, false, [3, 1000], 'float32', [1])
    const inputs = [testFloats(3000), Int32Array.of(1), testFloats(1000)]
    const { launches } = runTemplate(scatterTemplate, node, inputs, {
      traits: testTraits(16),
      engine: interpreterEngine,
    })
    expect(launches[0].grid).toBeGreaterThan(16)
  })

  it('adds elements along an axis, each at an index of its own', () => {
    for (const inner of [1, 2, 5, 16, 21]) {
      check(1, true, [3, 4, inner], [3, 6, inner])
      check(0, true, [7, inner], [5, inner], 'int32')
    }
  })

  it('adds updates of one place in the order of their indices', () => {
    const node = nodeOf(0, false, [2, 5], 'float32', [4])
    const updates = [1, 2 ** 25, -(2 ** 25), 3].flatMap((value) => new Array<number>(5).fill(value))
    const inputs = [new Float32Array(10), Int32Array.of(1, 1, 1, 1), Float32Array.from(updates)]
    const expected = Float32Array.of(0, 0, 0, 0, 0, 3, 3, 3, 3, 3)
    for (const parts of [1, 2, 3]) {
      for (const engine of [interpreterEngine, wasmEngine()]) {
        const { outputs } = runTemplate(scatterTemplate, node, inputs, {
          traits: testTraits(4),
          engine,
          parts,
        })
        expect(outputs[0]).toEqual(expected)
      }
    }
  })

  it('is the base where there are no updates, and nothing where there is no base', () => {
    check(0, false, [4, 6], [0])
    check(1, true, [2, 3, 5], [2, 0, 5])
    check(0, false, [0, 6], [3])
    check(0, false, [4, 0], [3])
    check(1, true, [2, 0, 3], [2, 4, 3])
  })
})
