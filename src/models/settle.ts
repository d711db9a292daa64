import type { Shape } from '../graph/shape.js'
import { inMetric } from '../metrics/callMetric.js'
import { allowsPadding as modelAllowsPadding } from './allowsPadding.js'
import type { CompiledModel } from './compiledModel.js'
import type { DataSource } from './dataSource.js'
import { checkLogits } from './guards/logits.js'
import { checkSoftmax } from './guards/outputs.js'
import type { AnyModel } from './model.js'
import type { Objective } from './objective.js'
import { type Probe, probe } from './probe.js'
import { sameFeeds } from './stepBatch.js'

/** A model's objective, and whether its batches may be filled up with copies. */
export interface Settled {
  readonly objective: Objective
  /** False where a layer, loss or metric looks at samples together. Losses are traced for it, which single steps need not pay for. */
  allowsPadding(): boolean
}

/** The arrays by which an objective is settled. */
interface Sample {
  readonly x: readonly DataSource[]
  readonly y: readonly (DataSource | undefined)[]
}

/**
 * The loss and metrics for these data, whose labels are all looked at once. Their forms are settled by the first labels
 * that fit, and anew when the model has other layers.
 * @throws GradusError saying what does not fit the loss or the model's output
 */
export function settle(model: AnyModel, compiled: CompiledModel, { x, y }: Sample): Settled {
  const { samples } = x[0]
  const { outputs: predictions, addsCoupledLosses } = probeFor(model, compiled, x)
  const shapes = predictions.map((output, i) => ({
    labels: y[i]?.shape,
    output: [samples, ...output.shape.slice(1)] as Shape,
  }))
  const objective = compiled.settled(model.outputPlaces, shapes)
  if (compiled.guards.labels) {
    objective.outputs.forEach(({ loss }, i) => {
      const labels = y[i]
      if (loss && labels) loss.checkLabels(labels, shapes[i].output)
    })
  }
  if (compiled.guards.logits) checkLogits(model.title, objective, predictions)
  if (compiled.guards.outputs) checkSoftmax(model.title, objective, predictions)
  compiled.objective = objective
  compiled.isSettled = true
  const couples = () =>
    objective.outputs.some(({ loss, metrics, weightedMetrics }, i) => {
      const labels = y[i]
      if (!labels) return false
      const target = { shape: [1, ...labels.shape.slice(1)], dtype: labels.dtype }
      const output = predictions[i]
      if (loss?.couplesSamples(target, output)) return true
      return [...metrics, ...weightedMetrics].some((metric) =>
        inMetric(metric, target, output, () => metric.couplesSamples(target, output)),
      )
    })
  const allowsPadding = () => !addsCoupledLosses && modelAllowsPadding(model) && !couples()
  return { objective, allowsPadding }
}

/** The model's outputs for one sample of such data, or for one batch of a size that is fixed; traced once for data of one shape. */
function probeFor(model: AnyModel, compiled: CompiledModel, x: readonly DataSource[]): Probe {
  const batch = model.fixedBatchSize ?? 1
  const types = x.map(({ shape, dtype }) => ({ shape: [batch, ...shape.slice(1)], dtype }))
  if (!compiled.probe || !sameFeeds(compiled.probe.types, types)) compiled.probe = probe(model, types)
  return compiled.probe
}
