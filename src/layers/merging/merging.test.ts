import { describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'
import { maskOf, withMask } from '../masks.js'

const same = [
  [2, 3],
  [2, 3],
]
const cases: Record<string, LayerCase> = {
  add: { make: () => new layers.Add(), inputShape: [...same, [2, 3]], outputShape: [2, 3] },
  'add, stretched': {
    make: () => new layers.Add(),
    inputShape: [
      [2, 4, 3],
      [2, 1, 3],
      [2, 3],
    ],
    outputShape: [2, 4, 3],
  },
  subtract: { make: () => new layers.Subtract(), inputShape: same, outputShape: [2, 3] },
  multiply: { make: () => new layers.Multiply(), inputShape: same, outputShape: [2, 3] },
  average: { make: () => new layers.Average(), inputShape: same, outputShape: [2, 3] },
  maximum: { make: () => new layers.Maximum(), inputShape: same, outputShape: [2, 3] },
  minimum: { make: () => new layers.Minimum(), inputShape: same, outputShape: [2, 3] },
  concatenate: {
    make: () => new layers.Concatenate(),
    inputShape: [
      [2, 3],
      [2, 2],
    ],
    outputShape: [2, 5],
  },
  'concatenate, axis 1': {
    make: () => new layers.Concatenate({ axis: 1 }),
    inputShape: [
      [2, 3, 4],
      [2, 2, 4],
    ],
    outputShape: [2, 5, 4],
  },
  'dot of vectors': { make: () => new layers.Dot(1), inputShape: same, outputShape: [2, 1] },
  'dot of stacks': {
    make: () => new layers.Dot([1, 2]),
    inputShape: [
      [2, 3, 5],
      [2, 4, 3],
    ],
    outputShape: [2, 5, 4],
  },
  'dot, normalized': {
    make: () => new layers.Dot(-1, { normalize: true }),
    inputShape: [
      [2, 4, 3],
      [2, 3],
    ],
    outputShape: [2, 4],
  },
}

const values = (x: Tensor) => Array.from(referenceValues(x))
const [a, b] = [tensor([[1, 5, 3]]), tensor([[4, 2, 6]])]

describe('merging layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('compute what their names say', () => {
    expect(values(layers.add([a, b]))).toEqual([5, 7, 9])
    expect(values(layers.subtract([a, b]))).toEqual([-3, 3, -3])
    expect(values(layers.multiply([a, b]))).toEqual([4, 10, 18])
    expect(values(layers.average([a, b]))).toEqual([2.5, 3.5, 4.5])
    expect(values(layers.maximum([a, b]))).toEqual([4, 5, 6])
    expect(values(layers.minimum([a, b]))).toEqual([1, 2, 3])
    expect(values(layers.concatenate([a, b]))).toEqual([1, 5, 3, 4, 2, 6])
    expect(values(layers.concatenate([a, b], { axis: 0 }))).toEqual([1, 5, 3, 4, 2, 6])
    expect(values(layers.dot([a, b]))).toEqual([32])
    expect(values(layers.dot([a, a], 1, { normalize: true }))[0]).toBeCloseTo(1, 6)
  })

  it('take nested arrays, and keep integers', () => {
    expect(values(layers.add([[[1, 2]], [[3, 4]]]))).toEqual([4, 6])
    const ids = layers.concatenate([
      tensor(Int32Array.of(1), { shape: [1, 1] }),
      tensor(Int32Array.of(2), { shape: [1, 1] }),
    ])
    expect(ids.dtype).toBe('int32')
  })

  it('merge masks: a step counts where it counts in any input', () => {
    const masked = (mask: boolean[]) => withMask(tensor([[[2], [3], [4]]]), tensor([mask]))
    const [x, y] = [masked([true, true, false]), masked([true, false, false])]
    const maskValues = (z: Tensor) => values(maskOf(z) ?? tensor([]))
    expect(maskValues(layers.add([x, y]))).toEqual([1, 1, 0])
    expect(maskOf(layers.add([x, tensor([[[1], [1], [1]]])]))).toBeUndefined()
    // Of the second step only x counts, of the third none.
    expect(values(layers.multiply([x, y]))).toEqual([4, 3, 0])
    expect(values(layers.maximum([x, masked([false, true, true])]))).toEqual([2, 3, 4])
    expect(maskValues(layers.concatenate([x, y]))).toEqual([1, 1, 0])
  })

  it('say what does not fit', () => {
    const [narrow, wide] = [layers.input([3]), layers.input([4])]
    expect(() => new layers.Add({ name: 'sum' })([narrow, wide])).toThrow(ShapeError)
    expect(() => new layers.Add({ name: 'sum' })([narrow, wide])).toThrow(
      /Layer 'sum' \(Add\): expected inputs of one shape.*\[null, 3\] and \[null, 4\]: 3 and 4 do not fit/,
    )
    expect(() => layers.concatenate([narrow, layers.input([2, 3])], { name: 'c' })).toThrow(
      /Layer 'c' \(Concatenate\): expected inputs of one rank.*\[null, 3\] and \[null, 2, 3\]/,
    )
    expect(() => layers.dot([narrow, wide])).toThrow(/expected the same size on axis 1.*received 3 and 4/)
    expect(() => new layers.Dot(0)).toThrow(/axis 0 is the batch/)
    expect(() => layers.subtract([narrow])).toThrow(ArgumentError)
    expect(() => layers.subtract([narrow])).toThrow(/a list of 2 inputs, received 1/)
    expect(() => new layers.Add()(narrow as never)).toThrow(/a list of inputs, received one input/)
    // As one calls Keras's layer.
    expect(() => layers.add(undefined as never)).toThrow(/received undefined.*layers\.add\(\[a, b\]\)/)
    expect(() => layers.concatenate({ axis: 1 } as never)).toThrow(/{ axis: 1 }.*new layers\.Concatenate/)
    expect(() => layers.add([tensor([[1], [2]]), a])).toThrow(/same number of samples/)
  })
})
