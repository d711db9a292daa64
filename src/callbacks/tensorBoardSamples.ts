import { ArgumentError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import { Tensor } from '../graph/tensor.js'
import { asTensor, type TensorLike, tensor } from '../ops/tensor.js'
import { confusionPicture } from '../tensorboard/confusionPicture.js'
import type { SummaryWriter } from '../tensorboard/summaryWriter.js'
import { boundsOf } from '../utils/bounds.js'
import type { CallbackModel } from './callback.js'

/** Samples and their labels. */
export type LabelledSamples = readonly [x: unknown, y: unknown]

/** Of how many samples, at most, pictures and predictions are written. */
const MOST_SAMPLES = 16
/** Of how many classes, at most, a matrix is written. */
const MOST_CLASSES = 100
/** Samples that are predicted at a time, at most. */
const LARGEST_BATCH = 128

/**
 * The first samples as pictures, where they are such: `[samples, height, width]` or, with 1, 3 or 4 channels, `[samples, height, width,
 * channels]`. Bytes as they are; of other numbers the least is black and the greatest white.
 */
export async function writeInputs(writer: SummaryWriter, [x]: LabelledSamples, step: number): Promise<void> {
  const images = single(x)
  if (!images) return
  const { shape } = images
  const [count, height = 0, width = 0, channels = 1] = shape
  const isPicture = (shape.length === 3 || shape.length === 4) && [1, 3, 4].includes(channels)
  if (!isPicture || count * height * width === 0) return
  const most = Math.min(count, MOST_SAMPLES)
  const data = (await images.data()).subarray(0, most * height * width * channels)
  const pixels = data instanceof Uint8Array ? data : stretched(data)
  const pictures = tensor(pixels, { shape: [most, height, width, channels] })
  await writer.image('inputs/image', pictures, { step, maxOutputs: MOST_SAMPLES })
}

/** Numbers as bytes, from the least to the greatest. */
function stretched(numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const { least, greatest } = boundsOf(numbers)
  const scale = greatest > least ? 255 / (greatest - least) : 0
  return Uint8Array.from({ length: numbers.length }, (_, i) => Math.round(scale * (numbers[i] - least)))
}

/** Writes what was seen before. */
export type Write = (writer: SummaryWriter) => Promise<void>

/** What the network says of the first samples, as a table, if it tells classes apart. */
export async function predictionsOf(
  model: CallbackModel,
  samples: LabelledSamples,
  options: { readonly step: number; readonly classNames: readonly string[] | undefined },
): Promise<Write> {
  const readings = await readClasses(model, samples)
  if (!readings) return async () => {}
  const { labels, predicted, outputs } = readings
  const nameOf = (index: number) => options.classNames?.[index] ?? `${index}`
  const rows = labels
    .slice(0, MOST_SAMPLES)
    .map((label, i) => [nameOf(label), nameOf(predicted[i]), outputs[i].toPrecision(4)])
  const table = [['label', 'predicted', 'output'], ...rows]
  return (writer) => writer.text('predictions', table, { step: options.step })
}

/**
 * How many samples of each class were taken for which, as a table of counts, and as a picture if asked for.
 * @throws ArgumentError if the network does not tell classes apart
 */
export async function confusionOf(
  model: CallbackModel,
  samples: LabelledSamples,
  options: {
    readonly step: number
    readonly classNames: readonly string[] | undefined
    readonly isDrawn: boolean
  },
): Promise<Write> {
  const { step, classNames, isDrawn } = options
  const readings = await readClasses(model, samples)
  if (!readings || readings.classes > MOST_CLASSES) {
    throw new ArgumentError(
      `TensorBoard: confusionSamples need a network with one output of 1 to ${MOST_CLASSES} classes, [samples, classes], and labels for it. ` +
        `That of ${model.title} is another. Leave them out.`,
    )
  }
  const { classes, labels, predicted } = readings
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0))
  labels.forEach((label, i) => {
    counts[label][predicted[i]]++
  })
  const names = counts.map((_, index) => classNames?.[index] ?? `${index}`)
  const rows = counts.map((line, label) => [names[label], ...line.map(String)])
  return async (writer) => {
    await writer.text('confusion_matrix', [['label \\ predicted', ...names], ...rows], { step })
    if (isDrawn) await writer.picture('confusion_matrix/image', confusionPicture(counts), { step })
  }
}

/** What a network says of samples of classes. */
interface ClassReadings {
  readonly classes: number
  readonly labels: readonly number[]
  readonly predicted: readonly number[]
  /** The output for what is predicted. */
  readonly outputs: readonly number[]
}

/**
 * The classes that are the greatest of each row of outputs; of a single unit class 1 from 0.5 on.
 * @returns undefined unless there is one output `[samples, classes]`, and labels for it: class numbers, or rows of the same shape
 * @throws ArgumentError for labels that are no classes of the network
 */
async function readClasses(
  model: CallbackModel,
  [x, y]: LabelledSamples,
): Promise<ClassReadings | undefined> {
  const labels = single(y)
  if (!labels) return undefined
  const output = await model.predict(x, { batchSize: evenBatchSize(labels.shape[0]), verbose: 0 })
  if (!(output instanceof Tensor) || output.shape.length !== 2) return undefined
  const [samples, units] = output.shape
  const rows = await output.data()
  const given = await labels.data()
  const areRows = units > 1 && labels.shape.length === 2 && labels.shape[1] === units
  if (!areRows && given.length !== samples) return undefined
  const classes = Math.max(2, units)
  const readings = Array.from({ length: samples }, (_, i) => {
    const row = rows.subarray(i * units, (i + 1) * units)
    const [predicted, value] = units === 1 ? ofOne(row[0]) : greatest(row)
    const label = areRows ? greatest(given.subarray(i * units, (i + 1) * units))[0] : given[i]
    return { label, predicted, value }
  })
  const stranger = readings.find(({ label }) => !Number.isInteger(label) || label < 0 || label >= classes)
  // Of one unit, they may be what a regression is to come to.
  if (stranger && units === 1) return undefined
  if (stranger) {
    throw new ArgumentError(
      `TensorBoard: expected labels from 0 to ${classes - 1} for outputs of shape ${showShape(output.shape)}, received ${stranger.label}.`,
    )
  }
  return {
    classes,
    labels: readings.map(({ label }) => label),
    predicted: readings.map(({ predicted }) => predicted),
    outputs: readings.map(({ value }) => value),
  }
}

/** That of batches of one size, so that none is filled up. */
const evenBatchSize = (samples: number): number =>
  Math.ceil(samples / Math.ceil(samples / LARGEST_BATCH)) || 1

const ofOne = (output: number): readonly [number, number] => (output >= 0.5 ? [1, output] : [0, 1 - output])

function greatest(row: ArrayLike<number>): readonly [index: number, value: number] {
  let index = 0
  for (let i = 1; i < row.length; i++) if (row[i] > row[index]) index = i
  return [index, row[index]]
}

/** One array, if that is what was given: networks may have several inputs. */
function single(data: unknown): Tensor | undefined {
  const isOne =
    data instanceof Tensor || ArrayBuffer.isView(data) || (Array.isArray(data) && !data.some(isArrayLike))
  return isOne ? asTensor(data as TensorLike) : undefined
}
const isArrayLike = (value: unknown): boolean => value instanceof Tensor || ArrayBuffer.isView(value)
