import type { CallbackList } from '../../callbacks/callbackList.js'
import { NumericError } from '../../errors.js'
import type { TypedArray } from '../../graph/dtype.js'
import { getExecutor, readTensors } from '../../graph/executor.js'
import type { Tensor } from '../../graph/tensor.js'
import { trace } from '../../graph/trace.js'
import type { Variable } from '../../graph/variable.js'
import type { AnyLayer } from '../../layers/layer.js'
import { flatTensors } from '../../layers/tensors.js'
import { all } from '../../ops/all.js'
import { cast } from '../../ops/cast.js'
import { isFinite as isFiniteOp } from '../../ops/isFinite.js'
import type { AnyModel } from '../model.js'
import { trainingBody } from '../step.js'
import { batchInputs } from '../stepBatch.js'
import type { FeedBatch } from '../supply.js'

/** Where training is; all counted from 0. */
export interface Place {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number | undefined
}

const ADVICE =
  'Usual causes: a learning rate that is too high (try a tenth), inputs that are not scaled (bytes need layers.rescaling(1 / 255)), or NaN ' +
  'in the data. The model is as it was before this batch. (To go on regardless: compile({ guards: { nonFinite: false } }).)'

/**
 * What went wrong in a step whose loss was NaN or infinite: the step is computed once more, from the state before it, which was
 * kept, and each layer is looked at.
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
  return new NumericError(
    `${model.title}: the loss became ${found.loss}${where}. ${causeOf(model, batch, found, place)} ${ADVICE}`,
    found.loss,
  )
}

/** What a step that was computed once more shows. */
interface Findings {
  readonly loss: number
  /** The first layer to be done whose outputs are not finite. */
  readonly layer: AnyLayer | undefined
  /** The weights that were not finite before the step. */
  readonly weights: readonly Variable[]
}

async function replay(model: AnyModel, batch: FeedBatch): Promise<Findings> {
  const inputs = batchInputs(batch.types)
  const rates = model.optimizers.map((_, i) => ({ name: `rate_${i}`, shape: [], dtype: 'float32' }) as const)
  const seen: { readonly layer: AnyLayer; readonly flag: Tensor }[] = []
  const { weights } = model
  const { graph } = trace([...inputs, ...rates], (...tensors) => {
    // Before the step assigns new values.
    const states = weights.map((weight) => isAllFinite(weight.value()))
    const leave = (layer: AnyLayer, outputs: Parameters<typeof flatTensors>[0]) => {
      for (const output of flatTensors(outputs)) seen.push({ layer, flag: isAllFinite(output) })
    }
    const { losses } = trainingBody(model, batch.types, tensors, { leave })
    return [losses[0], ...losses.map(isAllFinite), ...seen.map(({ flag }) => flag), ...states]
  })
  // Nothing is assigned: the step only says what it would have computed.
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  const results = await program.run([...batch.again(), ...rates.map(() => new Float32Array(1))])
  const states = results.slice(results.length - weights.length)
  const flags = results.slice(results.length - weights.length - seen.length, results.length - weights.length)
  return {
    loss: results[0][0],
    layer: seen.find((_, i) => flags[i][0] === 0)?.layer,
    weights: weights.filter((_, i) => states[i][0] === 0),
  }
}

const isAllFinite = (values: Tensor): Tensor => all(isFiniteOp(cast(values, 'float32')))

function causeOf(model: AnyModel, batch: FeedBatch, { layer, weights }: Findings, place?: Place): string {
  const bad = badInput(batch)
  if (bad) return `The first thing in this batch that is not finite is in its data: ${bad}.`
  if (weights.length > 0)
    return gradientCause(model, weights, place && place.step > 0 ? `of batch ${place.step} ` : '')
  if (layer) return `The first layer whose output is not finite is '${layer.name}' (${layer.className}).`
  return "All layers' outputs are finite: it is the loss itself that is not."
}

/** Weights become NaN by their gradients, which go backwards: the last layer of them is where that began. */
function gradientCause(model: AnyModel, weights: readonly Variable[], when: string): string {
  const last = weights[weights.length - 1]
  const layer = model.sublayers().findLast((each) => each.weights.includes(last))
  const owner = layer ? `layer '${layer.name}' (${layer.className})` : model.title
  return `Before this batch, weights were not finite any more: the gradients ${when}were not, first those of ${owner}, for its weight ${last.name}.`
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

/**
 * After the last batch: whether its gradients left the weights finite, which no loss shows any more.
 * @throws NumericError if they did not, unless a callback takes it
 */
export async function checkWeights(model: AnyModel, callbacks: CallbackList): Promise<void> {
  const weights = model.trainableWeights
  if (weights.length === 0) return
  const flags = await readTensors(weights.map((weight) => isAllFinite(weight.value())))
  const bad = weights.filter((_, i) => flags[i][0] === 0)
  if (bad.length === 0) return
  const failure = new NumericError(
    `${model.title}: the loss is finite, but the last batch's gradients were not. ${gradientCause(model, bad, 'of the last batch ')} ${ADVICE}`,
  )
  if (!(await callbacks.takeFailure(failure))) throw failure
}
