import { describe, expect, it } from 'vitest'
import type { DType, TypedArray } from '../../graph/dtype.js'
import { type OperationNode, operation, parameter } from '../../graph/node.js'
import { defineOp, type PrefixScan } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import { prefixScanTemplate } from './prefixScan.cpu.js'

type Options = { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }

const scanOp = (combine: PrefixScan<Options>['combine']) =>
  defineOp<Options>({
    name: `testScan.${combine}`,
    kind: { kind: 'prefixScan', combine, options: (attributes) => attributes },
    infer: ([x]) => [x],
    reference([x], { axis, exclusive, reverse }, [{ dtype }]) {
      const inner = sizeOf(x.shape.slice(axis + 1))
      const length = x.shape[axis]
      const data = new Float64Array(x.data.length)
      const round = (value: number) => (dtype === 'int32' ? value | 0 : Math.fround(value))
      for (let o = 0; o < sizeOf(x.shape.slice(0, axis)); o++) {
        for (let i = 0; i < inner; i++) {
          let total = combine === 'sum' ? 0 : 1
          for (let step = 0; step < length; step++) {
            const at = (o * length + (reverse ? length - 1 - step : step)) * inner + i
            const next = round(combine === 'sum' ? total + x.data[at] : total * x.data[at])
            data[at] = exclusive ? total : next
            total = next
          }
        }
      }
      return [{ shape: x.shape, data }]
    },
  })

const nodeOf = (combine: 'sum' | 'product', shape: Shape, options: Options, dtype: DType): OperationNode => {
  const op = scanOp(combine)
  const types = [{ shape, dtype }]
  const [output] = operation(op as never, [parameter('x', types[0])], options, types)
  return output.node as OperationNode
}

const check = (combine: 'sum' | 'product', shape: Shape, axis: number, dtype: DType = 'float32') => {
  const floats = testFloats(sizeOf(shape))
  const data: TypedArray = dtype === 'int32' ? Int32Array.from(floats, (v) => Math.trunc(v * 9)) : floats
  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      const node = nodeOf(combine, shape, { axis, exclusive, reverse }, dtype)
      checkTemplate(prefixScanTemplate, node, [data], { tolerance: 0 })
    }
  }
}

describe('prefixScan', () => {
  it('runs along the last axis', () => {
    for (const shape of [[1], [17], [5, 9], [2, 3, 4]]) check('sum', shape, shape.length - 1)
  })

  it('runs along other axes, with lanes inside, at every tail', () => {
    for (const inner of [2, 3, 4, 5, 16, 17]) check('product', [3, 5, inner], 1)
    check('sum', [6, 150], 0)
  })

  it('combines integers', () => {
    check('sum', [3, 7, 5], 1, 'int32')
    check('product', [4, 6], 1, 'int32')
  })

  it('leaves empty tensors alone', () => {
    for (const shape of [
      [0, 3],
      [3, 0],
      [2, 0, 3],
    ])
      check('sum', shape, 1)
  })

  it('says where it runs scalar or alone', () => {
    const run = (shape: Shape, axis: number) =>
      runTemplate(
        prefixScanTemplate,
        nodeOf('sum', shape, { axis, exclusive: false, reverse: false }, 'float32'),
        [testFloats(sizeOf(shape))],
        { traits: testTraits(8), engine: interpreterEngine },
      ).launches[0]
    expect(run([4, 16], 0).report.lanes).toBe('vector')
    expect(run([4, 16], 0).grid).toBe(2)
    expect(run([4, 16], 1).report.lanes).toHaveProperty('scalar')
    expect(run([16], 0).report.singleThreaded).toBeDefined()
  })
})
