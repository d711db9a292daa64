import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { multiply } from '../ops/multiply.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import { cloneModel } from './cloneModel.js'
import { functional } from './functional.js'
import { Model } from './model.js'
import { sequential } from './sequential.js'

describe('cloneModel', () => {
  it('makes an equal model with weights of its own', async () => {
    const inner = sequential([layers.input([4]), layers.dense(3)])
    const x = layers.input([4])
    const double = layers.lambda((y) => multiply(y, 2))
    const model = functional({ inputs: x, outputs: double(inner(x)) })
    const copy = cloneModel(model)
    expect(copy.getConfig()).toEqual(model.getConfig())
    const data = sampleTensor([2, 4])
    expect(referenceValues(copy(data))).not.toEqual(referenceValues(model(data)))
    await copy.setWeights(await model.getWeights())
    expect(referenceValues(copy(data))).toEqual(referenceValues(model(data)))
    expect(copy.weights[0]).not.toBe(model.weights[0])
  })

  it('copies layers as asked', () => {
    const model = sequential([layers.input([4]), layers.dense(3, { name: 'd' })])
    const copy = cloneModel(model, (layer) =>
      layer instanceof layers.Dense ? layers.dense(5, { name: 'd' }) : new layers.InputLayer([4]),
    )
    expect(copy.outputShape).toEqual([null, 5])
  })

  it('refuses a class of its own', () => {
    class Mine extends Model {
      override call(x: Tensor): Tensor {
        return x
      }
    }
    expect(() => cloneModel(new Mine())).toThrow(/Make another one with new Mine/)
    expect(() => cloneModel(new Mine(), {} as never)).toThrow(
      /expected a function that makes the copy of a layer, received {}/,
    )
  })
})
