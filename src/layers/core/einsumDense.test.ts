import { describe, expect, it } from 'vitest'
import * as initializers from '../../initializers/index.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  'along steps': {
    make: () => layers.einsumDense('abc,cd->abd', [null, 5], { biasAxes: 'd', activation: 'tanh' }),
    inputShape: [2, 3, 4],
    outputShape: [2, 3, 5],
    weightShapes: [[4, 5], [5]],
  },
  'to heads': {
    make: () =>
      layers.einsumDense('abc,cde->abde', [null, 2, 3], { biasAxes: 'de', biasInitializer: 'uniform' }),
    inputShape: [2, 3, 4],
    outputShape: [2, 3, 2, 3],
    weightShapes: [
      [4, 2, 3],
      [2, 3],
    ],
  },
  'from heads': {
    make: () => layers.einsumDense('abcd,cde->abe', [null, 4]),
    inputShape: [2, 3, 2, 3],
    outputShape: [2, 3, 4],
    weightShapes: [[2, 3, 4]],
  },
  'with an ellipsis in front': {
    make: () => layers.einsumDense('...x,xy->...y', 5, { biasAxes: 'y' }),
    inputShape: [2, 3, 2, 4],
    outputShape: [2, 3, 2, 5],
    weightShapes: [[4, 5], [5]],
  },
  'with an ellipsis behind, and a bias along one of several axes': {
    make: () =>
      layers.einsumDense('abc...,bcd->abd...', [null, 5], { biasAxes: 'b', biasInitializer: 'uniform' }),
    inputShape: [2, 3, 4, 2],
    outputShape: [2, 3, 5, 2],
    weightShapes: [
      [3, 4, 5],
      [3, 1, 1],
    ],
  },
}

describe('EinsumDense', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('is a dense layer where it sums over the last axis', () => {
    const [dense, einsum] = [layers.dense(5), layers.einsumDense('...x,xy->...y', 5, { biasAxes: 'y' })]
    const x = sampleTensor([2, 3, 4])
    const outputs = [dense, einsum].map((layer) => {
      layer.build(x.shape)
      layer.weights.forEach((weight) => weight.write(referenceValues(sampleTensor(weight.shape, 5))))
      return referenceValues(layer(x))
    })
    expect(outputs[1]).toEqual(outputs[0])
  })

  it('begins with kernels scaled by the axes that they sum over and make', () => {
    const layer = layers.einsumDense('abc,cde->abde', [null, 40, 30], { kernelInitializer: 'glorot_uniform' })
    layer.build([null, 2, 20])
    const limit = Math.sqrt(6 / (20 + 40 * 30))
    const largest = Math.max(...Array.from(layer.kernel?.host ?? [], Math.abs))
    expect(largest).toBeLessThanOrEqual(limit)
    expect(largest).toBeGreaterThan(0.99 * limit)
    // Not where the initializer was given axes of its own.
    const own = initializers.heUniform({ inputAxes: [0, 1], outputAxes: [2] })
    expect(own.withAxes([0], [1, 2])).toBe(own)
  })

  it('says what does not fit', () => {
    expect(() => layers.einsumDense('ab,bc', 3)).toThrow(/equation: expected the form 'ab,bc->ac'/)
    expect(() => layers.einsumDense('...ab,bc->ac...', 3)).toThrow(/equation/)
    expect(() => layers.einsumDense('ab,xc->ac', 3)).toThrow(/stands in another term too/)
    expect(() => layers.einsumDense('ab,bc->ac', 3, { biasAxes: 'b' })).toThrow(
      /letters of the output 'ac', received 'b'/,
    )
    expect(() => layers.einsumDense('ab,bc->ac', [3, 4])(sampleTensor([2, 3]))).toThrow(
      /expected 1 sizes.*received \[3,4\]/,
    )
    expect(() => layers.einsumDense('ab,bc->ac', 3)(sampleTensor([2, 3, 4]))).toThrow(
      /expected an input of 2 axes/,
    )
    expect(() => layers.einsumDense('abc,cd->abd', [7, 5])(sampleTensor([2, 3, 4]))).toThrow(
      /axis 'b' has size 3 in the input \[null, 3, 4\], and 7 in outputShape/,
    )
    expect(() => layers.einsumDense('ab,bc->ac', 3).build([null, null])).toThrow(/known number of inputs/)
  })
})
