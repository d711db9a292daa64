import type { CallbackLike } from '../callbacks/callback.js'
import { CallbackList } from '../callbacks/callbackList.js'
import { History } from '../callbacks/history.js'
import { ProgbarLogger } from '../callbacks/progbarLogger.js'
import type { TextOutput } from '../callbacks/textOutput.js'
import { ArgumentError } from '../errors.js'
import type { AnyLayer } from '../layers/layer.js'
import { foldInKey, keyFromSeed } from '../ops/hostRandom.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { drawKey } from '../utils/randomSeed.js'
import { show } from '../utils/show.js'
import type { ClassWeight } from './classWeights.js'
import type { CompiledModel } from './compiledModel.js'
import { runEvaluation } from './evaluate.js'
import { warnNoBatchesLeft } from './guards/batchesLeft.js'
import { checkWeights } from './guards/nonFinite.js'
import { warn } from './guards/warn.js'
import { loggedMetrics } from './loggedMetrics.js'
import { logsOf, prefixed } from './logs.js'
import type { AnyModel } from './model.js'
import type { DataFor, SampleWeights, TargetsFor } from './modelData.js'
import { checkSignal, resolveVerbosity, type Verbosity } from './options.js'
import { runPipelined } from './pipeline.js'
import { capture, identityOf, type Progress, type ResumableRun, restore, resume } from './resume.js'
import { type RunStreams, withStreams } from './runStreams.js'
import { traceTrainStep } from './step.js'
import type { Batches } from './stream.js'
import type { BatchForm, FeedBatch } from './supply.js'
import { beginningOf, EpochBatches, supplies } from './trainingSupply.js'
import type { ValidationSplitBy } from './validation.js'

/** Data to validate with: `[x, y]`, `[x, y, sampleWeight]`, or batches. */
export type ValidationData<In = never, Out = never> =
  | readonly [x: DataFor<In>, y: TargetsFor<Out>, sampleWeight?: SampleWeights]
  | Batches<In, Out>

export interface FitOptions<In = never, Out = never> {
  /** Samples of a step. The last step of an epoch takes what is left. Not for a stream, which makes its batches itself. Default: 32. */
  readonly batchSize?: number
  /** The epoch to stop before. Default: 1. */
  readonly epochs?: number
  /** The epoch to start with, counted from 0: to continue earlier training. Default: 0. */
  readonly initialEpoch?: number
  /**
   * Steps of an epoch. The next epoch goes on behind them, and from the beginning at the end; where a generator has no batch any more,
   * `fit` warns and ends. Default: all batches.
   */
  readonly stepsPerEpoch?: number
  /** Whether samples come in a new random order in each epoch. Default: true. Batches of a stream stay in order. */
  readonly shuffle?: boolean
  /** A weight for each sample, in the loss and in `weightedMetrics`; a stream gives them in its batches. Default: all 1. */
  readonly sampleWeight?: SampleWeights
  /** A weight for the samples of each class: `{ 0: 1, 1: 10 }`. Default: all 1. */
  readonly classWeight?: ClassWeight
  /** The fraction of samples, from 0 up to 1, that is taken away before training and only validated with. Default: 0. */
  readonly validationSplit?: number
  /**
   * Which samples these are: the last ones (`'tail'`, the default, as in Keras), random ones (`'shuffled'`), or the same
   * fraction of each class (`'stratified'`).
   */
  readonly validationSplitBy?: ValidationSplitBy
  /** Samples and labels to validate with after each epoch. Goes before `validationSplit`. */
  readonly validationData?: ValidationData<In, Out>
  /**
   * Samples that are validated with at a time; results depend on it only where a layer looks at samples together. Default:
   * `batchSize`.
   */
  readonly validationBatchSize?: number
  /**
   * Whether the loss and metrics on the samples trained on are measured once more after each epoch, as those of validation are:
   * with the weights that the epoch left, and dropout off. They are logged as `train_loss`, ... Default: false.
   */
  readonly evaluateTraining?: boolean
  /** Batches to validate with at most. Default: all. */
  readonly validationSteps?: number
  /** Validate after every so many epochs, or after those in the list, counted from 1. Default: 1. */
  readonly validationFreq?: number | readonly number[]
  /** 0 silent, 1 a progress bar, 2 a line for each epoch; `'auto'` (the default) is 1 on a terminal, else 2. */
  readonly verbose?: Verbosity
  /** Fixes shuffling and dropout of this run. (Initial weights: the model's `seed`, or `utils.setRandomSeed`.) */
  readonly seed?: number
  /**
   * Ends training between two steps, or while it waits for a batch: `fit` rejects with the signal's reason, and the model stays
   * usable.
   */
  readonly signal?: AbortSignal
  /** Where progress is written. Default: standard output, or the console in a browser. */
  readonly output?: TextOutput
  /** Told, in this order, when training, epochs and batches begin and end. */
  readonly callbacks?: readonly CallbackLike[]
}

