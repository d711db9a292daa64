import type { Tensor } from '../graph/tensor.js'
import type { Metric } from '../metrics/index.js'
import { compareAll, type Measurement, type Named } from './compare.js'
import { compareConfigs } from './configs.js'
import type { HostTensor } from './hostTensor.js'
import type { KerasObject } from './kerasObject.js'
import type { KerasPeer, Precision } from './kerasPeer.js'
import { runTraced } from './traced.js'

export interface MetricComparison {
  readonly keras: KerasObject
  readonly metric: Metric
  /** What each update is given: targets, predictions, weights. */
  readonly updates: readonly (readonly HostTensor[])[]
  /** Takes in one batch. Default: `updateState`. */
  readonly update?: (...inputs: Tensor[]) => void
  /** Whether configs are compared. Default: true. */
  readonly hasConfig?: boolean
}

interface Reply {
  readonly results: readonly HostTensor[]
}

/** Compares a metric's result after each of several updates, and its config. */
export async function compareMetric(peer: KerasPeer, comparison: MetricComparison): Promise<Measurement[]> {
  const { keras, metric, updates } = comparison
  const update =
    comparison.update ??
    ((yTrue: Tensor, yPred: Tensor, weights?: Tensor) => metric.updateState(yTrue, yPred, weights))
  const received: HostTensor[] = []
  for (const inputs of updates) {
    const [result] = await runTraced(inputs, (...parameters) => {
      ;(update as (...inputs: Tensor[]) => void)(...parameters)
      return [metric.result()]
    })
    received.push(result)
  }
  const request = { metric: keras, updates: updates.map((args) => ({ args })) }
  const ask = (precision: Precision) => peer.ask<Reply>('metric', request, precision)
  const named = (results: readonly HostTensor[]): Named =>
    Object.fromEntries(results.map((result, i) => [`result after ${i + 1} batches`, result]))
  const { results } = await ask('float32')
  const arbiter = async () => named((await ask('float64')).results)
  const measured = await compareAll(named(received), named(results), arbiter)
  return comparison.hasConfig === false ? measured : [...measured, await compareConfigs(peer, keras, metric)]
}
