import { beforeAll, describe, expect, it } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { valueAfter } from '../testing/runMetricTest.js'
import { getMetric } from './get.js'
import * as metrics from './index.js'
import type { MetricLike } from './names.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

describe('getMetric', () => {
  const form = (name: MetricLike, y: readonly number[] = [8, 3], p: readonly number[] = [8, 3]) => {
    const metric = getMetric(name, y, p)
    return [metric.className, metric.name]
  }

  it("chooses the form of 'accuracy' by shapes, and keeps the name given", () => {
    expect(form('accuracy', [8], [8, 1])).toEqual(['BinaryAccuracy', 'accuracy'])
    expect(form('accuracy', [8, 10], [8, 10])).toEqual(['CategoricalAccuracy', 'accuracy'])
    expect(form('acc', [8], [8, 10])).toEqual(['SparseCategoricalAccuracy', 'acc'])
    expect(form('acc', [8, 1], [8, 10])).toEqual(['SparseCategoricalAccuracy', 'acc'])
  })

  it('takes short names and class names, which become keys in logs', () => {
    expect(form('mse')).toEqual(['MeanSquaredError', 'mse'])
    expect(form('MAPE')).toEqual(['MeanAbsolutePercentageError', 'MAPE'])
    expect(form('rmse')).toEqual(['RootMeanSquaredError', 'rmse'])
    expect(form('auc')).toEqual(['AUC', 'auc'])
    expect(form('AUC')).toEqual(['AUC', 'AUC'])
    expect(form('Precision')).toEqual(['Precision', 'Precision'])
    expect(form('f1_score')).toEqual(['F1Score', 'f1_score'])
  })

  it('makes every class by its name or its config', () => {
    const classes = Object.keys(metrics).filter(
      (name) => /^[A-Z]/.test(name) && !['Metric', 'MeanMetricWrapper', 'Accuracy'].includes(name),
    )
    expect(classes.length).toBe(45)
    const needOptions = classes.filter((name) => {
      try {
        expect(form(name as MetricLike)).toEqual([name, name])
        return false
      } catch (error) {
        expect(String(error)).toMatch(`'${name}' needs options. Write new metrics.${name}(`)
        return true
      }
    })
    expect(needOptions.sort()).toEqual([
      'IoU',
      'MeanIoU',
      'OneHotIoU',
      'OneHotMeanIoU',
      'PrecisionAtRecall',
      'RecallAtPrecision',
      'SensitivityAtSpecificity',
      'SpecificityAtSensitivity',
    ])
    const saved = { class_name: 'Accuracy', config: { name: 'same', dtype: 'float32' } }
    expect(getMetric(saved as never, [1], [1]).getConfig()).toEqual(saved.config)
  })

  it('takes functions', async () => {
    const firstColumn = (_: Tensor, yPred: Tensor) => yPred
    const metric = getMetric(firstColumn, [2, 1], [2, 1])
    expect(metric.name).toBe('first_column')
    expect(
      await valueAfter(metric, [
        [[0], [0]],
        [[1], [3]],
      ]),
    ).toEqual([2])
    expect(form(metrics.huber)).toEqual(['MeanMetricWrapper', 'huber'])
  })

  it('suggests the nearest name', () => {
    expect(() => form('acuracy' as MetricLike)).toThrow(/Did you mean 'accuracy'/)
    expect(() => form('f1score' as MetricLike)).toThrow(/Did you mean 'f1_score'/)
    expect(() => form(7 as never)).toThrow(/expected names such as 'accuracy'.*received 7/)
  })

  it('knows which metrics need probabilities', () => {
    const needing = (...list: metrics.Metric[]) => list.map((metric) => metric.needsProbabilities)
    expect(
      needing(
        new metrics.AUC(),
        new metrics.Precision(),
        new metrics.BinaryAccuracy(),
        new metrics.KLDivergence(),
        new metrics.BinaryCrossentropy(),
      ),
    ).toEqual([true, true, true, true, true])
    expect(
      needing(
        new metrics.AUC({ fromLogits: true }),
        new metrics.Precision({ topK: 1 }),
        new metrics.BinaryAccuracy({ threshold: 0 }),
        new metrics.CategoricalAccuracy(),
        new metrics.F1Score(),
        new metrics.BinaryCrossentropy({ fromLogits: true }),
        new metrics.MeanSquaredError(),
      ),
    ).toEqual([false, false, false, false, false, false, false])
  })
})
