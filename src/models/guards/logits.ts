import { logitsOf, type ProbabilityActivation } from '../../activations/logits.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Objective } from '../objective.js'

const activations: readonly ProbabilityActivation[] = ['softmax', 'sigmoid']

/**
 * @throws ArgumentError if a loss that expects logits is given probabilities, or a metric that needs probabilities stands
 * beside such a loss
 */
export function checkLogits(title: string, objective: Objective, predictions: readonly Tensor[]): void {
  objective.outputs.forEach(({ name, loss, metrics, weightedMetrics }, i) => {
    if (!loss?.expectsLogits) return
    const activation = activations.find((each) => logitsOf(predictions[i], each) !== undefined)
    if (activation !== undefined) {
      throw new ArgumentError(
        `${title}: the loss ${loss.name} expects logits, but the layer '${name}' ends with a ${activation}, so that it would be applied ` +
          `twice. Leave the activation out, or set fromLogits to false. (To allow it: compile({ guards: { logits: false } }).)`,
      )
    }
    const metric = [...metrics, ...weightedMetrics].find((each) => each.needsProbabilities)
    if (!metric) return
    throw new ArgumentError(
      `${title}: the metric ${metric.name} needs probabilities, but the loss ${loss.name} says that output '${name}' gives logits. Give the ` +
        'metric a form for logits (a threshold of 0, or fromLogits), or end the model with a softmax or sigmoid and set fromLogits of the ' +
        'loss to false. (To allow it: compile({ guards: { logits: false } }).)',
    )
  })
}
