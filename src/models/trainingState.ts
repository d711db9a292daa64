import type { RunIdentity, SavedTraining, TrainingState } from '../callbacks/trainingState.js'
import { DataError } from '../errors.js'
import type { Variable } from '../graph/variable.js'
import type { AnyLayer } from '../layers/layer.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { AnyModel } from './model.js'
import {
  makeNamedSlots,
  readVariables,
  stateVariables,
  withoutNumbers,
  writeVariables,
} from './modelState.js'
import type { CompiledStep } from './programCache.js'
import { setTrainableFlags, trainableFlags } from './trainableFlags.js'

/** What of a state belongs to the model and its optimizers. */
type ModelState = Pick<TrainingState, 'learningRates' | 'variables' | 'trainable'>

/**
 * All variables that decide how training goes on, by names that another process finds again: those of `stateVariables`, the sums of
 * metrics, and whatever else the training step reads or assigns. Some are made when the step is traced, so it is asked for.
 */
function trainingVariables(model: AnyModel, step: CompiledStep): Map<string, Variable> {
  const named = stateVariables(model)
  const known = new Set(named.values())
  const metrics = model.metrics.flatMap(({ variables }) => variables)
  const others = step.variables.filter((variable) => !known.has(variable) && !metrics.includes(variable))
  metrics.forEach((variable, i) => {
    named.set(`metrics/${i}`, variable)
  })
  others.forEach((variable, i) => {
    named.set(`step/${i}`, variable)
  })
  return named
}

/** A copy, as of the steps started so far. */
export async function copyModel(model: AnyModel, step: CompiledStep): Promise<ModelState> {
  return {
    learningRates: model.optimizers.map(constantRate),
    trainable: {
      now: trainableFlags(model as unknown as AnyLayer),
      inSteps: model.runState.trainableInSteps,
    },
    variables: await readVariables(trainingVariables(model, step)),
  }
}

/** Makes trainable what was in the steps of a state, or what callbacks have made so since, which counts from the next epoch. */
export function writeTrainable(model: AnyModel, { trainable }: TrainingState, when: 'inSteps' | 'now'): void {
  const layer = model as unknown as AnyLayer
  if (trainable) setTrainableFlags(layer, trainable[when])
  if (when === 'inSteps') model.runState.heedTrainable(layer)
}

/**
 * Makes the model and its optimizers what they were: wholly or, after an error, not at all.
 * @throws DataError if the state is of another model
 */
export async function writeModel(
  model: AnyModel,
  step: CompiledStep,
  { state, source }: SavedTraining,
): Promise<void> {
  try {
    const variables = withoutNumbers(model, state.variables)
    makeNamedSlots(model, variables.keys())
    writeVariables(trainingVariables(model, step), variables, source)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`${error.message} To begin anew, take another folder.`, { cause: error })
  }
  model.optimizers.forEach((optimizer, i) => {
    const rate = state.learningRates[i] ?? null
    if (rate !== null && constantRate(optimizer) !== null) optimizer.learningRate = rate
  })
  // Schedules count steps on the host.
  await Promise.all(model.optimizers.map((optimizer) => optimizer.synchronize()))
}

/** The learning rate, or null where a schedule rules. */
function constantRate(optimizer: Optimizer): number | null {
  const { learning_rate: rate } = optimizer.getConfig()
  return typeof rate === 'number' ? rate : null
}

/** The classes of a model's layers, those inside of others too, and of its optimizers. */
export function classesOf(model: AnyModel): Pick<RunIdentity, 'layers' | 'optimizers'> {
  const inside = (layer: AnyLayer): AnyLayer[] =>
    layer.sublayers().flatMap((inner) => [inner, ...inside(inner)])
  return {
    layers: inside(model as unknown as AnyLayer).flatMap(({ className }) =>
      className === 'InputLayer' ? [] : [className],
    ),
    optimizers: model.optimizers.map(({ className }) => className),
  }
}

/**
 * That a run is the one that a state is of, as far as can be seen without its variables.
 * @throws DataError naming where the state comes from, and what differs
 */
export function checkIdentity(model: AnyModel, run: RunIdentity, { state, source }: SavedTraining): void {
  const classes =
    firstDifference('layer', state.run.layers, run.layers) ??
    firstDifference('optimizer', state.run.optimizers, run.optimizers)
  if (classes) {
    throw new DataError(
      `${source}: this is the training state of another model than ${model.title}: ${classes}. Resume with the model that it was saved of; to ` +
        'begin anew, take another folder.',
    )
  }
  const batches = batchesDiffer(run, state)
  if (batches) {
    throw new DataError(
      `${source}: this training state is from the middle of an epoch ${batches}. Resume with the same data and batchSize; to begin anew, ` +
        'take another folder.',
    )
  }
}

function firstDifference(
  what: string,
  before: readonly string[],
  now: readonly string[],
): string | undefined {
  const count = Math.max(before.length, now.length)
  const at = Array.from({ length: count }, (_, i) => before[i] === now[i]).indexOf(false)
  return at < 0 ? undefined : `its ${what} ${at + 1} is ${before[at] ?? 'none'}, here ${now[at] ?? 'none'}`
}

/** Within an epoch, the batches that are left must be those that would have come. */
function batchesDiffer(run: RunIdentity, { run: before, step, place }: TrainingState): string | undefined {
  if (step === 0 && place.batch === 0) return undefined
  const counts = [
    ['samples', 'samples'],
    ['batchSize', 'samples a batch'],
    ['steps', 'steps'],
  ] as const
  const show = (count: number | null) => count ?? 'an unknown number of'
  for (const [key, what] of counts) {
    if (before[key] !== run[key]) return `of ${show(before[key])} ${what}, and here are ${show(run[key])}`
  }
  return undefined
}
