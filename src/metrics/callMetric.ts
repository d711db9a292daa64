import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { expectTensor } from '../utils/expectTensor.js'
import { ignoreRejections } from '../utils/ignoreRejections.js'
import { requireMethod } from '../utils/requireMethod.js'
import type { Metric } from './metric.js'

const titleOf = ({ name }: Metric): string => `metric '${name}'`

/**
 * Takes a batch into a metric.
 * @throws ArgumentError if the metric's class has no `updateState`, or one that waits
 */
export function updateMetric(metric: Metric, yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): void {
  const form = 'updateState(yTrue, yPred, sampleWeight)'
  requireMethod(metric, titleOf(metric), form, 'takes in a batch')
  const given: unknown = metric.updateState(yTrue, yPred, sampleWeight)
  if (!(given instanceof Promise)) return
  ignoreRejections([given])
  throw new ArgumentError(
    `${titleOf(metric)}: expected updateState to be done when it returns, received a Promise. A metric cannot wait for values: compute with ops.`,
  )
}

/**
 * A metric's value.
 * @throws ArgumentError if the metric's class has no `result`, or it gives no tensor
 */
export function resultOf(metric: Metric): Tensor {
  requireMethod(metric, titleOf(metric), 'result()', 'gives the value')
  return expectTensor(metric.result(), titleOf(metric), 'result')
}
