import { Argument, type Command, Option } from 'commander'
import { outputTo } from '../callbacks/textOutput.js'
import type { ImageDataset } from '../data/datasets/index.js'
import {
  configureExecutor,
  type ExecutorArguments,
  oneOf,
  targetOption,
  threadsOption,
  wholeNumber,
} from './arguments.js'
import { type DatasetName, dataOption, loadDataset } from './datasets.js'
import { compileForClasses, openModelFile } from './modelFile.js'
import { inputFor } from './modelInput.js'
import { type CliContext, humanOutput, writeJson } from './streams.js'

interface EvaluateArguments extends ExecutorArguments {
  readonly data: DatasetName
  readonly on: keyof ImageDataset
  readonly batchSize: number
  readonly json?: boolean
}

/** `gradus evaluate` */
export function addEvaluateCommand(program: Command, context: CliContext): void {
  program
    .command('evaluate')
    .description("measure a trained network's loss and metrics on a data set")
    .addArgument(new Argument('<file>', 'a model file (.keras or .h5)'))
    .addOption(dataOption())
    .addOption(oneOf(new Option('--on <part>', 'which part of the data'), ['test', 'train']).default('test'))
    .option('--batch-size <n>', 'samples at a time; results do not depend on it', wholeNumber(1), 128)
    .addOption(targetOption())
    .addOption(threadsOption())
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (file: string, options: EvaluateArguments) => {
      await configureExecutor(options)
      const result = await evaluate(file, options, context)
      if (options.json) writeJson(context, result)
    })
}

async function evaluate(file: string, options: EvaluateArguments, context: CliContext) {
  const { signal } = context
  const stream = humanOutput(context, options.json === true)
  const model = await openModelFile(file)
  compileForClasses(model)
  const data = await loadDataset(options.data, { signal, stream })
  const { images, labels } = inputFor(model, data[options.on])
  const logs = await model.evaluate(images, labels, {
    batchSize: options.batchSize,
    signal,
    output: outputTo(stream),
  })
  const samples = images.shape[0]
  stream.write(`${file} on the ${samples} ${options.on} samples of ${options.data}:\n`)
  for (const [key, value] of Object.entries(logs)) stream.write(`  ${key.padEnd(12)} ${value.toFixed(4)}\n`)
  return { model: file, data: options.data, on: options.on, samples, ...logs }
}
