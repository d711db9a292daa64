import { copyFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { Argument, type Command } from 'commander'
import { backupAndRestore } from '../callbacks/backupAndRestore.js'
import { csvLogger } from '../callbacks/csvLogger.js'
import { modelCheckpoint } from '../callbacks/modelCheckpoint.js'
import { tensorBoard } from '../callbacks/tensorBoard.js'
import { outputTo } from '../callbacks/textOutput.js'
import type { ImageDataset } from '../data/datasets/index.js'
import type { LabelledImages } from '../data/datasets/labelledImages.js'
import { ArgumentError } from '../errors.js'
import { getExecutor } from '../graph/executor.js'
import type { Model } from '../models/model.js'
import { logOfHistory } from '../plot/runLog.js'
import {
  configureExecutor,
  type ExecutorArguments,
  fraction,
  path,
  runName,
  targetOption,
  threadsOption,
  tuneOption,
  wholeNumber,
} from './arguments.js'
import { writeCurves } from './curveLines.js'
import { type DatasetName, dataOption, loadDataset, samplesFrom } from './datasets.js'
import { compileForClasses, isBuiltIn, modelHelp, openModel } from './modelFile.js'
import { inputFor } from './modelInput.js'
import { writeReadings } from './readings.js'
import type { RunConfig } from './runConfig.js'
import { RunFolder } from './runFolder.js'
import { StepTimer } from './stepTimer.js'
import { type CliContext, type CliStream, columnsOf, humanOutput, writeJson } from './streams.js'
import { gradusVersion } from './version.js'

interface TrainArguments extends ExecutorArguments {
  readonly data: DatasetName
  readonly epochs: number
  readonly batchSize: number
  readonly validationSplit: number
  readonly limit?: number
  readonly seed: number
  readonly checkpointEvery?: number
  readonly run?: string
  readonly runs: string
  readonly resume?: boolean
  readonly json?: boolean
}

/** What `--json` prints. */
interface TrainResult {
  readonly model: string
  readonly data: string
  /** The run's folder. */
  readonly run: string
  readonly target: string
  readonly threads: number
  readonly params: number
  readonly epochs: number
  readonly steps_per_epoch: number
  readonly train_samples: number
  /** The median training step, data handling included; null if there was nothing left to train. */
  readonly ms_per_step: number | null
  /** All of `fit`: compilation, training and validation. */
  readonly seconds: number
  readonly history: Readonly<Record<string, readonly number[]>>
  readonly test_loss: number
  readonly test_accuracy: number | null
}

/** Samples that are tested at a time. */
const testBatchSize = 128

/** `gradus train` */
export function addTrainCommand(program: Command, context: CliContext): void {
  program
    .command('train')
    .description('train a network and test it; the run is kept in a folder, from which it can be resumed')
    .addArgument(new Argument('[model]', `${modelHelp}; with --resume it is known`))
    .addOption(dataOption())
    .option('--epochs <n>', 'passes over the training samples', wholeNumber(1), 5)
    .option('--batch-size <n>', 'samples in a step', wholeNumber(1), 128)
    .option('--validation-split <fraction>', 'part of the samples kept for validation', fraction, 0.1)
    .option('--limit <n>', 'take the first n training samples only (digits: draw n)', wholeNumber(1))
    .option('--seed <n>', 'fixes initial weights and shuffling', wholeNumber(0), 1)
    .option('--run <name>', "the run's name (default: the model's with a number)", runName)
    .option('--runs <folder>', 'where runs are kept', path, 'runs')
    .option(
      '--resume',
      'go on with a run that was interrupted, or has had too few epochs (default: the last one)',
    )
    .option(
      '--checkpoint-every <steps>',
      'save the state after so many steps (default: after each epoch)',
      wholeNumber(1),
    )
    .addOption(targetOption())
    .addOption(threadsOption())
    .addOption(tuneOption())
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (model: string | undefined, options: TrainArguments, command: Command) => {
      await configureExecutor(options)
      const given = (option: string) => command.getOptionValueSource(option) === 'cli'
      const result = await train(model, options, given, context)
      if (options.json) writeJson(context, result)
    })
}

async function train(
  model: string | undefined,
  options: TrainArguments,
  given: (option: string) => boolean,
  context: CliContext,
): Promise<TrainResult> {
  if (!options.resume && options.run !== undefined) RunFolder.checkName(options.runs, options.run)
  const resumed = options.resume ? await RunFolder.open(options.runs, options.run) : undefined
  let folder = resumed
  try {
    const config = resumed ? configToResume(resumed, model, options, given) : configOf(model, options)
    const prepared = await prepare(config, resumed, options, context)
    folder ??= await begin(config, options)
    await folder.write(config)
    const timer = new StepTimer()
    try {
      return await run(folder, config, prepared, context, timer)
    } catch (error) {
      // What failed before its first step would fail again: there is nothing to go on with.
      if (!resumed && timer.medianStep === undefined && !context.signal.aborted) await folder.remove()
      throw error
    }
  } finally {
    await folder?.release()
  }
}

