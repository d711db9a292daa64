import { describe, expect, it } from 'vitest'
import * as models from '../../models/index.js'
import { tensor } from '../../ops/tensor.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'
import { maskOf } from '../masks.js'

const table = [1, 2, 3, 4, 5, 6]
const made = (options: layers.ReversibleEmbeddingOptions = {}) =>
  layers.reversibleEmbedding(3, 2, { embeddingsInitializer: () => table, ...options })

describe('ReversibleEmbedding', () => {
  it('gives vectors for numbers, and back the products with all vectors', () => {
    const layer = made()
    expect(referenceValues(layer(tensor([[2, 0]])))).toEqual([5, 6, 1, 2])
    expect(referenceValues(layer(tensor([[1, 10]]), { reverse: true }))).toEqual([21, 43, 65])
    expect(layer.weights.length).toBe(1)
  })

  it('has weights of its own for the way back where they are not tied, and a bound', () => {
    const layer = made({ tieWeights: false, logitSoftCap: 10 })
    layer(tensor([[0]]))
    expect(layer.weights.map(({ shape }) => shape)).toEqual([
      [3, 2],
      [2, 3],
    ])
    const [score] = referenceValues(layer(tensor([[1, 0]]), { reverse: true }))
    const [, reverse] = layer.weights
    expect(score).toBeCloseTo(10 * Math.tanh(Number(reverse.host?.[0]) / 10), 6)
    expect(() => made({ logitSoftCap: 0 })).toThrow(/logitSoftCap: expected a number above 0/)
  })

  it('is shared by both ends of a model, and comes back from its config', () => {
    const words = layers.reversibleEmbedding(3, 2, { maskZero: true })
    const numbers = layers.input([4])
    const model = models.functional({ inputs: numbers, outputs: words(words(numbers), { reverse: true }) })
    expect(model.outputShape).toEqual([null, 4, 3])
    const copy = models.deserialize(JSON.parse(JSON.stringify(models.serialize(model))))
    expect(copy.getConfig()).toEqual(model.getConfig())
    expect(copy.outputShape).toEqual([null, 4, 3])
    expect(layers.deserialize(models.serialize(words)).getConfig()).toEqual(words.getConfig())
    const marked = words(tensor([[0, 2]]))
    expect(referenceValues(maskOf(marked) ?? tensor([]))).toEqual([0, 1])
    expect(maskOf(words(sampleTensor([1, 2, 2]), { reverse: true }))).toBeUndefined()
  })
})
