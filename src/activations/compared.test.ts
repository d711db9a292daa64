import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { dense } from '../layers/dense.js'
import { gradients } from '../ops/gradient.js'
import { randomNormal } from '../ops/randomNormal.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import type { ActivationLike } from './get.js'
import { leakyRelu } from './leakyRelu.js'

const [SAMPLES, UNITS, DEPTH] = [30, 16, 6]

/** What the hidden layers of one network do with one task's samples, by their activation. */
function networkOf(activation: ActivationLike, kernelInitializer: 'glorot_normal' | 'he_normal', bias = 0) {
  setRandomSeed(5)
  const x = randomNormal(tensor(Int32Array.of(1, 2)), [SAMPLES, UNITS])
  const hidden = Array.from({ length: DEPTH }, () =>
    dense(UNITS, {
      activation,
      kernelInitializer,
      biasInitializer: () => new Float64Array(UNITS).fill(bias),
    }),
  )
  const outputs: Tensor[] = []
  const last = hidden.reduce((value, layer) => {
    outputs.push(layer(value))
    return outputs[outputs.length - 1]
  }, x)
  const output = dense(1, { kernelInitializer })(last)
  const loss = sum(square(subtract(output, sum(x, { axis: 1, keepDims: true }))))
  const slopes = gradients(
    loss,
    hidden.map((layer) => layer.weights[0]),
  ).map(referenceValues)
  return { outputs: outputs.map(referenceValues), slopes }
}

const rootMeanSquare = (values: readonly number[]) =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length)

/** The share of units of a layer that give the same for all samples. */
const shareOfConstantUnits = (outputs: readonly number[]) => {
  const units = Array.from({ length: UNITS }, (_, unit) => outputs.filter((_, i) => i % UNITS === unit))
  return units.filter((of) => of.every((value) => value === of[0])).length / UNITS
}

describe('activations on one task', () => {
  it('gradients fade through sigmoids, and do not through ReLUs', () => {
    const fading = (activation: ActivationLike, initializer: 'glorot_normal' | 'he_normal') => {
      const { slopes } = networkOf(activation, initializer)
      return rootMeanSquare(slopes[0]) / rootMeanSquare(slopes[DEPTH - 1])
    }
    // A sigmoid's slope is 1/4 at most: five of them leave less than a hundredth.
    expect(fading('sigmoid', 'glorot_normal')).toBeLessThan(1e-2)
    expect(fading('tanh', 'glorot_normal')).toBeGreaterThan(0.2)
    expect(fading('relu', 'he_normal')).toBeGreaterThan(0.2)
    expect(fading('selu', 'glorot_normal')).toBeGreaterThan(0.2)
  })

  it('ReLUs that are off for all samples are dead: they learn nothing; leaky ones do', () => {
    // Biases that are far too low, as after a step that was far too long.
    const [dead, leaky] = [
      networkOf('relu', 'he_normal', -4),
      networkOf((x) => leakyRelu(x), 'he_normal', -4),
    ]
    const share = shareOfConstantUnits(dead.outputs[0])
    expect(share).toBeGreaterThan(0.2)
    expect(shareOfConstantUnits(leaky.outputs[0])).toBe(0)
    // The kernel's column of a dead unit has no gradient.
    const still = Array.from({ length: UNITS }, (_, unit) =>
      dead.slopes[0].filter((_, i) => i % UNITS === unit),
    )
    expect(
      still.filter((column) => column.every((slope) => slope === 0)).length / UNITS,
    ).toBeGreaterThanOrEqual(share)
    expect(leaky.slopes[0].some((slope) => slope === 0)).toBe(false)
    expect(shareOfConstantUnits(networkOf('relu', 'he_normal').outputs[0])).toBe(0)
  })

  it('the positive outputs of a sigmoid are not centred, those of a tanh are', () => {
    const meanOf = (activation: ActivationLike) => {
      const [first] = networkOf(activation, 'glorot_normal').outputs
      return first.reduce((a, b) => a + b, 0) / first.length
    }
    expect(meanOf('sigmoid')).toBeCloseTo(0.5, 1)
    expect(meanOf('tanh')).toBeCloseTo(0, 1)
  })
})
