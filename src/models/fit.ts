import { ArgumentError, NumericError } from '../errors.js'
import { foldInKey, keyFromSeed, randomPermutation } from '../ops/hostRandom.js'
import type { RandomKey } from '../ops/threefry.js'
import { drawKey } from '../utils/randomSeed.js'
import { BatchReader, batchCount, batchRange } from './batches.js'
import type { CompiledModel, Objective } from './compiledModel.js'
import type { DataInput } from './dataSource.js'
import { runEvaluation } from './evaluate.js'
import { History } from './history.js'
import { Listeners, type Logs, type TrainingListener } from './listener.js'
import { logsOf, validationLogs } from './logs.js'
import type { Model } from './model.js'
import { positiveInteger, resolveVerbosity, type Verbosity } from './options.js'
import { runPipelined } from './pipeline.js'
import { ProgressListener } from './progressListener.js'
import { traceTrainStep } from './step.js'
import type { TextOutput } from './textOutput.js'
import { type LabeledData, labeledData, settleObjective, splitTail } from './trainingData.js'

export interface FitOptions {
  /** Samples of a step. The last step of an epoch takes what is left. Default: 32. */
  readonly batchSize?: number
  /** The epoch to stop before. Default: 1. */
  readonly epochs?: number
  /** The epoch to start with, counted from 0: to continue earlier training. Default: 0. */
  readonly initialEpoch?: number
  /** Whether samples come in a new random order in each epoch. Default: true. */
  readonly shuffle?: boolean
  /**
   * The fraction of samples, from 0 up to 1, that is taken from the end (before shuffling) and only validated with.
   * Default: 0.
   */
  readonly validationSplit?: number
  /** Samples and labels to validate with after each epoch. Goes before `validationSplit`. */
  readonly validationData?: readonly [x: DataInput, y: DataInput]
  /** 0 silent, 1 a progress bar, 2 a line for each epoch; `'auto'` (the default) is 1 on a terminal, else 2. */
  readonly verbose?: Verbosity
  /** Fixes shuffling and dropout of this run. (Initial weights: the model's `seed`, or `utils.setRandomSeed`.) */
  readonly seed?: number
  /** Ends training between two steps: `fit` rejects with the signal's reason, and the model stays usable. */
  readonly signal?: AbortSignal
  /** Where progress is written. Default: standard output, or the console in a browser. */
  readonly output?: TextOutput
  /** Told when epochs and batches begin and end. */
  readonly callbacks?: readonly TrainingListener[]
}

/** What one run of `fit` works with. */
interface TrainingRun {
  readonly model: Model
  readonly compiled: CompiledModel
  readonly objective: Objective
  readonly train: LabeledData
  readonly validation: LabeledData | undefined
  readonly batchSize: number
  readonly key: RandomKey
  readonly shuffle: boolean
  readonly epochs: number
  readonly listeners: Listeners
  readonly signal: AbortSignal | undefined
}

/** What numbers of a run's key are spent on. */
const SHUFFLING = 0
const LAYERS = 1

/** Trains a model: see `Model.fit`. */
export async function fitModel(
  model: Model,
  x: DataInput,
  y: DataInput,
  options: FitOptions,
): Promise<History> {
  const compiled = model.state.requireCompiled(model.title, 'fit')
  const batchSize = positiveInteger(options.batchSize ?? 32, 'fit: batchSize')
  const epochs = positiveInteger(options.epochs ?? 1, 'fit: epochs')
  const initialEpoch = positiveInteger(options.initialEpoch ?? 0, 'fit: initialEpoch', 0)
  const key = options.seed === undefined ? drawKey() : keyFromSeed(options.seed)
  const { train, validation } = await splitData(model, x, y, options)
  const objective = settleObjective(model, compiled, train)
  if (validation) settleObjective(model, compiled, validation)

  const steps = batchCount(train.x.samples, batchSize)
  const { verbose, output: text } = resolveVerbosity(options.verbose, options.output, 2)
  const history = new History()
  const progress = verbose === 0 ? undefined : new ProgressListener(text)
  const listeners = new Listeners([history, progress, ...(options.callbacks ?? [])], {
    epochs,
    steps,
    verbose,
  })
  const run = {
    model,
    compiled,
    objective,
    train,
    validation,
    batchSize,
    key,
    shuffle: options.shuffle ?? true,
    epochs,
    listeners,
    signal: options.signal,
  }
  compiled.optimizer.build(model.trainableWeights)
  await compiled.optimizer.synchronize()
  model.state.random.seed(foldInKey(key, LAYERS), initialEpoch * steps)
  model.stopTraining = false

  await listeners.tell('onTrainBegin')
  let logs: Logs = {}
  for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
    options.signal?.throwIfAborted()
    compiled.resetMetrics()
    await listeners.tell('onEpochBegin', epoch)
    logs = await runEpoch(run, epoch)
    if (validation) logs = { ...logs, ...(await validate(run, validation)) }
    await listeners.tell('onEpochEnd', epoch, logs)
  }
  await compiled.optimizer.finalizeVariableValues(model.trainableWeights)
  await listeners.tell('onTrainEnd', logs)
  return history
}