/** What a run is started with. */
function configOf(model: string | undefined, options: TrainArguments): RunConfig {
  if (model === undefined) throw new ArgumentError(`train: expected what to train: ${modelHelp}.`)
  return {
    gradus: gradusVersion(),
    model,
    data: options.data,
    epochs: options.epochs,
    batch_size: options.batchSize,
    validation_split: options.validationSplit,
    limit: options.limit ?? null,
    seed: options.seed,
    checkpoint_every: options.checkpointEvery ?? null,
  }
}

/** Options that a run has for good, by their names here and in its config. */
const fixed = {
  data: 'data',
  batchSize: 'batch_size',
  validationSplit: 'validation_split',
  limit: 'limit',
  seed: 'seed',
} as const satisfies Partial<Record<keyof TrainArguments, keyof RunConfig>>

/**
 * What a run goes on with: what it was started with, and as many epochs as are asked for.
 * @throws ArgumentError for options that would make another run of it
 */
function configToResume(
  { path, config }: RunFolder,
  model: string | undefined,
  options: TrainArguments,
  given: (option: string) => boolean,
): RunConfig {
  const asked = configOf(model ?? config.model, options)
  const refuse = (option: string, before: unknown) => {
    throw new ArgumentError(
      `${path}: this run was begun with ${option} ${String(before ?? 'not set')}, with which it goes on. Leave the option out, or begin ` +
        'another run without --resume.',
    )
  }
  if (model !== undefined && model !== config.model) refuse('model', config.model)
  for (const [option, key] of Object.entries(fixed)) {
    if (given(option) && asked[key] !== config[key]) refuse(`--${key.replace('_', '-')}`, config[key])
  }
  if (given('epochs') && asked.epochs < config.epochs) refuse('--epochs', config.epochs)
  return {
    ...config,
    epochs: given('epochs') ? asked.epochs : config.epochs,
    checkpoint_every: given('checkpointEvery') ? asked.checkpoint_every : config.checkpoint_every,
  }
}

/** A new folder; if the model is a file, with a copy of it, so that the run can be resumed whatever happens to that. */
async function begin(config: RunConfig, { runs, run: name }: TrainArguments): Promise<RunFolder> {
  const folder = await RunFolder.create(runs, name, config)
  if (!isBuiltIn(config.model)) await copyFile(config.model, folder.file(initialModel(config.model)))
  return folder
}

const initialModel = (model: string): string => `initial${extname(model)}`

/** What a run works with. */
interface Prepared {
  readonly model: Model
  readonly data: ImageDataset
  readonly stream: CliStream
}

/** Loads data and network, and says what is about to be trained. */
async function prepare(
  config: RunConfig,
  resumed: RunFolder | undefined,
  options: TrainArguments,
  context: CliContext,
): Promise<Prepared> {
  const { signal } = context
  const stream = humanOutput(context, options.json === true)
  const isFile = resumed && !isBuiltIn(config.model)
  const model = await openModel(isFile ? resumed.file(initialModel(config.model)) : config.model, config.seed)
  compileForClasses(model)
  const data = await loadDataset(config.data, { limit: config.limit ?? undefined, signal, stream })
  signal.throwIfAborted()
  model.summary({
    printFn: (line) => stream.write(`${line}\n`),
    lineLength: Math.max(40, Math.min(88, columnsOf(stream) - 4)),
  })
  if ((await getExecutor()).statistics.target === 'interpreter') context.endAtOnceWhenInterrupted()
  return { model, data, stream }
}

async function run(
  folder: RunFolder,
  config: RunConfig,
  { model, data, stream }: Prepared,
  { signal }: CliContext,
  timer: StepTimer,
): Promise<TrainResult> {
  const output = outputTo(stream)
  const { target, threads } = (await getExecutor()).statistics
  stream.write(
    `\nTraining with ${target} on ${threads} ${threads === 1 ? 'thread' : 'threads'}; the run is kept in ${folder.path}\n`,
  )
  const [train, test] = [data.train, data.test].map((part) => inputFor(model, part))
  const start = performance.now()
  const fitted = model.fit(train.images, train.labels, {
    epochs: config.epochs,
    batchSize: config.batch_size,
    validationSplit: config.validation_split,
    seed: config.seed,
    ...{ signal, output },
    callbacks: [...keepers(folder, config), events(folder, config, model, { train, test }), timer],
  })
  const trained = await fitted.catch((error) => {
    if (signal.aborted)
      stream.write(`${folder.path} keeps what was done. To go on:\n  ${resumeCommand(folder)}\n`)
    throw error
  })
  const { history, params } = trained
  const seconds = (performance.now() - start) / 1000
  const tested = { batchSize: testBatchSize, signal, verbose: 0, output } as const
  const { loss, accuracy } = await model.evaluate(test.images, test.labels, tested)
  await writeReadings(stream, data.test, await model.predict(test.images, tested))
  const step = timer.medianStep
  const accuracyText = accuracy === undefined ? '' : `accuracy ${(100 * accuracy).toFixed(2)} %, `
  stream.write(
    `\nTest ${accuracyText}loss ${loss.toFixed(4)}. ` +
      `Training took ${seconds.toFixed(1)} s${step === undefined ? '' : `, ${step.toFixed(1)} ms a step`}.\n`,
  )
  await trained.plot({ title: folder.name }).save(folder.file('curves.svg'))
  stream.write('\n')
  writeCurves(stream, logOfHistory(trained, folder.name))
  writeContents(stream, folder, history, config)
  return {
    ...{ model: config.model, data: config.data, run: folder.path, target, threads },
    params: model.countParams(),
    epochs: config.epochs,
    steps_per_epoch: params.steps ?? 0,
    train_samples: trainSamples(train, config),
    ms_per_step: step ?? null,
    ...{ seconds, history, test_loss: loss, test_accuracy: accuracy ?? null },
  }
}

