import { beforeEach, describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/sequential.js'
import { subtract } from '../ops/subtract.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { F1Score } from './fBetaScore.js'
import { Metric } from './metric.js'
import type { MetricLike } from './names.js'

const silent = { verbose: 0 } as const
const x = [1, 2, 3, 4].map((value) => [value])
beforeEach(() => useExecutor(new ReferenceExecutor()))

/** A model of three classes, or of yes and no. */
function classifier(metric: MetricLike, units: 1 | 3 = 3) {
  const activation = units === 1 ? 'sigmoid' : 'softmax'
  const model = sequential([layers.input([1]), layers.dense(units, { activation })])
  model.compile({ loss: 'crossentropy', metrics: [metric] })
  return model
}

describe('an error in a metric', () => {
  it.each([
    ['mse', 'sparse_categorical_accuracy'],
    ['binary_accuracy', 'sparse_categorical_accuracy'],
    ['kl_divergence', 'sparse_categorical_accuracy'],
    ['cosine_similarity', 'sparse_categorical_accuracy'],
    ['hinge', 'sparse_categorical_accuracy'],
    ['categorical_crossentropy', 'sparse_categorical_crossentropy'],
    ['top_k_categorical_accuracy', 'sparse_top_k_categorical_accuracy'],
  ] as const)('names %s, the shapes, and %s', async (name, sparse) => {
    const error = await classifier(name)
      .fit(x, [0, 1, 2, 1], silent)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ShapeError)
    const { message } = error as Error
    expect(message).toMatch(new RegExp(`^metric '${name}': `))
    expect(message).toContain('y of shape [4] and predictions of shape [4, 3]')
    expect(message).toContain('utils.toCategorical(y, 3)')
    expect(message).toContain(`such as '${sparse}'`)
    await expect(classifier(name).evaluate(x, [0, 1, 2, 1], silent)).rejects.toThrow(`metric '${name}': `)
  })

  it('advises nothing where targets are no class numbers, and leaves alone what names the metric', async () => {
    class Wrong extends Metric {
      override updateState(): void {
        subtract([1, 2], [1, 2, 3])
      }

      override result() {
        return subtract(1, 0)
      }
    }
    await expect(classifier(new Wrong('wrong'), 1).fit(x, [0, 1, 0, 1], silent)).rejects.toThrow(
      /^metric 'wrong': subtract: .* It received y of shape \[4\] and predictions of shape \[4, 1\]\.$/,
    )
    await expect(classifier('precision').fit(x, [0, 1, 2, 1], silent)).rejects.toThrow(
      /^precision: expected labels and predictions of one shape/,
    )
  })

  it('of the F1 score says what shape labels of one output have', async () => {
    const labels = [0, 1, 0, 1]
    await expect(classifier('f1_score', 1).fit(x, labels, silent)).rejects.toThrow(
      /f1_score: .* Give labels of shape \[batch, 1\], such as y\.map\(\(label\) => \[label\]\)/,
    )
    await expect(classifier('f1_score').fit(x, labels, silent)).rejects.toThrow(/use utils\.toCategorical/)
    const columns = labels.map((label) => [label])
    const score = new F1Score({ threshold: 0.5 })
    expect(await classifier(score, 1).evaluate(x, columns, silent)).toHaveProperty('f1_score')
  })
})
