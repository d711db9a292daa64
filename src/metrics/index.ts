// Functions of targets and predictions that are losses as well.
export { binaryCrossentropy } from '../losses/binaryCrossentropy.js'
export { binaryFocalCrossentropy } from '../losses/binaryFocalCrossentropy.js'
export { categoricalCrossentropy } from '../losses/categoricalCrossentropy.js'
export { categoricalFocalCrossentropy } from '../losses/categoricalFocalCrossentropy.js'
export { categoricalHinge } from '../losses/categoricalHinge.js'
export { hinge } from '../losses/hinge.js'
export { huber } from '../losses/huber.js'
export { klDivergence } from '../losses/klDivergence.js'
export { logCosh } from '../losses/logCosh.js'
export { meanAbsoluteError } from '../losses/meanAbsoluteError.js'
export { meanAbsolutePercentageError } from '../losses/meanAbsolutePercentageError.js'
export { meanSquaredError } from '../losses/meanSquaredError.js'
export { meanSquaredLogarithmicError } from '../losses/meanSquaredLogarithmicError.js'
export { poisson } from '../losses/poisson.js'
export { sparseCategoricalCrossentropy } from '../losses/sparseCategoricalCrossentropy.js'
export { squaredHinge } from '../losses/squaredHinge.js'
export {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  binaryAccuracy,
  CategoricalAccuracy,
  categoricalAccuracy,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
} from './accuracy.js'
export { AUC, type AUCCurve, type AUCOptions, type AUCSummation } from './auc.js'
export {
  type ConfusionCountOptions,
  FalseNegatives,
  FalsePositives,
  TrueNegatives,
  TruePositives,
} from './confusionCounts.js'
export { ConfusionMatrix, type ConfusionMatrixOptions } from './confusionMatrix.js'
export {
  ConcordanceCorrelation,
  type CorrelationOptions,
  concordanceCorrelation,
  PearsonCorrelation,
  pearsonCorrelation,
} from './correlation.js'
export { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from './fBetaScore.js'
export { getMetric as get, serializeMetric as serialize } from './get.js'
export { CategoricalHinge, Hinge, SquaredHinge } from './hinge.js'
export {
  BinaryIoU,
  type BinaryIoUOptions,
  IoU,
  type IoUOptions,
  MeanIoU,
  type MeanIoUOptions,
  OneHotIoU,
  type OneHotIoUOptions,
  OneHotMeanIoU,
  type OneHotMeanIoUOptions,
} from './iou.js'
export { Mean, MeanMetricWrapper, type MetricFunction } from './mean.js'
export { Metric, type MetricOptions } from './metric.js'
export type { MetricLike, MetricName } from './names.js'
export {
  type OperatingPointOptions,
  PrecisionAtRecall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
} from './operatingPoint.js'
export { Precision, type PrecisionRecallOptions, Recall } from './precisionRecall.js'
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  type CategoricalCrossentropyMetricOptions,
  type CrossentropyMetricOptions,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
  type SparseCrossentropyMetricOptions,
} from './probabilistic.js'
export { R2Score, type R2ScoreOptions } from './r2Score.js'
export {
  CosineSimilarity,
  type CosineSimilarityOptions,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  RootMeanSquaredError,
  RootMeanSquaredLogarithmicError,
} from './regression.js'
export { Sum } from './sum.js'
export {
  SparseTopKCategoricalAccuracy,
  type SparseTopKOptions,
  sparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  type TopKOptions,
  topKCategoricalAccuracy,
} from './topKAccuracy.js'