/** What writes the files of a run. */
function keepers(folder: RunFolder, config: RunConfig) {
  return [
    csvLogger(folder.file('log.csv')),
    modelCheckpoint(folder.file('last.keras')),
    modelCheckpoint(folder.file('best.keras'), {
      monitor: monitored(config),
      mode: 'min',
      saveBestOnly: true,
    }),
    backupAndRestore(folder.file('backup'), {
      saveFreq: config.checkpoint_every ?? 'epoch',
      doubleCheckpoint: true,
      // From the last state, more epochs can follow.
      deleteCheckpoint: false,
    }),
  ]
}

/** Samples of which pictures, predictions and gradients are written, and which are counted in the confusion matrix. */
const [shownSamples, countedSamples] = [16, 1000]
/** More classes than these are not counted. */
const mostClasses = 100

/** What TensorBoard and `gradus watch` show of a run. Samples are those of validation, or of the test where there is none. */
function events(folder: RunFolder, config: RunConfig, model: Model, { train, test }: ImageDataset) {
  const { model: name, data, epochs, batch_size, validation_split, seed } = config
  const samples = (count: number) => {
    const { images, labels } =
      validation_split > 0
        ? samplesFrom(train, trainSamples(train, config), count)
        : samplesFrom(test, 0, count)
    return [images, labels] as const
  }
  const [shape, ...others] = model.outputPlaces.shapes
  const classes = shape.at(-1) ?? 1
  const areCounted = others.length === 0 && shape.length === 2 && classes >= 2 && classes <= mostClasses
  return tensorBoard({
    ...{ logDir: folder.file('events'), updateFreq: 'batch', writeStepsPerSecond: true },
    ...{ histogramFreq: 1, writeImages: true },
    samples: samples(shownSamples),
    confusionSamples: areCounted ? samples(countedSamples) : undefined,
    hparams: { model: name, data, epochs, batch_size, validation_split, seed },
  })
}

/** Keras's floor: the split begins at sample `floor(n * (1 - fraction))`. */
const trainSamples = ({ labels }: LabelledImages, { validation_split }: RunConfig): number =>
  Math.floor(labels.shape[0] * (1 - validation_split))

const monitored = ({ validation_split }: RunConfig): 'loss' | 'val_loss' =>
  validation_split > 0 ? 'val_loss' : 'loss'

/** Says what is where. */
function writeContents(
  stream: CliStream,
  folder: RunFolder,
  history: Readonly<Record<string, readonly number[]>>,
  config: RunConfig,
): void {
  const key = monitored(config)
  const values = history[key]
  const best = Math.min(...values)
  const runs = dirname(folder.path)
  const watched = runs === 'runs' ? '' : ` ${runs}`
  const lines = [
    `best.keras  the network after epoch ${values.indexOf(best) + 1}, with a ${key} of ${best.toFixed(4)}`,
    `last.keras  the network after epoch ${values.length}`,
    'log.csv     the numbers of each epoch',
    'curves.svg  their curves',
    `events      what TensorBoard shows, and a live page:  npx gradus watch${watched}`,
  ]
  stream.write(`\n${folder.path} holds\n${lines.map((line) => `  ${line}\n`).join('')}`)
  stream.write(`Show it a picture:  npx gradus predict ${folder.file('best.keras')} PICTURE\n`)
}

/** What to type to go on with a run: an npm script passes its own arguments on. */
function resumeCommand(folder: RunFolder): string {
  const isScript = process.env.npm_lifecycle_event === 'lenet'
  const runs = folder.path === join('runs', folder.name) ? '' : ` --runs ${dirname(folder.path)}`
  return `${isScript ? 'npm run lenet --' : 'npx gradus train'} --resume --run ${folder.name}${runs}`
}
