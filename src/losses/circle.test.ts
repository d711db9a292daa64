import { describe, expect, it } from 'vitest'
import { gradients } from '../ops/gradient.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { expectNear } from '../testing/runLossTest.js'
import { Circle, circle } from './circle.js'

/** Points of the unit circle. */
const embeddings = [0, 0.25, 1.5, 2, 1.75].map((angle) => [
  Math.fround(Math.cos(angle)),
  Math.fround(Math.sin(angle)),
])
const labels = [1, 1, 2, 1, 2]

/** The loss in the similarities of the paper, s = 1 - d. */
function expectedCircle(gamma: number, margin: number): number[] {
  return labels.map((label, i) => {
    let [positives, negatives] = [0, 0]
    labels.forEach((other, j) => {
      const similarity = Math.min(
        1,
        embeddings[i][0] * embeddings[j][0] + embeddings[i][1] * embeddings[j][1],
      )
      if (other !== label) {
        const weight = Math.max(similarity + margin, 0)
        negatives += Math.exp(gamma * weight * (similarity - margin))
      } else if (i !== j) {
        const weight = Math.max(1 + margin - similarity, 0)
        positives += Math.exp(-gamma * weight * (similarity - (1 - margin)))
      }
    })
    return Math.log(1 + positives * negatives)
  })
}

describe('circle', () => {
  it("is the paper's loss", () => {
    for (const [gamma, margin] of [
      [80, 0.4],
      [2, 0.25],
    ]) {
      expectNear(
        referenceValues(circle(tensor(labels), tensor(embeddings), { gamma, margin })),
        expectedCircle(gamma, margin),
      )
    }
  })

  it('leaves samples without a loss out of the mean', () => {
    // The third class has one sample, and so no positive.
    const y = tensor([[1], [1], [3]])
    const x = tensor([
      [1, 0],
      [0.6, 0.8],
      [0, 1],
    ])
    const loss = new Circle({ gamma: 2 })
    const [a, b, alone] = referenceValues(loss.call(y, x))
    expect(alone).toBe(0)
    expectNear(referenceValues(loss.compute(y, x)), [(a + b) / 2])
    expect(referenceValues(gradients(loss.compute(y, x), [x])[0]).every(Number.isFinite)).toBe(true)
  })

  it('compares with other embeddings', () => {
    const values = circle(tensor(labels), tensor(embeddings), {
      gamma: 2,
      margin: 0.25,
      refLabels: tensor(labels),
      refEmbeddings: tensor(embeddings),
    })
    expectNear(referenceValues(values), expectedCircle(2, 0.25))
  })

  it('counts a sample among its positives if asked to', () => {
    const x = tensor([
      [1, 0],
      [0, 1],
    ])
    const [first] = referenceValues(
      circle(tensor([0, 1]), x, { gamma: 1, margin: 0.25, removeDiagonal: false }),
    )
    // The positive is the sample itself (d = 0), the negative is at a right angle (d = 1).
    expect(first).toBeCloseTo(Math.log(1 + Math.exp(-0.25 * 0.25) * Math.exp(0.25 * -0.25)), 6)
  })

  it('refuses labels that are no classes', () => {
    const check = (data: readonly number[], shape: readonly number[], output: readonly number[]) => () =>
      new Circle().checkLabels({ name: 'y', data: Float32Array.from(data), shape }, output)
    expect(check([3, -1], [2], [2, 8])).not.toThrow()
    expect(check([0.5, 1], [2], [2, 8])).toThrow(/expected class numbers in y, received 0.5 in sample 0/)
    expect(check([0, 1, 1, 0], [2, 2], [2, 2])).toThrow(/expected class numbers \[batch\]/)
  })
})
