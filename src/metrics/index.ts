export { meanSquaredError } from '../losses/meanSquaredError.js'
export {
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  binaryAccuracy,
  CategoricalAccuracy,
  categoricalAccuracy,
  type MetricOptions,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
} from './accuracy.js'
export { getMetric as get, type MetricLike, type MetricName, serializeMetric as serialize } from './get.js'
export { Mean, type MetricFunction } from './mean.js'
export { MeanSquaredError } from './meanSquaredError.js'
export { Metric } from './metric.js'