const fitOptions: OptionKeys<FitOptions> = {
  batchSize: true,
  epochs: true,
  initialEpoch: true,
  stepsPerEpoch: true,
  shuffle: true,
  sampleWeight: true,
  classWeight: true,
  validationSplit: true,
  validationSplitBy: true,
  validationData: true,
  validationBatchSize: true,
  evaluateTraining: true,
  validationSteps: true,
  validationFreq: true,
  verbose: true,
  seed: true,
  signal: true,
  output: true,
  callbacks: true,
}

/** What one run of `fit` works with. */
interface TrainingRun extends ResumableRun {
  readonly compiled: CompiledModel
  readonly optimizers: readonly Optimizer[]
  readonly epochs: number
  /** Steps of an epoch, where it is known before. */
  readonly steps: number | undefined
  readonly signal: AbortSignal | undefined
  /** Whether a callback took a loss that was not finite: what follows from it is no news. */
  tookFailure: boolean
}

/** What a number of a run's key is spent on; others are in `trainingSupply.ts`. */
const LAYERS = 1

/** Trains a model: see `Model.fit`. */
export const fitModel = (model: AnyModel, x: unknown, y: unknown, options: FitOptions): Promise<History> =>
  withStreams(options, (streams) => trainOn(model, { x, y }, options, streams))

async function trainOn(
  model: AnyModel,
  samples: { readonly x: unknown; readonly y: unknown },
  options: FitOptions,
  streams: RunStreams,
): Promise<History> {
  checkOptions(options, 'fit', '{ epochs: 5 }', fitOptions)
  const compiled = model.runState.requireCompiled(model.title, 'fit')
  const batchSize = positiveInteger(options.batchSize ?? 32, 'fit: batchSize')
  const epochs = positiveInteger(options.epochs ?? 1, 'fit: epochs')
  const initialEpoch = positiveInteger(options.initialEpoch ?? 0, 'fit: initialEpoch', 0)
  const limit = optionalCount(options.stepsPerEpoch, 'fit: stepsPerEpoch')
  const validationLimit = optionalCount(options.validationSteps, 'fit: validationSteps')
  const isDue = dueEpochs(options.validationFreq ?? 1)
  const seedKey = options.seed === undefined ? drawKey() : keyFromSeed(options.seed)
  const { verbose, output } = resolveVerbosity(options.verbose, options.output, 2)
  checkSignal(options.signal)
  if (options.shuffle !== undefined && typeof options.shuffle !== 'boolean') {
    throw new ArgumentError(`fit: expected shuffle true or false, received ${show(options.shuffle)}.`)
  }
  const history = new History()
  const bar = verbose === 0 ? [] : [new ProgbarLogger()]
  const callbacks = new CallbackList(options.callbacks, [history, ...bar])
  if (callbacks.takesFailures && !compiled.guards.nonFinite) {
    throw new ArgumentError(
      'fit: TerminateOnNaN, or another callback with onNonFinite, needs the guard against NaN, which compile({ guards: { nonFinite: false } }) ' +
        'turned off. Leave one of the two out.',
    )
  }
  const saved = await callbacks.restoreTraining()
  const key = saved?.state.key ?? seedKey
  if (saved && options.seed !== undefined && String(key) !== String(seedKey)) {
    warn(
      `fit: training goes on with the seed that ${saved.source} was begun with; seed ${options.seed} is not used.`,
    )
  }
  const data = await supplies(model, compiled, samples, options, { batchSize, key, streams })
  const { train } = data

  const steps = limit ?? train.steps
  const { signal } = options
  const place = saved?.state.place ?? beginningOf(initialEpoch, train, limit)
  const progress: Progress = { epoch: initialEpoch, step: 0, logs: () => ({}) }
  const run: TrainingRun = {
    ...{ model, compiled, callbacks, epochs, steps, signal, key, progress, tookFailure: false },
    optimizers: model.optimizers,
    batches: new EpochBatches(train, limit, place),
    identity: await identityOf(model, { samples: train.samples, batchSize, steps }),
  }
  callbacks.begin(model, { epochs, steps, verbose, output })
  if (callbacks.asksForMetrics) await callbacks.setMetrics(await loggedMetrics(model, data))
  await model.prepareTraining()
  if (model.trainableWeights.length === 0) {
    warn(
      `${model.title}: has no weights that may be trained. Where layers are frozen, set their trainable to true.`,
    )
  }
  model.runState.random.seed(foldInKey(key, LAYERS), initialEpoch * (steps ?? 0))
  model.stopTraining = false
  if (saved) await resume(run, saved, async () => trainProgram(model, await train.form()))

  await callbacks.during('Train', async () => {
    if (saved && progress.step === 0) await restore(run, saved)
    await keepingWhenInterrupted(run, async () => {
      while (progress.epoch < epochs && !model.stopTraining) {
        signal?.throwIfAborted()
        const { epoch, step, logs: logsBefore } = progress
        if (step === 0) progress.logs = () => ({})
        await model.runState.pausing(() => callbacks.tell('onEpochBegin', epoch))
        if (step === 0) model.resetMetrics()
        model.runState.heedTrainable(model as unknown as AnyLayer)
        if (saved && step > 0) await restore(run, saved)
        await runEpoch(run)
        const { haveRunOut } = run.batches
        if (haveRunOut && !model.stopTraining) {
          warnNoBatchesLeft(model.title, { epoch, epochs, step: progress.step, steps })
        }
        if (haveRunOut && progress.step === 0) {
          // An epoch without a step has nothing to tell: training ended with the one before.
          progress.logs = logsBefore
          await callbacks.keepTraining(() => capture(run), { kind: 'epoch', isLast: true })
          break
        }
        const logs = { ...progress.logs() }
        const evaluation = { model, compiled, signal, callbacks }
        if (data.trainAgain) {
          const supply = data.trainAgain
          Object.assign(logs, await runEvaluation({ ...evaluation, supply, limit, prefix: 'train_' }))
        }
        if (data.validation && isDue(epoch + 1)) {
          const supply = data.validation
          const measured = await runEvaluation({ ...evaluation, supply, limit: validationLimit })
          Object.assign(logs, prefixed('val_', measured))
        }
        await model.runState.pausing(() => callbacks.tell('onEpochEnd', epoch, logs))
        Object.assign(progress, { epoch: epoch + 1, step: 0, logs: () => logs })
        const isLast = model.stopTraining || haveRunOut || progress.epoch >= epochs
        await callbacks.keepTraining(() => capture(run), { kind: 'epoch', isLast })
        if (haveRunOut) break
      }
    })
    if (compiled.guards.nonFinite && !run.tookFailure) await checkWeights(model, callbacks)
    for (const optimizer of model.optimizers) {
      await optimizer.finalizeVariableValues(model.trainableWeights)
    }
    return progress.logs()
  })
  return history
}

