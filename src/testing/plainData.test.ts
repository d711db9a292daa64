import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { losses, metrics, type NestedArray, tensor } from '../index.js'
import { referenceValues } from './referenceEvaluate.js'

type Measure = (yTrue: unknown, yPred: unknown) => Tensor

const rows = [
  [0, 1, 0],
  [1, 0, 0],
]
const probabilities = [
  [0.25, 0.5, 0.25],
  [0.75, 0.125, 0.125],
]
const classes = [1, 0]
/** What is compared where it is no rows of one shape. */
const others: Readonly<Record<string, readonly [yTrue: NestedArray, yPred: NestedArray]>> = {
  circle: [[0, 0], probabilities],
  ctc: [[[1, 2]], [[...probabilities, ...probabilities]]],
}

const functions = Object.entries({ ...losses, ...metrics }).filter(
  ([name, value]) =>
    /^[a-z]/.test(name) && name !== 'get' && name !== 'serialize' && typeof value === 'function',
)

describe('losses and metrics as functions', () => {
  it('are found', () => {
    expect(functions.length).toBeGreaterThanOrEqual(27)
  })

  it.each(functions)('%s takes plain data, as Keras takes lists', (name, measure) => {
    const isSparse = /^sparse|GeneralizedCrossEntropy/.test(name)
    const [yTrue, yPred] = others[name] ?? [isSparse ? classes : rows, probabilities]
    const ofTensors = (measure as Measure)(tensor(yTrue), tensor(yPred))
    const ofData = (measure as Measure)(yTrue, yPred)
    expect(ofData.shape).toEqual(ofTensors.shape)
    expect(referenceValues(ofData)).toEqual(referenceValues(ofTensors))
  })

  it('do so as objects too', () => {
    expect(referenceValues(new losses.MeanSquaredError().compute([1, 2], [1, 4]))).toEqual([2])
  })
})
