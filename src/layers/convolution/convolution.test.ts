import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../graph/tensor.js'
import { multiply } from '../../ops/multiply.js'
import { slice } from '../../ops/slice.js'
import { sum } from '../../ops/sum.js'
import { tensor } from '../../ops/tensor.js'
import { expectClose } from '../../testing/opTest.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const cases: Record<string, LayerCase> = {
  'conv1d causal': {
    make: () => layers.conv1d(3, 2, { padding: 'causal', dilationRate: 2, activation: 'tanh' }),
    inputShape: [2, 5, 2],
    outputShape: [2, 5, 3],
    weightShapes: [[2, 2, 3], [3]],
  },
  'conv1d causal, strided': {
    make: () => layers.conv1d(2, 3, { padding: 'causal', strides: 2 }),
    inputShape: [1, 6, 1],
    outputShape: [1, 3, 2],
    weightShapes: [[3, 1, 2], [2]],
  },
  'conv3d same, strided': {
    make: () => layers.conv3d(2, [1, 2, 3], { padding: 'same', strides: 2, biasInitializer: 'ones' }),
    inputShape: [1, 2, 3, 4, 1],
    outputShape: [1, 1, 2, 2, 2],
    weightShapes: [[1, 2, 3, 1, 2], [2]],
  },
  conv1dTranspose: {
    make: () => layers.conv1dTranspose(3, 2, { strides: 3 }),
    inputShape: [2, 3, 2],
    outputShape: [2, 9, 3],
    weightShapes: [[2, 3, 2], [3]],
  },
  'conv2dTranspose same': {
    make: () => layers.conv2dTranspose(2, 3, { strides: 2, padding: 'same', activation: 'sigmoid' }),
    inputShape: [1, 2, 3, 2],
    outputShape: [1, 4, 6, 2],
    weightShapes: [[3, 3, 2, 2], [2]],
  },
  'conv2dTranspose with output padding': {
    make: () =>
      layers.conv2dTranspose(1, [3, 2], {
        strides: [2, 3],
        padding: 'same',
        outputPadding: [0, 1],
        useBias: false,
      }),
    inputShape: [1, 3, 2, 2],
    outputShape: [1, 5, 4, 1],
    weightShapes: [[3, 2, 1, 2]],
  },
  'conv3dTranspose dilated': {
    make: () => layers.conv3dTranspose(1, [1, 2, 2], { dilationRate: [1, 1, 2] }),
    inputShape: [1, 2, 2, 2, 1],
    outputShape: [1, 2, 3, 4, 1],
    weightShapes: [[1, 2, 2, 1, 1], [1]],
  },
  depthwiseConv1d: {
    make: () => layers.depthwiseConv1d(3, { depthMultiplier: 2 }),
    inputShape: [2, 5, 3],
    outputShape: [2, 3, 6],
    weightShapes: [[3, 3, 2], [6]],
  },
  'depthwiseConv2d same': {
    make: () => layers.depthwiseConv2d([2, 3], { padding: 'same', strides: 2, useBias: false }),
    inputShape: [1, 4, 5, 3],
    outputShape: [1, 2, 3, 3],
    weightShapes: [[2, 3, 3, 1]],
  },
  separableConv1d: {
    make: () => layers.separableConv1d(4, 2, { activation: 'sigmoid' }),
    inputShape: [2, 4, 3],
    outputShape: [2, 3, 4],
    weightShapes: [[2, 3, 1], [1, 3, 4], [4]],
  },
  'separableConv2d dilated': {
    make: () => layers.separableConv2d(2, 2, { dilationRate: 2, depthMultiplier: 2 }),
    inputShape: [1, 4, 5, 2],
    outputShape: [1, 2, 3, 2],
    weightShapes: [[2, 2, 2, 2], [1, 1, 4, 2], [2]],
  },
}

const inner = (a: Tensor, b: Tensor): number => referenceValues(sum(multiply(a, b)))[0]

