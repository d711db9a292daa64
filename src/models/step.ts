import { ArgumentError, StateError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { type Trace, type TraceInput, trace } from '../graph/trace.js'
import { type CallObserver, inContext } from '../layers/callContext.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import { resultOf, updateMetric } from '../metrics/callMetric.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { ignoreRejections } from '../utils/ignoreRejections.js'
import { show } from '../utils/show.js'
import { pack } from '../utils/structure.js'
import { healthOf, StandStill } from './guards/standStill.js'
import type { AnyModel, Model, StepLogs } from './model.js'
import { requirePlaces } from './places.js'
import { type BatchTypes, batchInputs, type FeedType, StepBatch } from './stepBatch.js'
import { TrainingStep, type WeightGradient } from './trainingStep.js'
import { weightPlaces } from './weightPaths.js'

/** What a training step computes. */
interface TrainingBody {
  readonly logs: StepLogs
  /** The losses that it makes smaller. */
  readonly losses: readonly Tensor[]
  readonly gradients: readonly WeightGradient[]
}

/** A traced step, and what its results are called. */
export interface NamedTrace {
  readonly trace: Trace
  /** The keys of the logs, in alphabetical order; of a training step they come after its health. */
  readonly keys: readonly string[]
}

type OpenModel = Model<Tensors, Tensors>

const scalar = (name: string): TraceInput => ({ name, shape: [], dtype: 'float32' })
const open = (model: AnyModel) => model as unknown as OpenModel

/**
 * A training step: forward pass, loss, gradients, the optimizer's update and the metrics, all in one.
 * Inputs: the batch, the learning rate of each optimizer. Results: its health, 1 if all losses are finite, else 0; then the logs.
 * With the guard against NaN, gradients count as losses do, and a step that is not healthy changes nothing, nor do those after it
 * until it is allowed again.
 */
export function traceTrainStep(model: AnyModel, types: BatchTypes): NamedTrace {
  requireFloat32(model)
  const { compiled, halt } = model.runState
  const standStill = compiled?.guards.nonFinite ? new StandStill(halt) : undefined
  const inputs = batchInputs(types)
  const optimizers = model.optimizers
  const rates = optimizers.map((_, i) => scalar(i === 0 ? 'learning_rate' : `learning_rate_${i}`))
  let keys: readonly string[] = []
  const traced = trace([...inputs, ...rates], (...tensors) => {
    const body = () => trainingBody(model, types, tensors, { standStill })
    const { logs, losses } = standStill?.during(body) ?? body()
    keys = Object.keys(logs)
    return [standStill?.health(losses) ?? healthOf(losses), ...Object.values(logs)]
  })
  return { trace: standStill?.finish(traced) ?? traced, keys }
}

/** @throws StateError for weights of other types, which come from files: steps in float32 would not be those of Keras */
function requireFloat32(model: AnyModel): void {
  const place = weightPlaces(model).find(({ type }) => type !== 'float32')
  if (!place) return
  throw new StateError(
    `${place.layer.title}: its weights are ${place.type} in the file that it is from. Gradus predicts with such a model, but trains in ` +
      "float32 only. Load it with { dtypePolicy: 'float32' }, which makes the weights float32 for good.",
  )
}

/**
 * The computation of a training step, inside a trace: its logs, losses and gradients.
 * @param tensors the batch, then the learning rate of each optimizer
 */
export function trainingBody(
  model: AnyModel,
  types: BatchTypes,
  tensors: readonly Tensor[],
  { observer, standStill }: { readonly observer?: CallObserver; readonly standStill?: StandStill } = {},
): TrainingBody {
  const { random } = model.runState
  const { length } = batchInputs(types)
  const batch = new StepBatch(types, tensors.slice(0, length), requirePlaces(model))
  const rates = new Map(model.optimizers.map((optimizer, i) => [optimizer, tensors[length + i]]))
  const step = new TrainingStep(model.title, rates, () => model.trainableWeights, standStill)
  const keys = random.keysForStep()
  const context = { training: true, random: keys, losses: batch.losses, observer }
  const logs = checkLogs(
    inContext(context, () => open(model).trainStep(batch, step)),
    `${model.title}: expected trainStep`,
  )
  keys.finish()
  const losses = step.losses.length > 0 ? step.losses : Object.values(logs)
  return { logs, losses, gradients: step.gradients }
}

/**
 * A test step: forward pass in inference, loss and metrics.
 * Inputs: the batch, and how many of its samples count where the others are padding. Results: the logs.
 */
export function traceTestStep(model: AnyModel, types: BatchTypes, isPadded: boolean): NamedTrace {
  const inputs = batchInputs(types)
  let keys: readonly string[] = []
  const traced = trace([...inputs, ...(isPadded ? [scalar('samples')] : [])], (...tensors) => {
    const samples = isPadded ? tensors[inputs.length] : undefined
    const batch = new StepBatch(types, tensors, requirePlaces(model), samples)
    const logs = checkLogs(
      infer(model, batch, () => open(model).testStep(batch)),
      `${model.title}: expected testStep`,
    )
    keys = Object.keys(logs)
    return Object.values(logs)
  })
  return { trace: seeded(model, traced), keys }
}

/** The model's outputs in inference, in order. Inputs: those of the model. */
export function tracePredictStep(model: AnyModel, x: readonly FeedType[]): NamedTrace {
  const inputs = batchInputs({ x, y: [], weights: [] })
  const traced = trace(inputs, (...tensors) => {
    const { inputs: places } = requirePlaces(model)
    const given = pack(tensors, places.layout)
    return flatTensors(infer(model, undefined, () => open(model).predictStep(given)))
  })
  return { trace: seeded(model, traced), keys: [] }
}

/** A step of inference, with a key where something in it is random, as dropout is that is told to drop. */
function seeded({ runState: { random } }: AnyModel, traced: Trace): Trace {
  if (random.variables.some((variable) => traced.assignments.has(variable))) random.ensureSeeded()
  return traced
}

/**
 * A step's logs in alphabetical order, as in Keras: `accuracy` before `loss`.
 * @throws ArgumentError unless a step gave tensors under their keys
 */
function checkLogs(logs: unknown, subject: string): StepLogs {
  if (typeof logs === 'object' && logs !== null) {
    const entries = Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1))
    if (entries.length > 0 && entries.every(([, value]) => value instanceof Tensor))
      return Object.fromEntries(entries)
  }
  ignoreRejections([logs, ...Object.values(logs ?? {})])
  throw new ArgumentError(
    `${subject} to give tensors under their keys, such as { loss }, received ${show(logs)}.`,
  )
}