/** Runs `body`; if the signal ends it, callbacks can save the state that was reached: all steps under way have landed. */
async function keepingWhenInterrupted(run: TrainingRun, body: () => Promise<void>): Promise<void> {
  const { callbacks, signal } = run
  try {
    await body()
  } catch (error) {
    if (signal?.aborted && error === signal.reason) {
      await callbacks.keepTraining(() => capture(run), { kind: 'interruption' })
    }
    throw error
  }
}

const optionalCount = (value: number | undefined, what: string): number | undefined =>
  value === undefined ? undefined : positiveInteger(value, what)

/** Whether an epoch, counted from 1, is one after which to validate. */
function dueEpochs(frequency: number | readonly number[]): (epoch: number) => boolean {
  if (typeof frequency !== 'number') return (epoch) => frequency.includes(epoch)
  positiveInteger(frequency, 'fit: validationFreq')
  return (epoch) => epoch % frequency === 0
}

/** The steps of an epoch that are left. */
async function runEpoch(run: TrainingRun): Promise<void> {
  const { model, compiled, callbacks, epochs, steps, progress } = run
  const { epoch, step: first } = progress
  const batches = run.batches.of(epoch, first)
  await runPipelined({
    steps: steps ?? Number.POSITIVE_INFINITY,
    first,
    signal: run.signal,
    landsAlone: (step) => callbacks.landsAlone(step),
    async launch(step) {
      const batch = await batches.next()
      if (!batch) return undefined
      const program = await trainProgram(model, batch)
      progress.program = program
      await callbacks.tell('onTrainBatchBegin', step)
      return {
        results: program.executable.run(trainInputs(run.optimizers, batch)),
        keys: program.keys,
        batch,
      }
    },
    async land(step, [[health], ...values], { keys, batch }) {
      // A step after one that failed stands still: it did not happen.
      if (run.tookFailure) return false
      progress.step = step + 1
      // Not assigned where it is written: V8 takes such functions for methods and keeps them, with what they hold, for long.
      const stepLogs = () => logsOf(keys, values, compiled.objective?.trackers)
      progress.logs = stepLogs
      if (health !== 1 && compiled.guards.nonFinite) {
        const { explainFailure } = await import('./onDemand.js')
        const failure = await explainFailure(model, batch, { epoch, epochs, step, steps })
        if (!(await callbacks.takeFailure(failure))) throw failure
        run.tookFailure = true
        // The step changed nothing, the mean of losses neither: history shows where it ended all the same.
        const { logs } = progress
        progress.logs = () => ({ ...logs(), loss: failure.loss ?? Number.NaN })
        model.stopTraining = true
      }
      if (callbacks.hears('onTrainBatchEnd')) await callbacks.tell('onTrainBatchEnd', step, progress.logs())
      // An epoch that ends here can be kept when it has.
      if (model.stopTraining) return false
      await callbacks.keepTraining(() => capture(run), { kind: 'batch', batch: step })
      return true
    },
  })
}

/** The compiled training step for a batch. */
export function trainProgram(model: AnyModel, { types }: Pick<BatchForm, 'types'>) {
  return model.runState.programs.get('train', types, (given) => traceTrainStep(model, given))
}

/** What a training step is fed: the batch, and the learning rate of each optimizer, which counts the step. */
export const trainInputs = (optimizers: readonly Optimizer[], { arrays }: FeedBatch) => [
  ...arrays,
  ...optimizers.map((optimizer) => new Float32Array([optimizer.takeLearningRate()])),
]
