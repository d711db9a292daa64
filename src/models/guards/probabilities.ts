import { ArgumentError } from '../../errors.js'
import type { AnyModel } from '../model.js'
import type { ModelData } from '../modelData.js'
import { onFirstSamples } from './firstSamples.js'

/** How far rounding may carry a probability out of [0, 1]. */
const TOLERANCE = 1e-3

/** An output whose loss needs probabilities. */
interface Doubtful {
  readonly name: string
  readonly loss: string
  /** Which of the model's outputs. */
  readonly place: number
}

/** @throws ArgumentError if one of these outputs is no probability for one of the first samples */
export async function checkProbabilities(
  model: AnyModel,
  doubtful: readonly Doubtful[],
  data: ModelData,
): Promise<void> {
  const values = await onFirstSamples(model, data, (outputs) => doubtful.map(({ place }) => outputs[place]))
  doubtful.forEach(({ name, loss }, i) => {
    const strange = values[i].find((value: number) => value < -TOLERANCE || value > 1 + TOLERANCE)
    if (strange === undefined) return
    throw new ArgumentError(
      `${model.title}: the loss ${loss} needs probabilities, but the output '${name}' gives ${strange}. End the model with a softmax or sigmoid, ` +
        'or set fromLogits of the loss to true. (To allow it: compile({ guards: { outputs: false } }).)',
    )
  })
}
