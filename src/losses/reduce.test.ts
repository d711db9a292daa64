import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { withMask } from '../layers/masks.js'
import { mean } from '../ops/mean.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { Dice } from './dice.js'
import { FunctionLoss } from './loss.js'
import { MeanSquaredError } from './meanSquaredError.js'
import { reduceValues } from './reduce.js'

describe('reduction', () => {
  const values = tensor([
    [1, 2],
    [3, 4],
    [5, 9],
  ])
  const reduce = (
    ...args: Parameters<typeof reduceValues> extends [string, Tensor, ...infer R] ? R : never
  ) => referenceValues(reduceValues('test', values, ...args))

  it('sums, averages, or leaves values as they are', () => {
    expect(reduce('sum', {})).toEqual([24])
    for (const reduction of ['sum_over_batch_size', 'mean', 'mean_with_sample_weight'] as const) {
      expectNear(reduce(reduction, {}), [4])
    }
    expect(reduce('none', {})).toEqual([1, 2, 3, 4, 5, 9])
  })

  it('weights samples, values, or all alike', () => {
    expect(reduce('sum', { sampleWeight: tensor([1, 0, 2]) })).toEqual([3 + 28])
    expect(reduce('sum', { sampleWeight: tensor([[1], [0], [2]]) })).toEqual([3 + 28])
    expect(reduce('none', { sampleWeight: tensor([[1, 0, 2]].flat().map((w) => [w, 1])) })).toEqual([
      1, 2, 0, 4, 10, 9,
    ])
    expect(reduce('sum', { sampleWeight: tensor(0.5) })).toEqual([12])
    expectNear(reduce('mean', { sampleWeight: tensor([1, 0, 2]) }), [31 / 6])
    expectNear(reduce('mean_with_sample_weight', { sampleWeight: tensor([1, 0, 2]) }), [31 / 6])
    expectNear(reduce('mean_with_sample_weight', { sampleWeight: tensor([2, 0, 2]) }), [34 / 8])
    expect(reduce('mean_with_sample_weight', { sampleWeight: tensor([0, 0, 0]) })).toEqual([0])
  })

  it('leaves out what is masked', () => {
    const mask = tensor([
      [true, false],
      [true, true],
      [false, false],
    ])
    expectNear(reduce('mean', { mask }), [8 / 3])
    expectNear(reduce('mean', { mask: tensor([true, false, true]) }), [17 / 4])
    expectNear(reduce('mean_with_sample_weight', { mask, sampleWeight: tensor([3, 1, 1]) }), [10 / 5])
    expect(reduce('sum', { mask })).toEqual([8])
    expect(reduce('mean', { mask: tensor([false, false, false]) })).toEqual([0])
  })

  it('leaves out padding', () => {
    const padding = { sampleWeight: tensor([1, 1, 0]), samples: tensor(2) }
    expectNear(reduce('mean', padding), [10 / 4])
    expectNear(reduce('mean_with_sample_weight', padding), [10 / 4])
    expectNear(reduce('mean', { ...padding, mask: tensor([true, false, true]) }), [3 / 2])
    expect(reduce('sum', padding)).toEqual([10])
  })

  it('counts one value of the whole batch once for each weight, as Keras does', () => {
    const whole = (reduction: Parameters<typeof reduceValues>[2]) =>
      referenceValues(reduceValues('test', tensor(3), reduction, { sampleWeight: tensor([1, 0.5, 0]) }))
    expectNear(whole('mean'), [1.5])
    expectNear(whole('sum'), [4.5])
    expectNear(whole('mean_with_sample_weight'), [3])
    expect(referenceValues(reduceValues('test', tensor(3), 'mean', {}))).toEqual([3])
    expect(() => reduceValues('test', tensor(3), 'mean', { samples: tensor(2) })).toThrow(
      /one number for the whole batch, so padding cannot be left out/,
    )
  })

  it('says which weights do not fit', () => {
    expect(() => reduce('mean', { sampleWeight: tensor([1, 2]) })).toThrow(
      /weights of shape \[2\] do not fit values of shape \[3, 2\]/,
    )
  })

  it('is one of the known ones', () => {
    expect(() => new MeanSquaredError({ reduction: 'max' as 'sum' })).toThrow(
      /reduction: expected .*'mean_with_sample_weight' or 'none', received 'max'/,
    )
  })
})

describe('a loss', () => {
  it('leaves out what the mask of predictions leaves out', () => {
    const steps = withMask(
      tensor([
        [[1], [2]],
        [[3], [5]],
      ]),
      tensor([
        [true, false],
        [true, true],
      ]),
    )
    const zeros = tensor([
      [[0], [0]],
      [[0], [0]],
    ])
    expectNear(referenceValues(new MeanSquaredError().compute(zeros, steps)), [(1 + 9 + 25) / 3])
    const weighted = new MeanSquaredError().compute(zeros, steps, { mask: tensor([true, false]) })
    expectNear(referenceValues(weighted), [1])
    expectNear(referenceValues(new MeanSquaredError({ reduction: 'sum' }).compute(zeros, steps)), [35])
  })

  const types = [
    { shape: [4, 2], dtype: 'float32' },
    { shape: [4, 2], dtype: 'float32' },
  ] as const

  it('knows whether it couples the samples of a batch', () => {
    expect(new MeanSquaredError().couplesSamples(...types)).toBe(false)
    expect(new Dice().couplesSamples(...types)).toBe(true)
    expect(new Dice({ axis: -1 }).couplesSamples(...types)).toBe(false)
    const whole = new FunctionLoss((yTrue, yPred) => mean(square(subtract(yTrue, yPred))))
    expect(whole.couplesSamples(...types)).toBe(true)
  })

  it('that is a function gets targets as float32 in the rank of predictions', () => {
    const seen: string[] = []
    const loss = new FunctionLoss((yTrue, yPred) => {
      seen.push(String(yTrue))
      return square(subtract(yTrue, yPred))
    })
    const value = loss.compute(tensor(new Int32Array([1, 2])), tensor([[3], [5]]))
    expectNear(referenceValues(value), [(4 + 9) / 2])
    expect(seen).toEqual(['Tensor(float32 [2, 1])'])
  })
})
