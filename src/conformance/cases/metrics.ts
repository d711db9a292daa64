import type { Tensor } from '../../graph/tensor.js'
import type { Mean, Metric } from '../../metrics/index.js'
import { compareFunction } from '../compareFunction.js'
import { compareMetric } from '../compareMetric.js'
import { findFunction, makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { floats, integers, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const samples = new Samples(8)

type Batch = readonly [yTrue: HostTensor, yPred: HostTensor]

const batches = (make: () => Batch): readonly Batch[] => [make(), make(), make()]

/** Three batches of targets and predictions of one kind. */
const data = {
  reals: batches(() => [samples.normal([8, 5]), samples.normal([8, 5])]),
  sequences: batches(() => [samples.normal([4, 3, 5]), samples.normal([4, 3, 5])]),
  positive: batches(() => [samples.uniform([8, 5], 0.1, 4), samples.uniform([8, 5], 0.1, 4)]),
  /** Targets that predictions resemble. */
  fitted: batches(() => fitted([32, 3])),
  classes: batches(() => [samples.labels([32, 1], 3), samples.labels([32, 1], 3)]),
  probabilities: batches(() => [samples.probabilities([8, 5]), samples.probabilities([8, 5])]),
  oneHot: batches(() => [samples.oneHot([32, 5]), samples.probabilities([32, 5])]),
  oneHotSequences: batches(() => [samples.oneHot([4, 3, 5]), samples.probabilities([4, 3, 5])]),
  oneHotLogits: batches(() => [samples.oneHot([8, 5]), samples.normal([8, 5], 3)]),
  binary: batches(() => [samples.bits([32, 1]), samples.uniform([32, 1])]),
  binaryVectors: batches(() => [samples.bits([32]), samples.uniform([32])]),
  multiLabel: batches(() => [samples.bits([32, 4]), samples.uniform([32, 4])]),
  binaryLogits: batches(() => [samples.bits([32, 1]), samples.normal([32, 1], 3)]),
  sparse: batches(() => [samples.labels([32], 5), samples.probabilities([32, 5])]),
  sparseColumn: batches(() => [samples.labels([32, 1], 5), samples.probabilities([32, 5])]),
  sparseLogits: batches(() => [samples.labels([8], 5), samples.normal([8, 5], 3)]),
  sparseSequences: batches(() => [samples.labels([4, 3], 5), samples.probabilities([4, 3, 5])]),
  signs: batches(() => [samples.signs([8, 5]), samples.normal([8, 5])]),
  /** Probabilities that stand exactly on thresholds, and are equal among each other. */
  ties: [
    [integers([6, 1], [0, 1, 1, 0, 1, 0]), floats([6, 1], [0, 0.5, 0.5, 0.5, 1, 1])],
    [integers([4, 1], [1, 0, 1, 0]), floats([4, 1], [0.25, 0.25, 0.75, 0.75])],
  ],
} satisfies Record<string, readonly Batch[]>

type DataName = keyof typeof data

function fitted(shape: readonly number[]): Batch {
  const yTrue = samples.normal(shape)
  const noise = samples.normal(shape, 0.3)
  return [
    yTrue,
    floats(
      shape,
      yTrue.data.map((value, i) => 0.8 * value + 0.1 + noise.data[i]),
    ),
  ]
}

/** A metric's result after each of several batches. */
function metricCase(name: string, on: DataName, settings: Settings, weighted: boolean): ConformanceCase {
  return {
    entries: [`metrics.${name}`],
    name: `${describe(name, settings)} of ${on}${weighted ? ', weighted' : ''}`,
    run: (peer) => {
      const keras = new KerasObject(`metrics.${name}`, settings)
      const random = new Samples(9)
      const updates = data[on].map((batch) => [
        ...batch,
        ...(weighted ? [random.uniform([batch[0].shape[0]], 0, 2)] : []),
      ])
      return compareMetric(peer, { keras, metric: makeObject(keras) as Metric, updates })
    },
  }
}

/** A metric of values alone: `Mean`, `Sum`. */
function valuesCase(name: string, weighted: boolean): ConformanceCase {
  return {
    entries: [`metrics.${name}`],
    name: `${name} of values${weighted ? ', weighted' : ''}`,
    run: (peer) => {
      const keras = new KerasObject(`metrics.${name}`, {})
      const metric = makeObject(keras) as Mean
      const random = new Samples(10)
      const updates = [1, 2, 3].map(() => [
        random.normal([7]),
        ...(weighted ? [random.uniform([7], 0, 2)] : []),
      ])
      const update = (values: Tensor, weights: Tensor) => metric.update(values, weights)
      return compareMetric(peer, { keras, metric, updates, update })
    },
  }
}

/** A metric by function: its value for each sample. */
function functionCase(name: string, on: DataName, settings: Settings): ConformanceCase {
  return {
    entries: [`metrics.${name}`],
    name: `${describe(name, settings)} of ${on}`,
    run: (peer) =>
      compareFunction(peer, {
        keras: new KerasObject(`metrics.${name}`),
        gradus: findFunction(`metrics.${name}`, settings) as (...inputs: Tensor[]) => Tensor,
        inputs: data[on][0],
        keywords: settings,
      }),
  }
}

type MetricRow = readonly [name: string, on: readonly DataName[], ...settings: Settings[]]

/** By default Keras counts in integers here, and cuts weights down to whole numbers. Gradus counts in float32. */
const floatCounts = { dtype: 'float32' }

const thresholds = [0.2, 0.5, 0.8]

const metrics: readonly MetricRow[] = [
  ['Accuracy', ['classes']],
  ['BinaryAccuracy', ['binary', 'multiLabel', 'ties'], {}, { threshold: 0.7 }],
  ['CategoricalAccuracy', ['oneHot', 'oneHotSequences']],
  ['SparseCategoricalAccuracy', ['sparse', 'sparseColumn', 'sparseSequences']],
  ['TopKCategoricalAccuracy', ['oneHot', 'oneHotSequences'], { k: 2 }, { k: 3 }],
  ['SparseTopKCategoricalAccuracy', ['sparse', 'sparseColumn', 'sparseSequences'], { k: 2 }, { k: 3 }],
  ['MeanSquaredError', ['reals', 'sequences']],
  ['RootMeanSquaredError', ['reals', 'sequences']],
  ['MeanAbsoluteError', ['reals', 'sequences']],
  ['MeanAbsolutePercentageError', ['positive']],
  ['MeanSquaredLogarithmicError', ['positive', 'reals']],
  ['LogCoshError', ['reals']],
  ['CosineSimilarity', ['reals', 'sequences'], {}, { axis: 1 }],
  ['R2Score', ['fitted'], {}, { class_aggregation: 'variance_weighted_average' }, { num_regressors: 2 }],
  ['R2Score', ['fitted'], { class_aggregation: null }],
  ['PearsonCorrelation', ['fitted', 'sequences'], {}],
  ['ConcordanceCorrelation', ['fitted', 'sequences'], {}],
  ['Hinge', ['signs', 'binary']],
  ['SquaredHinge', ['signs', 'binary']],
  ['CategoricalHinge', ['oneHot']],
  ['KLDivergence', ['probabilities', 'oneHot']],
  ['Poisson', ['positive']],
  ['BinaryCrossentropy', ['binary', 'multiLabel'], {}, { label_smoothing: 0.1 }],
  ['BinaryCrossentropy', ['binaryLogits'], { from_logits: true }],
  ['CategoricalCrossentropy', ['oneHot', 'oneHotSequences'], {}, { label_smoothing: 0.1 }],
  ['CategoricalCrossentropy', ['oneHotLogits'], { from_logits: true }],
  ['SparseCategoricalCrossentropy', ['sparse', 'sparseSequences']],
  ['SparseCategoricalCrossentropy', ['sparseLogits'], { from_logits: true }],
  ['TruePositives', ['binary', 'ties'], {}, { thresholds }],
  ['TrueNegatives', ['binary', 'ties'], {}, { thresholds }],
  ['FalsePositives', ['binary', 'ties'], {}, { thresholds }],
  ['FalseNegatives', ['binary', 'ties'], {}, { thresholds }],
  ['Precision', ['binary', 'multiLabel', 'ties'], {}, { thresholds }],
  ['Precision', ['oneHot'], { top_k: 2 }, { class_id: 1 }, { class_id: 1, top_k: 2 }],
  ['Recall', ['binary', 'multiLabel', 'ties'], {}, { thresholds }],
  ['Recall', ['oneHot'], { top_k: 2 }, { class_id: 1 }, { class_id: 1, top_k: 2 }],
  [
    'F1Score',
    ['oneHot', 'multiLabel'],
    {},
    { average: 'micro' },
    { average: 'macro' },
    { average: 'weighted' },
  ],
  ['F1Score', ['multiLabel'], { threshold: 0.5 }, { threshold: 0.4, average: 'macro' }],
  ['FBetaScore', ['oneHot'], { beta: 2.5 }, { average: 'micro', beta: 0.5 }],
  [
    'AUC',
    ['binary', 'binaryVectors', 'ties'],
    {},
    { curve: 'PR' },
    { summation_method: 'minoring' },
    { summation_method: 'majoring', curve: 'PR' },
    { thresholds },
    { num_thresholds: 20 },
  ],
  ['AUC', ['multiLabel'], {}, { multi_label: true, num_labels: 4 }],
  ['AUC', ['multiLabel'], { multi_label: true, num_labels: 4, label_weights: [0.1, 0.2, 0.3, 0.4] }],
  ['AUC', ['binaryLogits'], { from_logits: true }],
  ['PrecisionAtRecall', ['binary'], { recall: 0.6 }, { recall: 0.3, num_thresholds: 50 }],
  ['RecallAtPrecision', ['binary'], { precision: 0.6 }, { precision: 0.3, num_thresholds: 50 }],
  ['SensitivityAtSpecificity', ['binary'], { specificity: 0.6 }, { specificity: 0.3, num_thresholds: 50 }],
  ['SpecificityAtSensitivity', ['binary'], { sensitivity: 0.6 }, { sensitivity: 0.3, num_thresholds: 50 }],
  ['BinaryIoU', ['binary'], { ...floatCounts }, { ...floatCounts, target_class_ids: [1], threshold: 0.3 }],
  ['IoU', ['classes'], { ...floatCounts, num_classes: 3, target_class_ids: [0, 2] }],
  ['IoU', ['sparse'], { ...floatCounts, num_classes: 5, target_class_ids: [1], sparse_y_pred: false }],
  [
    'MeanIoU',
    ['classes'],
    { ...floatCounts, num_classes: 3 },
    { ...floatCounts, num_classes: 3, ignore_class: 1 },
  ],
  ['OneHotIoU', ['oneHot'], { ...floatCounts, num_classes: 5, target_class_ids: [0, 2] }],
  ['OneHotMeanIoU', ['oneHot'], { ...floatCounts, num_classes: 5 }],
]

/** Metrics of data for which Keras takes no weights `[batch]`. */
const unweighted: readonly MetricRow[] = [
  ['PearsonCorrelation', ['fitted', 'sequences'], { axis: 0 }],
  ['ConcordanceCorrelation', ['fitted', 'sequences'], { axis: 0 }],
  ['BinaryIoU', ['multiLabel'], { ...floatCounts }],
  ['OneHotIoU', ['oneHotSequences'], { ...floatCounts, num_classes: 5, target_class_ids: [0, 2] }],
  ['OneHotMeanIoU', ['oneHotSequences'], { ...floatCounts, num_classes: 5 }],
]

/** Metrics whose functions are not those of losses. */
const functions: readonly MetricRow[] = [
  ['binary_accuracy', ['binary', 'multiLabel'], {}, { threshold: 0.7 }],
  ['categorical_accuracy', ['oneHot', 'oneHotSequences']],
  ['sparse_categorical_accuracy', ['sparse', 'sparseColumn', 'sparseSequences']],
  ['top_k_categorical_accuracy', ['oneHot', 'oneHotSequences'], {}, { k: 2 }],
  ['sparse_top_k_categorical_accuracy', ['sparse', 'sparseSequences'], {}, { k: 2 }],
  ['pearson_correlation', ['fitted', 'sequences'], {}, { axis: 0 }],
  ['concordance_correlation', ['fitted', 'sequences'], {}, { axis: 0 }],
]

const settingsOf = (given: readonly Settings[]): readonly Settings[] => (given.length > 0 ? given : [{}])

export const metricSuite: Suite = {
  name: 'metrics',
  cases: [
    ...['Mean', 'Sum'].flatMap((name) => [valuesCase(name, false), valuesCase(name, true)]),
    ...metrics.flatMap(([name, on, ...given]) =>
      settingsOf(given).flatMap((settings) =>
        on.flatMap((kind) => [
          metricCase(name, kind, settings, false),
          metricCase(name, kind, settings, true),
        ]),
      ),
    ),
    ...unweighted.flatMap(([name, on, ...given]) =>
      given.flatMap((settings) => on.map((kind) => metricCase(name, kind, settings, false))),
    ),
    ...functions.flatMap(([name, on, ...given]) =>
      settingsOf(given).flatMap((settings) => on.map((kind) => functionCase(name, kind, settings))),
    ),
  ],
}
