import { NumericError } from '../../errors.js'
import type { TypedArray } from '../../graph/dtype.js'
import type { AnyModel } from '../model.js'
import { batchInputs } from '../stepBatch.js'
import type { FeedBatch } from '../supply.js'
import { howToGoOn, named, ownerOf } from './nonFinite.js'
import { type Findings, replay } from './replay.js'

/** Where training is; all counted from 0. */
export interface Place {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number | undefined
}

const ADVICE =
  'Usual causes: a learning rate that is too high (try a tenth), inputs that are not scaled (bytes need layers.rescaling(1 / 255)), or NaN ' +
  'in the data. The model is as it was before this batch.'

/**
 * What went wrong in a step in which the loss or a gradient was NaN or infinite: the step is computed once more, from the state
 * before it, which was kept, and each layer is looked at.
 */
export async function explainFailure(
  model: AnyModel,
  batch: FeedBatch,
  place?: Place,
): Promise<NumericError> {
  const found = await replay(model, batch)
  const where = place
    ? ` in epoch ${place.epoch + 1} of ${place.epochs}, batch ${place.step + 1}${place.steps === undefined ? '' : ` of ${place.steps}`}`
    : ''
  const what = Number.isFinite(found.loss)
    ? `gradients became NaN or infinite${where}, where the loss is ${found.loss}`
    : `the loss became ${found.loss}${where}`
  return new NumericError(
    `${model.title}: ${what}. ${causeOf(model, batch, found)} ${ADVICE} ${howToGoOn}`,
    found.loss,
  )
}

function causeOf(model: AnyModel, batch: FeedBatch, found: Findings): string {
  const { loss, weights, forward } = found
  const bad = badInput(batch)
  if (bad) return `The first thing in this batch that is not finite is in its data: ${bad}.`
  if (weights.length > 0) {
    return `Before this batch weights were not finite any more, first ${weights[0].name} of ${ownerOf(model, weights[0])}.`
  }
  if (forward) return `The first layer whose output is not finite is ${named(forward)}.`
  if (Number.isFinite(loss)) return gradientCause(found)
  return "All layers' outputs are finite: it is the loss itself that is not."
}

/** Gradients go backwards, so that the last layer in which they are not finite is where that began. */
function gradientCause({ backward, gradients }: Findings): string {
  const hint = 'Roots, norms, logarithms and quotients have infinite gradients at 0.'
  const weight = gradients.findLast((each) => !backward || backward.weights.includes(each))
  const what = weight ? ` for ${weight.name}` : ''
  if (backward)
    return `Going back from the loss, gradients are first not finite in layer ${named(backward)}${what}. ${hint}`
  return `No layer makes them so: those of the loss are not finite, or those that trainStep computes${what}. ${hint}`
}

/** The first of a batch's arrays that is not finite, and the sample. */
function badInput(batch: FeedBatch): string | undefined {
  const arrays = batch.again()
  const names = batchInputs(batch.types)
  for (const [i, array] of arrays.entries()) {
    const at = (array as TypedArray).findIndex((value: number) => !Number.isFinite(value))
    if (at < 0) continue
    const sample = Math.floor(at / (array.length / names[i].shape[0]))
    return `${names[i].name} holds ${array[at]} in sample ${sample} of the batch`
  }
  return undefined
}
