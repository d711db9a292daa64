import { describe, expect, it } from 'vitest'
import * as metrics from './index.js'

const options: Readonly<Record<string, unknown>> = {
  ...{ IoU: { numClasses: 2, targetClassIds: [1] }, OneHotIoU: { numClasses: 2, targetClassIds: [1] } },
  ...{ MeanIoU: { numClasses: 2 }, OneHotMeanIoU: { numClasses: 2 } },
  ...{ SensitivityAtSpecificity: 0.5, SpecificityAtSensitivity: 0.5 },
  ...{ PrecisionAtRecall: 0.5, RecallAtPrecision: 0.5 },
}
const classes = new Map<string, unknown>(Object.entries(metrics))
const directionOf = (name: string) => {
  const type = classes.get(name) as new (option?: unknown) => metrics.Metric
  return new type(options[name]).direction
}

/** As Keras 3.15.1 has it in `_direction`. */
describe('more of a metric is', () => {
  it.each([
    ...['Accuracy', 'BinaryAccuracy', 'CategoricalAccuracy', 'SparseCategoricalAccuracy'],
    ...['TopKCategoricalAccuracy', 'SparseTopKCategoricalAccuracy', 'AUC', 'Precision', 'Recall'],
    ...['SensitivityAtSpecificity', 'SpecificityAtSensitivity', 'PrecisionAtRecall', 'RecallAtPrecision'],
    ...['FBetaScore', 'F1Score', 'IoU', 'BinaryIoU', 'MeanIoU', 'OneHotIoU', 'OneHotMeanIoU'],
    ...['CosineSimilarity', 'R2Score', 'PearsonCorrelation', 'ConcordanceCorrelation'],
  ])('better: %s', (name) => expect(directionOf(name)).toBe('up'))

  it.each([
    ...[
      'MeanSquaredError',
      'MeanAbsoluteError',
      'MeanAbsolutePercentageError',
      'MeanSquaredLogarithmicError',
    ],
    ...['RootMeanSquaredError', 'RootMeanSquaredLogarithmicError', 'LogCoshError'],
    ...['Hinge', 'SquaredHinge', 'CategoricalHinge', 'KLDivergence', 'Poisson'],
    ...['BinaryCrossentropy', 'CategoricalCrossentropy', 'SparseCategoricalCrossentropy'],
  ])('worse: %s', (name) => expect(directionOf(name)).toBe('down'))

  it.each([
    ...['Mean', 'Sum', 'TruePositives', 'TrueNegatives', 'FalsePositives', 'FalseNegatives'],
    'ConfusionMatrix',
  ])('neither: %s', (name) => expect(directionOf(name)).toBeUndefined())
})
