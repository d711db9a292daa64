import type { Logs } from '../callbacks/callback.js'
import type { CallbackList } from '../callbacks/callbackList.js'
import type { RunIdentity, SavedTraining, TrainingState } from '../callbacks/trainingState.js'
import { getExecutor } from '../graph/executor.js'
import type { AnyLayer } from '../layers/layer.js'
import type { RandomKey } from '../ops/threefry.js'
import { warn } from './guards/warn.js'
import type { AnyModel } from './model.js'
import type { CompiledStep } from './programCache.js'
import { setTrainableFlags, trainableFlags } from './trainableFlags.js'
import { checkIdentity, classesOf, copyModel, writeModel, writeTrainable } from './trainingState.js'
import type { EpochBatches } from './trainingSupply.js'

/** Where a run is: it changes with each step. */
export interface Progress {
  epoch: number
  /** Steps done of the epoch. */
  step: number
  /** The loss and metrics of these steps, worked out only where somebody asks. */
  logs: () => Logs
  /** The compiled step that was used last. */
  program?: CompiledStep
}

/** What of a run of `fit` decides how it goes on. */
export interface ResumableRun {
  readonly model: AnyModel
  readonly callbacks: CallbackList
  readonly batches: EpochBatches
  readonly progress: Progress
  /** What all that is random in it follows from. */
  readonly key: RandomKey
  readonly identity: RunIdentity
}

/** What identifies a run. */
export async function identityOf(
  model: AnyModel,
  data: {
    readonly samples: number | undefined
    readonly batchSize: number
    readonly steps: number | undefined
  },
): Promise<RunIdentity> {
  const { samples, batchSize, steps } = data
  const { target, arithmetic } = (await getExecutor()).statistics
  return {
    ...classesOf(model),
    samples: samples ?? null,
    batchSize: samples === undefined ? null : batchSize,
    steps: steps ?? null,
    target: `${target} (${arithmetic})`,
  }
}

/** The state of a run between two steps; `undefined` before the first. */
export async function capture(run: ResumableRun): Promise<TrainingState | undefined> {
  const { model, callbacks, batches, progress, key, identity } = run
  const { epoch, step, logs, program } = progress
  if (!program) return undefined
  return {
    ...{ run: identity, epoch, step, place: batches.place(epoch, step), logs: logs(), key },
    stopped: model.stopTraining,
    ...(await copyModel(model, program)),
    callbacks: await callbacks.getStates(),
  }
}

/**
 * Puts a run where it was in a state.
 * @param compile gives the run's step
 * @throws DataError if the state is of another run; nothing has changed then
 */
export async function resume(
  run: ResumableRun,
  saved: SavedTraining,
  compile: () => Promise<CompiledStep>,
): Promise<void> {
  const { model, progress, identity } = run
  const { state, source } = saved
  checkIdentity(model, identity, saved)
  const layer = model as unknown as AnyLayer
  const before = trainableFlags(layer)
  writeTrainable(model, state, 'inSteps')
  const program = await compile()
  try {
    await writeModel(model, program, saved)
  } catch (error) {
    setTrainableFlags(layer, before)
    throw error
  }
  writeTrainable(model, state, 'now')
  if (state.run.target !== identity.target) {
    warn(
      `${source}: this training was begun with ${state.run.target} and goes on with ${identity.target}: its results will not be the same bit ` +
        'for bit as those of either alone.',
    )
  }
  Object.assign(progress, { epoch: state.epoch, step: state.step, logs: () => state.logs, program })
  model.stopTraining = state.stopped
}

/** Gives model and callbacks their state back, whatever callbacks did to make themselves ready. */
export async function restore(
  { model, callbacks, progress }: ResumableRun,
  saved: SavedTraining,
): Promise<void> {
  writeTrainable(model, saved.state, 'inSteps')
  writeTrainable(model, saved.state, 'now')
  if (progress.program) await writeModel(model, progress.program, saved)
  await callbacks.setStates(saved.state.callbacks)
}
