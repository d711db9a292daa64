import { logitsOf } from '../../activations/logits.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { CompiledModel } from '../compiledModel.js'
import type { AnyModel } from '../model.js'
import type { ModelData } from '../modelData.js'
import type { Objective } from '../objective.js'
import { onFirstSamples } from './firstSamples.js'

/** How far rounding may carry a probability out of [0, 1]. */
const TOLERANCE = 1e-3

/** @throws ArgumentError if an output with a loss is a softmax over one unit: a constant, from which nothing can be learned */
export function checkSoftmax(title: string, objective: Objective, predictions: readonly Tensor[]): void {
  objective.outputs.forEach(({ name, loss }, i) => {
    if (!loss || predictions[i].shape.at(-1) !== 1 || !logitsOf(predictions[i], 'softmax')) return
    throw new ArgumentError(
      `${title}: the layer '${name}' ends with a softmax over 1 unit, which gives 1 for every input, so that nothing can be learned. End it with a ` +
        'sigmoid for two classes, and the loss binary_crossentropy, or give it a unit for each class. (To allow it: compile({ guards: { outputs: false } }).)',
    )
  })
}

/**
 * Looks at the outputs for the first samples, once, where the loss needs probabilities and no softmax or sigmoid promises them.
 * @throws ArgumentError if they are something else, such as logits
 */
export async function checkProbabilities(
  model: AnyModel,
  compiled: CompiledModel,
  data: ModelData,
): Promise<void> {
  const { objective, probe, outputsChecked } = compiled
  if (!objective || !probe || outputsChecked) return
  const asked = objective.outputs.flatMap(({ name, loss }, i) =>
    loss?.needsProbabilities && !isPromised(probe.outputs[i]) ? [{ name, loss, i }] : [],
  )
  const values =
    asked.length === 0 ? [] : await onFirstSamples(model, data, (outputs) => asked.map(({ i }) => outputs[i]))
  asked.forEach(({ name, loss }, k) => {
    const strange = values[k].find((value: number) => value < -TOLERANCE || value > 1 + TOLERANCE)
    if (strange === undefined) return
    throw new ArgumentError(
      `${model.title}: the loss ${loss.name} needs probabilities, from 0 to 1, but the output '${name}' gives ${Number(strange.toPrecision(4))}. End ` +
        'the model with a softmax (one class of many) or a sigmoid (yes or no), or, if these are logits, set fromLogits of the loss to true. ' +
        '(To allow it: compile({ guards: { outputs: false } }).)',
    )
  })
  compiled.outputsChecked = true
}

/** Whether an activation sees to it that an output is a probability. */
const isPromised = (output: Tensor): boolean =>
  logitsOf(output, 'softmax') !== undefined || logitsOf(output, 'sigmoid') !== undefined
