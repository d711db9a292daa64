import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.js'
import { canonicalize } from '../../graph/canonical.js'
import type { Tensor } from '../../graph/tensor.js'
import { trace } from '../../graph/trace.js'
import { gradients } from '../../ops/gradient.js'
import { sum } from '../../ops/sum.js'
import { tensor } from '../../ops/tensor.js'
import { expectClose } from '../../testing/opTest.js'
import { referenceValues } from '../../testing/referenceEvaluate.js'
import { type LayerCase, runLayerTest, sampleTensor } from '../../testing/runLayerTest.js'
import * as layers from '../index.js'

const input = [2, 3, 4]
const cases: Record<string, LayerCase> = {
  simpleRnn: {
    make: () => layers.simpleRnn(3),
    inputShape: input,
    outputShape: [2, 3],
    weightShapes: [[4, 3], [3, 3], [3]],
  },
  'simpleRnn backwards, all steps': {
    make: () => layers.simpleRnn(2, { goBackwards: true, returnSequences: true, useBias: false }),
    inputShape: input,
    outputShape: [2, 3, 2],
    weightShapes: [
      [4, 2],
      [2, 2],
    ],
  },
  lstm: {
    make: () => layers.lstm(3, { unitForgetBias: false, biasInitializer: 'random_uniform' }),
    inputShape: input,
    outputShape: [2, 3],
    weightShapes: [[4, 12], [3, 12], [12]],
  },
  'lstm with states, given and returned': {
    make: () => layers.lstm(2, { returnSequences: true, returnState: true }),
    inputShape: [input, [2, 2], [2, 2]],
    outputShape: [
      [2, 3, 2],
      [2, 2],
      [2, 2],
    ],
    weightShapes: [[4, 8], [2, 8], [8]],
  },
  gru: {
    make: () => layers.gru(3, { biasInitializer: 'random_uniform' }),
    inputShape: input,
    outputShape: [2, 3],
    weightShapes: [
      [4, 9],
      [3, 9],
      [2, 9],
    ],
  },
  'gru, reset before': {
    make: () => layers.gru(2, { resetAfter: false, returnSequences: true, recurrentActivation: 'tanh' }),
    inputShape: input,
    outputShape: [2, 3, 2],
    weightShapes: [[4, 6], [2, 6], [6]],
  },
  'rnn of stacked cells': {
    make: () => layers.rnn([layers.gruCell(3, { name: 'a' }), layers.lstmCell(2, { name: 'b' })]),
    inputShape: input,
    outputShape: [2, 2],
    weightShapes: [[4, 9], [3, 9], [2, 9], [3, 8], [2, 8], [8]],
  },
  'lstmCell by itself': {
    make: () => layers.lstmCell(3),
    inputShape: [
      [2, 4],
      [2, 3],
      [2, 3],
    ],
    outputShape: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    weightShapes: [[4, 12], [3, 12], [12]],
  },
  timeDistributed: {
    make: () => layers.timeDistributed(layers.conv1d(2, 2, { name: 'inner' })),
    inputShape: [2, 3, 4, 1],
    outputShape: [2, 3, 3, 2],
    weightShapes: [[2, 1, 2], [2]],
  },
  'bidirectional lstm': {
    make: () => layers.bidirectional(layers.lstm(2, { name: 'inner', returnSequences: true })),
    inputShape: input,
    outputShape: [2, 3, 4],
    weightShapes: [[4, 8], [2, 8], [8], [4, 8], [2, 8], [8]],
  },
  'bidirectional with states': {
    make: () =>
      layers.bidirectional(layers.simpleRnn(2, { name: 'inner', returnState: true }), { mergeMode: 'mul' }),
    inputShape: [input, [2, 2], [2, 2]],
    outputShape: [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
    weightShapes: [[4, 2], [2, 2], [2], [4, 2], [2, 2], [2]],
  },
  'bidirectional, not merged': {
    make: () => layers.bidirectional(layers.gru(2, { name: 'inner' }), { mergeMode: null }),
    inputShape: input,
    outputShape: [
      [2, 2],
      [2, 2],
    ],
    weightShapes: [
      [4, 6],
      [2, 6],
      [2, 6],
      [4, 6],
      [2, 6],
      [2, 6],
    ],
  },
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
/** Weights of one feature and one unit, for the gates in order, so that formulas can be written out in numbers. */
const setWeights = (layer: layers.AnyLayer, ...values: readonly (readonly number[])[]) => {
  layer.weights.forEach((weight, i) => weight.write(values[i]))
}
const sequence = (...values: number[]): Tensor => tensor(values, { shape: [1, values.length, 1] })

describe('recurrent layers', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => runLayerTest(layerCase))

  it('simpleRnn: tanh(x K + h U + b) at each step', () => {
    const layer = layers.simpleRnn(1, { returnSequences: true })
    layer.build([null, null, 1])
    setWeights(layer, [0.5], [-0.25], [0.125])
    const expected: number[] = []
    for (const x of [1, -2, 3]) expected.push(Math.tanh(0.5 * x - 0.25 * (expected.at(-1) ?? 0) + 0.125))
    expectClose(referenceValues(layer(sequence(1, -2, 3))), expected, 1e-12)
  })

  it('lstm: gates in the order i, f, g, o', () => {
    const layer = layers.lstm(1, { returnState: true })
    layer.build([null, null, 1])
    const [k, u, b] = [
      [0.5, -0.25, 0.75, 1],
      [0.25, 0.5, -0.5, -1],
      [0.125, 1, -0.125, 0.25],
    ]
    setWeights(layer, k, u, b)
    let [h, c] = [0, 0]
    for (const x of [1, -2, 3]) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => x * k[gate] + h * u[gate] + b[gate])
      c = sigmoid(f) * c + sigmoid(i) * Math.tanh(g)
      h = sigmoid(o) * Math.tanh(c)
    }
    const outputs = layer(sequence(1, -2, 3))
    expectClose(
      outputs.map((output) => referenceValues(output)[0]),
      [h, h, c],
      1e-12,
    )
  })

  it("lstm: the forget gate's bias begins as 1", () => {
    const layer = layers.lstm(2)
    layer.build([null, null, 1])
    expect([...(layer.weights[2].host ?? [])]).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
  })

  it.each([true, false])('gru: gates in the order z, r, g, with resetAfter %s', (resetAfter) => {
    const layer = layers.gru(1, { resetAfter })
    layer.build([null, null, 1])
    const [k, u, b, d] = [
      [0.5, -0.25, 0.75],
      [0.25, 0.5, -0.5],
      [0.125, 1, -0.125],
      resetAfter ? [-0.5, 0.25, 0.375] : [0, 0, 0],
    ]
    setWeights(layer, k, u, resetAfter ? [...b, ...d] : b)
    let h = 0
    for (const x of [1, -2, 3]) {
      const z = sigmoid(x * k[0] + h * u[0] + b[0] + d[0])
      const r = sigmoid(x * k[1] + h * u[1] + b[1] + d[1])
      const g = Math.tanh(x * k[2] + b[2] + r * (h * u[2] + d[2]))
      h = z * h + (1 - z) * g
    }
    expectClose(referenceValues(layer(sequence(1, -2, 3))), [h], 1e-12)
  })

  it('go backwards: outputs stand in the order in which they are computed', () => {
    const settings = {
      returnSequences: true,
      kernelInitializer: 'ones',
      recurrentInitializer: 'ones',
    } as const
    const forward = layers.simpleRnn(1, settings)(sequence(3, 2, 1))
    const backward = layers.simpleRnn(1, { ...settings, goBackwards: true })(sequence(1, 2, 3))
    expectClose(referenceValues(backward), referenceValues(forward), 1e-12)
  })

  it('continue from given states', () => {
    const layer = layers.lstm(3, { returnState: true })
    const [whole] = layer(sequence(1, 2, 3, 4))
    const [, h, c] = layer(sequence(1, 2))
    const [continued] = layer([sequence(3, 4), h, c])
    expectClose(referenceValues(continued), referenceValues(whole), 1e-12)
  })

  it('leave out masked steps', () => {
    const masked = layers.withMask(
      sequence(1, 9, 2, 9),
      tensor([[true, false, true, false]], { dtype: 'bool' }),
    )
    const layer = layers.gru(2, { returnSequences: true })
    const [a, b] = [layer(sequence(1, 2)), layer(masked)].map(referenceValues)
    expectClose(b, [a[0], a[1], a[0], a[1], a[2], a[3], a[2], a[3]], 1e-12)
    expect(layers.maskOf(layer(masked))).toBe(layers.maskOf(masked))

    const zero = layers.gru(2, { returnSequences: true, zeroOutputForMask: true })
    zero.build([null, null, 1])
    zero.weights.forEach((weight, i) => weight.write(layer.weights[i].host ?? []))
    expectClose(referenceValues(zero(masked)), [a[0], a[1], 0, 0, a[2], a[3], 0, 0], 1e-12)
  })

  it.each([
    ['concat', (a: number, b: number) => [a, b]],
    ['sum', (a: number, b: number) => [a + b]],
    ['mul', (a: number, b: number) => [a * b]],
    ['ave', (a: number, b: number) => [(a + b) / 2]],
  ] as const)('bidirectional: %s of both directions, step by step', (mergeMode, merge) => {
    const layer = layers.bidirectional(layers.simpleRnn(1, { returnSequences: true }), { mergeMode })
    layer.build([null, null, 1])
    setWeights(layer, [0.5], [-0.25], [0.125], [1], [0.75], [-0.5])
    const forward: number[] = []
    for (const x of [1, -2, 3]) forward.push(Math.tanh(0.5 * x - 0.25 * (forward.at(-1) ?? 0) + 0.125))
    const backward: number[] = []
    for (const x of [3, -2, 1]) backward.push(Math.tanh(x + 0.75 * (backward.at(-1) ?? 0) - 0.5))
    const expected = forward.flatMap((a, t) => merge(a, backward[2 - t]))
    expectClose(referenceValues(layer(sequence(1, -2, 3))), expected, 1e-12)
  })

  it('timeDistributed: the layer at each step', () => {
    const inner = layers.dense(2)
    const layer = layers.timeDistributed(inner)
    const x = sampleTensor([2, 3, 4])
    expectClose(referenceValues(layer(x)), referenceValues(inner(x)), 1e-12)
  })

  it('drop the same inputs and states at all steps, and none without training', () => {
    const ones = tensor(new Float32Array(400).fill(1), { shape: [1, 2, 200] })
    const settings = {
      activation: 'linear',
      returnSequences: true,
      kernelInitializer: 'identity',
      recurrentInitializer: 'zeros',
    } as const
    const layer = layers.simpleRnn(200, { ...settings, dropout: 0.25, seed: 3 })
    const values = referenceValues(layer(ones, { training: true }))
    const [first, second] = [values.slice(0, 200), values.slice(200)]
    expect(second).toEqual(first)
    const dropped = first.filter((value) => value === 0).length
    // 200 draws: mean 50, deviation 6.1.
    expect(dropped).toBeGreaterThan(25)
    expect(dropped).toBeLessThan(75)
    for (const value of first) if (value !== 0) expect(value).toBeCloseTo(4 / 3, 6)
    expect(referenceValues(layer(ones))).toEqual(new Array(400).fill(1))

    const lstm = layers.lstm(4, { dropout: 0.5, recurrentDropout: 0.5, seed: 3 })
    const x = sampleTensor([2, 3, 4])
    const [calm, shaken] = [lstm(x), lstm(x, { training: true })].map(referenceValues)
    expect(shaken).not.toEqual(calm)
    expect(referenceValues(lstm(x, { training: true }))).toEqual(shaken)
  })

  it('have as many launches for 500 steps as for 5', () => {
    const traits = {
      name: 'test',
      width: 4,
      fusedMulAdd: false,
      tile: { rows: 4, vectors: 2 },
      accumulators: 8,
      cache: { l1: 32 * 1024, l2: 1024 * 1024 },
    }
    const layer = layers.lstm(4)
    layer.build([null, null, 3])
    const launches = (time: number) => {
      const traced = trace([{ name: 'x', shape: [2, time, 3], dtype: 'float32' }], (x) =>
        gradients(sum(layer(x)), layer.weights),
      )
      return compile(canonicalize(traced), traits).report.launches.length
    }
    expect(launches(500)).toBe(launches(5))
  })

  it('refuse other ranks, lists of other lengths, and wrong rates', () => {
    for (const wrong of [layers.dense(3), [layers.lstmCell(2), layers.dense(3)], 5, undefined]) {
      expect(() => layers.rnn(wrong as never)).toThrow(/RNN: expected a cell, such as layers.lstmCell\(32\)/)
    }
    expect(() => layers.lstm(2)(sampleTensor([2, 3]))).toThrow(/rank 3, \[batch, time, features\]/)
    const lstm = layers.lstm(2)
    expect(() => lstm([sampleTensor([2, 3, 1]), sampleTensor([2, 2])])).toThrow(
      /2 first state\(s\); received a list of 2/,
    )
    expect(() => layers.gru(2, { dropout: 1.5 })).toThrow(
      /dropout: expected a rate from 0 to 1, received 1.5/,
    )
  })
})
