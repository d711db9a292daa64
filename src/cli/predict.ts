import { Argument, type Command } from 'commander'
import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { showBatchShape } from '../layers/batchShape.js'
import type { Model } from '../models/model.js'
import { tensor } from '../ops/tensor.js'
import {
  configureExecutor,
  type ExecutorArguments,
  targetOption,
  threadsOption,
  wholeNumber,
} from './arguments.js'
import { openModelFile } from './modelFile.js'
import { inputShapeOf } from './modelInput.js'
import { fitPicture, inverted, type PictureSize } from './pictures/fitPicture.js'
import type { Picture } from './pictures/picture.js'
import { readPictures } from './pictures/readPictures.js'
import { type CliContext, humanOutput, writeJson } from './streams.js'

interface PredictArguments extends ExecutorArguments {
  readonly top: number
  readonly invert?: boolean
  readonly classes?: readonly string[]
  readonly json?: boolean
}

/** What a network says of a picture: its outputs, the largest first. */
interface Prediction {
  readonly picture: string
  readonly top: readonly { readonly class: string; readonly value: number }[]
}

/** `gradus predict` */
export function addPredictCommand(program: Command, context: CliContext): void {
  program
    .command('predict')
    .description('show pictures to a trained network; they are made grey and stretched as it takes them')
    .addArgument(new Argument('<file>', 'a model file (.keras or .h5)'))
    .addArgument(new Argument('<pictures...>', 'PNG, JPEG, ..., PNM, or IDX with all its pictures'))
    .option('--top <n>', 'how many classes are shown', wholeNumber(1), 3)
    .option('--invert', 'exchange light and dark: for ink on paper, where a network knows light on dark')
    .option('--classes <names>', 'names of the classes, with commas between (default: their numbers)', names)
    .addOption(targetOption())
    .addOption(threadsOption())
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (file: string, paths: string[], options: PredictArguments) => {
      await configureExecutor(options)
      const predictions = await predict(file, paths, options, context)
      if (options.json) writeJson(context, { model: file, predictions })
    })
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim())

async function predict(
  file: string,
  paths: readonly string[],
  options: PredictArguments,
  context: CliContext,
): Promise<Prediction[]> {
  const stream = humanOutput(context, options.json === true)
  const model = await openModelFile(file)
  const size = sizeFor(model)
  // All are read before the first is shown: a wrong path among them costs no work.
  const pictures: Picture[] = []
  for (const path of paths) {
    for (const picture of await readPictures(path)) {
      const fitted = fitPicture(picture, size)
      pictures.push(options.invert ? inverted(fitted) : fitted)
    }
  }
  const predictions: Prediction[] = []
  for (const group of groupsOf(pictures)) {
    const outputs = await model.predict(batchOf(model, group), { signal: context.signal, verbose: 0 })
    predictions.push(...(await readOutputs(outputs, group, options)))
  }
  const width = Math.max(...predictions.map(({ picture }) => picture.length))
  for (const prediction of predictions) stream.write(`${lineOf(prediction, width)}\n`)
  return predictions
}

/**
 * The pictures that a network takes: `[height, width, channels]`, `[height, width]`, or rows of as many numbers as a square grey
 * picture has pixels.
 */
function sizeFor(model: Model): PictureSize {
  const [, ...shape] = inputShapeOf(model as never)
  const [height, width, channels = 1] = shape
  if ((shape.length === 2 || shape.length === 3) && (channels === 1 || channels === 3)) {
    return { height, width, channels }
  }
  const side = Math.sqrt(height ?? Number.NaN)
  if (shape.length === 1 && Number.isInteger(side)) return { height: side, width: side, channels: 1 }
  throw new ArgumentError(
    `${model.title}: expected a network for pictures, [batch, height, width, channels]; this one takes ${showBatchShape([null, ...shape])}.`,
  )
}

/** Most pictures that are predicted at a time. */
const groupSize = 256

/** Pictures of one size that follow each other. */
function groupsOf(pictures: readonly Picture[]): Picture[][] {
  const groups: Picture[][] = []
  for (const picture of pictures) {
    const last = groups.at(-1)
    const isSame = last?.[0].width === picture.width && last[0].height === picture.height
    if (last && isSame && last.length < groupSize) last.push(picture)
    else groups.push([picture])
  }
  return groups
}

function batchOf(model: Model, group: readonly Picture[]): Tensor {
  const [{ width, height, channels }] = group
  const data = new Uint8Array(group.length * width * height * channels)
  group.forEach((picture, i) => {
    data.set(picture.data, i * width * height * channels)
  })
  const rank = inputShapeOf(model as never).length
  const sample = [[width * height], [height, width], [height, width, channels]][rank - 2]
  return tensor(data, { shape: [group.length, ...sample] })
}

async function readOutputs(
  outputs: Tensor,
  group: readonly Picture[],
  { top, classes }: PredictArguments,
): Promise<Prediction[]> {
  const data = await outputs.data()
  const count = data.length / group.length
  if (classes && classes.length !== count) {
    throw new ArgumentError(
      `--classes: expected a name for each of ${count} classes, received ${classes.length}.`,
    )
  }
  return group.map(({ name }, i) => ({
    picture: name,
    top: Array.from(data.subarray(i * count, (i + 1) * count), (value, k) => ({
      class: classes?.[k] ?? String(k),
      value,
    }))
      .sort((a, b) => b.value - a.value)
      .slice(0, top),
  }))
}

/** Probabilities are shown in percent. */
function lineOf({ picture, top }: Prediction, width: number): string {
  const isProbability = top.every(({ value }) => value >= 0 && value <= 1)
  const shown = top.map(({ class: name, value }) =>
    isProbability ? `${name} ${(100 * value).toFixed(1).padStart(5)} %` : `${name} ${value.toPrecision(4)}`,
  )
  return `${picture.padEnd(width)}  ${shown.join('   ')}`
}
