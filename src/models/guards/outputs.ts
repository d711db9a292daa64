import { logitsOf } from '../../activations/logits.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { CompiledModel } from '../compiledModel.js'
import type { AnyModel } from '../model.js'
import type { ModelData } from '../modelData.js'
import type { Objective } from '../objective.js'
import { checkProbabilities } from './probabilities.js'

/** @throws ArgumentError if an output with a loss is a softmax over one unit: a constant, from which nothing can be learned */
export function checkSoftmax(title: string, objective: Objective, predictions: readonly Tensor[]): void {
  objective.outputs.forEach(({ name, loss }, i) => {
    if (!loss || predictions[i].shape.at(-1) !== 1 || !logitsOf(predictions[i], 'softmax')) return
    throw new ArgumentError(
      `${title}: the layer '${name}' ends with a softmax over 1 unit, which gives 1 for every input. End it with a sigmoid, or give it a unit for ` +
        'each class. (To allow it: compile({ guards: { outputs: false } }).)',
    )
  })
}

/**
 * Looks at the outputs for the first samples, once, where the loss needs probabilities and no softmax or sigmoid promises them.
 * @throws ArgumentError if they are something else, such as logits
 */
export async function checkOutputs(model: AnyModel, compiled: CompiledModel, data: ModelData): Promise<void> {
  const { objective, probe, outputsChecked } = compiled
  if (!objective || !probe || outputsChecked) return
  const doubtful = objective.outputs.flatMap(({ name, loss }, place) =>
    loss?.needsProbabilities && !isPromised(probe.outputs[place]) ? [{ name, loss: loss.name, place }] : [],
  )
  if (doubtful.length > 0) {
    await checkProbabilities(model, doubtful, data)
  }
  compiled.outputsChecked = true
}

/** Whether an activation sees to it that an output is a probability. */
const isPromised = (output: Tensor): boolean =>
  logitsOf(output, 'softmax') !== undefined || logitsOf(output, 'sigmoid') !== undefined