function infer<T>(model: AnyModel, batch: StepBatch<Tensors, Tensors> | undefined, body: () => T): T {
  const keys = model.runState.random.keysForStep()
  const result = inContext({ training: false, random: keys, losses: batch?.losses }, body)
  keys.finish()
  return result
}

/** @throws ArgumentError for targets or samples in the place of the batch, as Keras's methods take them */
function checkArguments(model: AnyModel, form: string, batch: unknown, predictions: unknown): void {
  if (batch instanceof StepBatch && typeof predictions === 'object' && predictions !== null) return
  throw new ArgumentError(
    `${model.title}: expected ${form} with the batch that the step was given and what the model gave for batch.x, received ` +
      `${show(batch)} and ${show(predictions)}. The batch holds x, y and the weights of samples.`,
  )
}

/** What `Model.computeLoss` does unless it is overridden. */
export function defaultLoss(
  model: AnyModel,
  batch: StepBatch<Tensors, Tensors>,
  predictions: Tensors,
): Tensor {
  checkArguments(model, 'computeLoss(batch, predictions)', batch, predictions)
  const outputs = flatTensors(predictions)
  const losses = (model.runState.compiled?.objective?.outputs ?? []).flatMap(
    ({ loss, lossWeight, lossTracker }, i) => {
      const target = batch.targets[i]
      if (!loss || !target) return []
      const weights = { sampleWeight: batch.sampleWeight(i), samples: batch.countedSamples }
      const value = loss.compute(target, outputs[i], weights)
      lossTracker?.update(value, batch.samples)
      return [lossWeight ? multiply(value, lossWeight.value()) : value]
    },
  )
  const terms = [...losses, ...batch.losses.terms, ...model.regularizationLosses()]
  if (terms.length === 0) {
    throw new StateError(
      `${model.title}: there is no loss to make smaller. Give one in model.compile({ loss }), together with labels, or add one with ` +
        'addLoss in a layer.',
    )
  }
  return terms.reduce((a, b) => add(a, b))
}

/** What `Model.computeMetrics` does unless it is overridden. */
export function defaultMetrics(
  model: AnyModel,
  batch: StepBatch<Tensors, Tensors>,
  predictions: Tensors,
  loss: Tensor,
): StepLogs {
  checkArguments(model, 'computeMetrics(batch, predictions, loss)', batch, predictions)
  const objective = model.runState.compiled?.objective
  if (!objective) return { loss }
  const outputs = flatTensors(predictions)
  objective.lossTracker.update(loss, batch.samples)
  objective.outputs.forEach(({ metrics, weightedMetrics }, i) => {
    const target = batch.targets[i]
    if (!target) return
    for (const metric of metrics) updateMetric(metric, target, outputs[i], batch.sampleMask)
    for (const metric of weightedMetrics) updateMetric(metric, target, outputs[i], batch.sampleWeight(i))
  })
  return Object.fromEntries(objective.trackers.map(({ key, metric }) => [key, resultOf(metric)]))
}