async function splitData(
  model: Model,
  x: DataInput,
  y: DataInput,
  { validationSplit = 0, validationData }: FitOptions,
): Promise<{ readonly train: LabeledData; readonly validation: LabeledData | undefined }> {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(
      `fit: expected a validationSplit of at least 0 and below 1, received ${String(validationSplit)}. It is the fraction ` +
        'of samples to validate with: 0.1 means 10 %.',
    )
  }
  const all = await labeledData(model, x, y, { x: 'x', y: 'y' })
  if (validationData) {
    const [valX, valY] = validationData
    const names = { x: 'validationData[0]', y: 'validationData[1]' }
    return { train: all, validation: await labeledData(model, valX, valY, names) }
  }
  if (validationSplit === 0) return { train: all, validation: undefined }
  const [train, validation] = splitTail(all, validationSplit)
  return { train, validation }
}

/** One pass over the training samples; the loss and metrics of all of them. */
async function runEpoch(run: TrainingRun, epoch: number): Promise<Logs> {
  const { model, compiled, objective, train, batchSize, listeners } = run
  const { samples } = train.x
  const steps = batchCount(samples, batchSize)
  const order = run.shuffle
    ? randomPermutation(foldInKey(foldInKey(run.key, SHUFFLING), epoch), samples)
    : undefined
  const [xReader, yReader] = [train.x, train.y].map((source) => new BatchReader(source, batchSize))
  let logs: Logs = {}
  await runPipelined({
    steps,
    signal: run.signal,
    async launch(step) {
      const range = batchRange(samples, batchSize, step)
      const { executable } = await trainProgram(run, range.end - range.begin)
      await listeners.tell('onTrainBatchBegin', step)
      return executable.run([
        xReader.read(range, order),
        yReader.read(range, order),
        new Float32Array([compiled.optimizer.takeLearningRate()]),
      ])
    },
    async land(step, [batchLoss, ...values]) {
      checkFinite(batchLoss[0], model, { epoch, epochs: run.epochs, step, steps })
      logs = logsOf(objective.trackers, values)
      await listeners.tell('onTrainBatchEnd', step, logs)
      return !model.stopTraining
    },
  })
  return logs
}

/** The compiled training step for batches of this many samples. */
export function trainProgram(
  { model, compiled, objective, train }: Pick<TrainingRun, 'model' | 'compiled' | 'objective' | 'train'>,
  size: number,
) {
  const [x, y] = [train.x, train.y].map(({ shape, dtype }) => ({ shape: [size, ...shape.slice(1)], dtype }))
  const { programs, random } = model.state
  return programs.get(`train ${JSON.stringify([x, y])}`, () =>
    traceTrainStep({ model, random, objective, optimizer: compiled.optimizer }, x, y),
  )
}

async function validate({ model, compiled, objective, batchSize, signal }: TrainingRun, data: LabeledData) {
  compiled.resetMetrics()
  return validationLogs(await runEvaluation({ model, compiled, objective, data, batchSize, signal }))
}

interface Place {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
}

/** @throws NumericError naming the place, if the loss is NaN or infinite */
export function checkFinite(loss: number, model: Model, place?: Place): void {
  if (Number.isFinite(loss)) return
  const where = place
    ? ` in epoch ${place.epoch + 1} of ${place.epochs}, batch ${place.step + 1} of ${place.steps}`
    : ''
  throw new NumericError(
    `${model.title}: the loss became ${loss}${where}. Its weights are most likely unusable now. Usual causes: a learning ` +
      'rate that is too high (try a tenth), inputs that are not scaled (bytes need layers.rescaling(1 / 255)), or NaN in the data.',
  )
}
