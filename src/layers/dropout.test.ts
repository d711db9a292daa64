import { describe, expect, it } from 'vitest'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import { tile } from '../ops/tile.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import * as layers from './index.js'

const training = { training: true }
const kernel = [
  [0.5, -1, 2],
  [1, 0.3, -0.7],
  [-2, 0.4, 1.1],
  [0.2, 0.9, -0.6],
]
const x = [[1, -0.5, 2, 0.7]]
const copies = tile(tensor(x), [20_000, 1])
const dense = (factor = 1) =>
  layers.dense(3, {
    kernelInitializer: () => kernel.flat().map((weight) => weight * factor),
    useBias: false,
  })

describe('The two forms of dropout, equal in expectation', () => {
  const rate = 0.4
  /** What a dense layer gives for inputs of which some are dropped, in the mean over many masks. */
  const overMasks = (scale: number) => {
    setRandomSeed(4)
    const dropped = multiply(layers.dropout(rate)(copies, training), scale)
    return referenceValues(mean(dense()(dropped), { axis: 0 }))
  }
  const near = (received: readonly number[], expected: readonly number[]) =>
    expected.forEach((value, i) => expect(Math.abs(received[i] - value)).toBeLessThan(0.05))

  it('scaled by 1 / (1 - p) in training: inference takes the weights as they are', () =>
    near(overMasks(1), referenceValues(dense()(layers.dropout(rate)(x)))))

  it('not scaled in training: inference takes the weights times 1 - p', () =>
    near(overMasks(1 - rate), referenceValues(dense(1 - rate)(x))))
})