describe('convolutions', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('causal: each output is made of the inputs up to its step', () => {
    const layer = layers.conv1d(1, 3, { padding: 'causal', useBias: false, kernelInitializer: 'ones' })
    const steps = tensor([1, 10, 100, 1000], { shape: [1, 4, 1] })
    expect(referenceValues(layer(steps))).toEqual([1, 11, 111, 1110])
    expect(() => layers.conv2d(1, 3, { padding: 'causal' as 'same' })).toThrow(
      /expected 'valid' or 'same', received 'causal'/,
    )
  })

  // For the convolution A with the same kernel, <A x, y> = <x, A^T y>.
  it.each([
    { size: 7, strides: 2, padding: 'same', outputPadding: 0 },
    { size: 8, strides: 2, padding: 'same', outputPadding: undefined },
    { size: 8, strides: 2, padding: 'same', outputPadding: 1 },
    { size: 7, strides: 2, padding: 'valid', outputPadding: undefined },
    { size: 8, strides: 2, padding: 'valid', outputPadding: 1 },
  ] as const)(
    'transposed: the transposed map of the convolution, for %j',
    ({ size, outputPadding, ...options }) => {
      const kernel = [...sampleTensorValues([3, 3, 2, 4])]
      const settings = { ...options, useBias: false, kernelInitializer: () => kernel }
      const x = sampleTensor([2, size, size, 2])
      const forward = layers.conv2d(4, 3, settings)(x)
      const y = sampleTensor(forward.shape, 5)
      const back = layers.conv2dTranspose(2, 3, { ...settings, outputPadding })(y)
      expect(back.shape).toEqual(x.shape)
      expectClose([inner(x, back)], [inner(forward, y)], 1e-12)
    },
  )

  it('transposed: each input puts down the kernel', () => {
    const settings = { strides: 2, useBias: false, kernelInitializer: () => [1, 2, 3] } as const
    const x = tensor([1, 10, 100], { shape: [1, 3, 1] })
    expect(referenceValues(layers.conv1dTranspose(1, 3, settings)(x))).toEqual([1, 2, 13, 20, 130, 200, 300])
    const same = layers.conv1dTranspose(1, 3, { ...settings, padding: 'same' })
    expect(referenceValues(same(x))).toEqual([1, 2, 13, 20, 130, 200])
  })

  it('depthwise: output c * multiplier + m is channel c under its m-th kernel', () => {
    const layer = layers.depthwiseConv2d(2, { depthMultiplier: 2, useBias: false })
    const x = sampleTensor([1, 3, 4, 3])
    const all = layer(x)
    const [kernel] = layer.weights.map((weight) => [...Float64Array.from(weight.host ?? [])])
    for (const c of [0, 1, 2]) {
      for (const m of [0, 1]) {
        const own = kernel.filter((_, i) => i % 6 === c * 2 + m)
        const single = layers.conv2d(1, 2, { useBias: false, kernelInitializer: () => own })
        const channel = slice(x, [0, 0, 0, c], [1, 3, 4, 1])
        const expected = referenceValues(single(channel))
        expectClose(referenceValues(slice(all, [0, 0, 0, c * 2 + m], [1, 2, 3, 1])), expected, 1e-12)
      }
    }
  })

  it('separable: a depthwise convolution, then one by 1', () => {
    const layer = layers.separableConv1d(4, 3, { depthMultiplier: 2, strides: 2, biasInitializer: 'ones' })
    const x = sampleTensor([2, 7, 3])
    const y = referenceValues(layer(x))
    const [depthwise, pointwise] = layer.weights.map((weight) => Float64Array.from(weight.host ?? []))
    const first = layers.depthwiseConv1d(3, {
      depthMultiplier: 2,
      strides: 2,
      useBias: false,
      depthwiseInitializer: () => depthwise,
    })
    const second = layers.conv1d(4, 1, { kernelInitializer: () => pointwise, biasInitializer: 'ones' })
    expectClose(y, referenceValues(second(first(x))), 1e-12)
  })

  it('refuse output padding that is no less than the stride', () => {
    expect(() => layers.conv2dTranspose(1, 3, { strides: 2, outputPadding: 2 })).toThrow(
      /outputPadding: expected integers from 0 to less than the strides \[2,2\].*received 2/,
    )
  })

  it("have Keras's other names", () => {
    expect(layers.convolution2d).toBe(layers.conv2d)
    expect(layers.maxPool2d).toBe(layers.maxPooling2d)
    expect(layers.avgPool2d).toBe(layers.averagePooling2d)
    expect(layers.globalAvgPool2d).toBe(layers.globalAveragePooling2d)
  })
})

function sampleTensorValues(shape: readonly number[]): number[] {
  return referenceValues(sampleTensor(shape, 3))
}
