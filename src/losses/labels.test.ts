import { describe, expect, it } from 'vitest'
import * as losses from './index.js'

const check = (
  loss: losses.Loss,
  data: readonly number[],
  shape: readonly number[],
  output: readonly number[],
) => {
  return () => loss.checkLabels({ name: 'y', data: Float32Array.from(data), shape }, output)
}

describe('label checks', () => {
  const [categorical, sparse] = [
    new losses.CategoricalCrossentropy(),
    new losses.SparseCategoricalCrossentropy(),
  ]
  const [binary, squared] = [new losses.BinaryCrossentropy(), new losses.MeanSquaredError()]

  it('pass what fits', () => {
    expect(check(categorical, [0, 1, 1, 0], [2, 2], [2, 2])).not.toThrow()
    expect(check(sparse, [0, 2], [2], [2, 3])).not.toThrow()
    expect(check(sparse, [0, 2], [2, 1], [2, 3])).not.toThrow()
    expect(check(binary, [0, 1], [2], [2, 1])).not.toThrow()
    expect(check(squared, [5, -7], [2], [2, 1])).not.toThrow()
    expect(check(new losses.Hinge(), [1, -1], [2], [2, 1])).not.toThrow()
    expect(check(new losses.SquaredHinge(), [1, 0], [2], [2, 1])).not.toThrow()
    expect(check(new losses.KLDivergence(), [0.25, 0.75], [1, 2], [1, 2])).not.toThrow()
  })

  it('tell one-hot from class numbers', () => {
    expect(check(categorical, [1, 0], [2], [2, 3])).toThrow(
      /looks like class numbers. Use .*sparse_cat.*toCategorical\(y, 3\)/,
    )
    expect(check(new losses.CategoricalHinge(), [1, 0], [2], [2, 3])).toThrow(
      /looks like class numbers. Use utils.toCategorical\(y, 3\)/,
    )
    expect(check(sparse, [0, 1, 1, 0], [2, 2], [2, 2])).toThrow(
      /looks one-hot. Use the loss categorical_crossentropy/,
    )
    expect(check(new losses.CategoricalGeneralizedCrossEntropy(), [0, 1, 1, 0], [2, 2], [2, 2])).toThrow(
      /looks one-hot. Give class numbers/,
    )
  })

  it('say where a layer is missing, if labels have fewer axes than outputs', () => {
    expect(check(sparse, [0, 1], [2], [2, 6, 6, 3])).toThrow(
      /expected class numbers of shape \[2, 6, 6\].*received y of shape \[2\]\. For one label for each sample, put layers\.flatten\(\)/,
    )
    expect(check(sparse, [0, 1, 2], [3], [2, 3])).toThrow(/received y of shape \[3\]\.$/)
  })

  it('find a single unit where there are classes', () => {
    const said = /last layer has 1 unit, so there is only class 0.*as many units.*binary_crossentropy/
    expect(check(sparse, [0, 1], [2], [2, 1])).toThrow(said)
    for (const loss of [
      categorical,
      new losses.CategoricalFocalCrossentropy(),
      new losses.CategoricalHinge(),
    ]) {
      expect(check(loss, [0, 1], [2], [2, 1])).toThrow(said)
      expect(check(loss, [0, 1], [2, 1], [2, 1])).toThrow(said)
    }
  })

  it('find labels out of range and say where', () => {
    expect(check(sparse, [0, 3], [2], [2, 3])).toThrow(/from 0 to 2 in y, received 3 in sample 1/)
    expect(check(sparse, [-1, 0], [2], [2, 3])).toThrow(/received -1 in sample 0/)
    expect(check(sparse, [0.5, 0], [2], [2, 3])).toThrow(/whole numbers.*mean_squared_error/)
    expect(check(sparse, [0, 0, 0, 7], [2, 2], [2, 2, 3])).toThrow(/received 7 in sample 1/)
    expect(check(categorical, [0, 1, 2, 0], [2, 2], [2, 2])).toThrow(/received 2 in sample 1/)
    expect(check(binary, [0, 2], [2], [2, 1])).toThrow(/received 2 in sample 1/)
    expect(check(binary, [0, Number.NaN], [2], [2, 1])).toThrow(/received NaN in sample 1/)
    expect(check(new losses.Hinge(), [1, 0.5], [2], [2, 1])).toThrow(/-1 and 1.*received 0.5 in sample 1/)
  })

  it('let a class through that is ignored', () => {
    const ignoring = new losses.SparseCategoricalCrossentropy({ ignoreClass: 255 })
    expect(check(ignoring, [0, 255], [2], [2, 3])).not.toThrow()
    expect(check(ignoring, [0, 254], [2], [2, 3])).toThrow(/received 254 in sample 1/)
  })

  it('look along the axis of classes', () => {
    const first = new losses.CategoricalCrossentropy({ axis: 1 })
    expect(check(first, [0, 1, 1, 0, 1, 0], [1, 3, 2], [1, 3, 2])).not.toThrow()
    expect(check(first, [0, 1], [1, 1, 2], [1, 3, 2])).toThrow(/toCategorical\(y, 3\)/)
    const sparseFirst = new losses.SparseCategoricalCrossentropy({ axis: 1 })
    expect(check(sparseFirst, [0, 2], [1, 2], [1, 3, 2])).not.toThrow()
    expect(check(sparseFirst, [0, 3], [1, 2], [1, 3, 2])).toThrow(/from 0 to 2/)
  })

  it('compare shapes', () => {
    expect(check(squared, [1, 2, 3, 4], [2, 2], [2, 3])).toThrow(
      /y has shape \[2, 2\], the model's output \[2, 3\]/,
    )
    expect(check(sparse, [0, 1], [2], [2, 1])).toThrow(/last layer has 1 unit/)
    expect(check(sparse, [0, 1, 2], [3], [2, 3])).toThrow(/expected class numbers of shape \[2\]/)
  })
})
