import { Argument, type Command, Option } from 'commander'
import type { TextOutput } from '../callbacks/textOutput.js'
import { digits, type ImageDataset, mnist } from '../data/datasets/index.js'
import type { LabelledImages } from '../data/datasets/labelledImages.js'
import type { TypedArray } from '../graph/dtype.js'
import { getExecutor } from '../graph/executor.js'
import { constant } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import {
  configureExecutor,
  type ExecutorArguments,
  fraction,
  targetOption,
  threadsOption,
  wholeNumber,
} from './arguments.js'
import { createLenet } from './lenet.js'
import { writeReadings } from './readings.js'
import { StepTimer } from './stepTimer.js'
import { type CliContext, type CliStream, columnsOf, humanOutput, writeJson } from './streams.js'

interface TrainArguments extends ExecutorArguments {
  readonly data: 'digits' | 'mnist'
  readonly epochs: number
  readonly batchSize: number
  readonly validationSplit: number
  readonly limit?: number
  readonly seed: number
  readonly json?: boolean
}

/** What `--json` prints. */
interface TrainResult {
  readonly model: string
  readonly data: string
  readonly target: string
  readonly threads: number
  readonly params: number
  readonly epochs: number
  readonly steps_per_epoch: number
  readonly train_samples: number
  /** The median training step, data handling included. */
  readonly ms_per_step: number
  /** All of `fit`: compilation, training and validation. */
  readonly seconds: number
  readonly history: Readonly<Record<string, readonly number[]>>
  readonly test_loss: number
  readonly test_accuracy: number
}

/** Samples that are tested at a time. */
const testBatchSize = 128

/** `gradus train lenet` */
export function addTrainCommand(program: Command, context: CliContext): void {
  program
    .command('train')
    .description('train a network and test it')
    .addArgument(new Argument('<model>', 'the network').choices(['lenet']))
    .addOption(
      new Option('--data <name>', 'digits: drawn by Gradus, offline; mnist: local or downloaded')
        .choices(['digits', 'mnist'])
        .default('digits'),
    )
    .option('--epochs <n>', 'passes over the training samples', wholeNumber(1), 5)
    .option('--batch-size <n>', 'samples in a step', wholeNumber(1), 128)
    .option('--validation-split <fraction>', 'part of the samples kept for validation', fraction, 0.1)
    .option('--limit <n>', 'take the first n training samples only (digits: draw n)', wholeNumber(1))
    .option('--seed <n>', 'fixes initial weights and shuffling', wholeNumber(0), 1)
    .addOption(targetOption())
    .addOption(threadsOption())
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (_model: string, options: TrainArguments) => {
      await configureExecutor(options)
      const result = await train(options, context)
      if (options.json) writeJson(context, result)
    })
}

async function train(options: TrainArguments, context: CliContext): Promise<TrainResult> {
  const { signal } = context
  const stream = humanOutput(context, options.json === true)
  const output = textOutput(stream)
  const data = await loadData(options, signal, stream)
  signal.throwIfAborted()
  const model = createLenet(options.seed)
  model.summary({
    printFn: (line) => stream.write(`${line}\n`),
    lineLength: Math.max(40, Math.min(88, columnsOf(stream) - 4)),
  })
  const { target, threads } = (await getExecutor()).statistics
  if (target === 'interpreter') context.endAtOnceWhenInterrupted()
  stream.write(`\nTraining with ${target} on ${threads} ${threads === 1 ? 'thread' : 'threads'}\n`)

  const { epochs, batchSize, validationSplit, seed } = options
  const timer = new StepTimer()
  const start = performance.now()
  const { history, params: run } = await model.fit(data.train.images, data.train.labels, {
    ...{ epochs, batchSize, validationSplit, seed, signal, output },
    callbacks: [timer],
  })
  const seconds = (performance.now() - start) / 1000
  const tested = { batchSize: testBatchSize, signal, verbose: 0, output } as const
  const { loss, accuracy } = await model.evaluate(data.test.images, data.test.labels, tested)
  const probabilities = await model.predict(data.test.images, tested)
  await writeReadings(stream, data.test, probabilities)
  stream.write(
    `\nTest accuracy ${(100 * accuracy).toFixed(2)} %, loss ${loss.toFixed(4)}. ` +
      `Training took ${seconds.toFixed(1)} s, ${timer.medianStep.toFixed(1)} ms a step.\n`,
  )
  return {
    model: 'lenet',
    data: options.data,
    target,
    threads,
    params: model.countParams(),
    epochs,
    steps_per_epoch: run?.steps ?? 0,
    train_samples: trainedSamples(data.train, validationSplit),
    ms_per_step: timer.medianStep,
    seconds,
    history,
    test_loss: loss,
    test_accuracy: accuracy,
  }
}

/** Keras's floor: the split begins at sample `floor(n * (1 - fraction))`. */
const trainedSamples = ({ labels }: LabelledImages, validationSplit: number): number =>
  Math.floor(labels.size * (1 - validationSplit))

async function loadData(
  { data, limit }: TrainArguments,
  signal: AbortSignal,
  stream: CliStream,
): Promise<ImageDataset> {
  if (data === 'mnist') {
    const { train, test } = await mnist.load({ signal })
    return { train: limit === undefined ? train : firstOf(train, limit), test }
  }
  const live = stream.isTTY === true
  const loaded = await digits.load({
    ...(limit === undefined ? {} : { train: limit }),
    signal,
    onProgress: (drawn, total) => {
      if (live) stream.write(`\rDrawing digits: ${drawn} of ${total}`)
    },
  })
  if (live) stream.write('\r\x1b[K')
  return loaded
}

const firstOf = ({ images, labels }: LabelledImages, count: number): LabelledImages => ({
  images: firstRows(images, count),
  labels: firstRows(labels, count),
})

/** The first rows of loaded data, not copied. */
function firstRows(tensor: Tensor, count: number): Tensor {
  const shape = [Math.min(count, tensor.shape[0]), ...tensor.shape.slice(1)]
  return constant(tensor.knownData().subarray(0, sizeOf(shape)) as TypedArray, shape, tensor.dtype)
}

const textOutput = (stream: CliStream): TextOutput => ({
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.columns || undefined
  },
  write: (text) => void stream.write(text),
})
