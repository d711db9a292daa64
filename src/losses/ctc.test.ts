import { describe, expect, it } from 'vitest'
import { gradients } from '../ops/gradient.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { RandomStream } from '../utils/randomStream.js'
import { CTC, ctc } from './ctc.js'

const stream = new RandomStream(keyFromSeed(3))
const draw = (batch: number, time: number, classes: number): number[][][] =>
  Array.from({ length: batch }, () =>
    Array.from({ length: time }, () => Array.from({ length: classes }, () => Math.fround(stream.normal()))),
  )

/** Minus the logarithm of the summed probability of all paths that read as `labels`, each path looked at. */
function byEnumeration(labels: readonly number[], logits: readonly (readonly number[])[]): number {
  const wanted = labels.filter((label) => label !== 0).join()
  const probabilities = logits.map((row) => {
    const total = row.reduce((sum, x) => sum + Math.exp(x), 0)
    return row.map((x) => Math.exp(x) / total)
  })
  let total = 0
  const walk = (path: readonly number[], probability: number): void => {
    if (path.length < logits.length) {
      probabilities[path.length].forEach((p, label) => {
        walk([...path, label], probability * p)
      })
      return
    }
    const read = path.filter((label, i) => label !== 0 && label !== path[i - 1])
    if (read.join() === wanted) total += probability
  }
  walk([], 1)
  return -Math.log(total)
}

describe('ctc', () => {
  const labels = [
    [1, 2, 0],
    [1, 1, 0],
    [2, 1, 2],
    [0, 0, 0],
    [2, 0, 0],
  ]
  const logits = draw(5, 5, 3)

  it('sums over all paths', () => {
    expectNear(
      referenceValues(ctc(tensor(labels), tensor(logits))),
      labels.map((row, i) => byEnumeration(row, logits[i])),
    )
  })

  it('has the gradient of finite differences', () => {
    const x = tensor(logits)
    const loss = new CTC({ reduction: 'sum' })
    const analytic = referenceValues(gradients(loss.compute(tensor(labels), x), [x])[0])
    const step = 2 ** -10
    for (const [sample, time, label] of [
      [0, 0, 0],
      [1, 2, 1],
      [2, 4, 2],
      [3, 1, 2],
      [4, 3, 0],
    ]) {
      const at = (by: number) => {
        const row = logits[sample].with(
          time,
          logits[sample][time].with(label, logits[sample][time][label] + by),
        )
        return byEnumeration(labels[sample], row)
      }
      const numeric = (at(step) - at(-step)) / (2 * step)
      expect(analytic[(sample * 5 + time) * 3 + label]).toBeCloseTo(numeric, 5)
    }
  })

  it('is infinite for a sequence that does not fit', () => {
    // Two equal labels need a blank between them: three steps.
    expect(referenceValues(ctc(tensor([[1, 1]]), tensor(draw(1, 2, 3))))).toEqual([Number.POSITIVE_INFINITY])
    expect(referenceValues(ctc(tensor([[1, 2]]), tensor(draw(1, 2, 3))))[0]).toBeLessThan(100)
  })

  it('says which labels do not fit', () => {
    const check = (data: readonly number[], shape: readonly number[], output: readonly number[]) => () =>
      new CTC().checkLabels({ name: 'y', data: Float32Array.from(data), shape }, output)
    expect(check([1, 2, 1, 0], [2, 2], [2, 2, 3])).not.toThrow()
    expect(check([1, 2, 1, 1], [2, 2], [2, 2, 3])).toThrow(/sample 1 in y needs 3 steps .* the output has 2/)
    expect(check([1, 3], [1, 2], [1, 5, 3])).toThrow(/labels from 0 to 2 in y, received 3 in sample 0/)
    expect(check([1, 2], [2], [2, 5, 3])).toThrow(/expected labels \[batch, length\]/)
    expect(() => ctc(tensor([1]), tensor([[1]]))).toThrow(/expected labels \[batch, length\]/)
  })
})
