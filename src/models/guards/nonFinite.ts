import type { CallbackList } from '../../callbacks/callbackList.js'
import { NumericError } from '../../errors.js'
import { readTensors } from '../../graph/executor.js'
import type { Variable } from '../../graph/variable.js'
import type { AnyLayer } from '../../layers/layer.js'
import type { AnyModel } from '../model.js'
import { healthOf } from './standStill.js'

/** What errors about numbers that are not finite end with. */
export const howToGoOn = '(To go on regardless: compile({ guards: { nonFinite: false } }).)'

/**
 * After the last batch: whether its update left the weights finite, which no loss shows any more.
 * @throws NumericError if they did not, unless a callback takes it
 */
export async function checkWeights(model: AnyModel, callbacks: CallbackList): Promise<void> {
  const weights = model.trainableWeights
  if (weights.length === 0) return
  const flags = await readTensors(weights.map((weight) => healthOf([weight.value()])))
  const bad = weights.find((_, i) => flags[i][0] === 0)
  if (!bad) return
  const failure = new NumericError(
    `${model.title}: loss and gradients are finite, but the last batch's update was too large: weights are not finite any more, first ` +
      `${bad.name} of ${ownerOf(model, bad)}. Lower the learning rate. ${howToGoOn}`,
  )
  if (!(await callbacks.takeFailure(failure))) throw failure
}

/** A layer in an error. */
export const named = ({ name, className }: AnyLayer) => `'${name}' (${className})`

/** Whose a weight is. */
export function ownerOf(model: AnyModel, weight: Variable): string {
  const layer = model.sublayers().findLast((each) => each.weights.includes(weight))
  return layer ? `layer ${named(layer)}` : model.title
}
