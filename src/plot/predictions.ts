import { ArgumentError } from '../errors.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { classIds } from './classIds.js'
import type { Drawing } from './drawing.js'
import { imagesOf } from './images.js'
import { ink } from './palette.js'
import { Picture } from './picture.js'
import { tileSheet } from './tileSheet.js'

export interface PredictionsOptions {
  /** The true classes, as numbers or one-hot. What was misread is then marked. */
  readonly labels?: TensorLike
  /** The names of the classes. Default: their numbers. */
  readonly classes?: readonly string[]
  /** Whether those are shown that were misread, alone; needs labels. Default: false. */
  readonly onlyWrong?: boolean
  /** Pictures that are shown at most. Default: 20. */
  readonly maxImages?: number
  /** What stands above. */
  readonly title?: string
}

const predictionsOptions: OptionKeys<PredictionsOptions> = {
  labels: true,
  classes: true,
  onlyWrong: true,
  maxImages: true,
  title: true,
}

/**
 * Pictures with what a network says of each, and how sure it is; where it is wrong, in colour and with what is right.
 *
 * @param images `[n, height, width]` or `[n, height, width, channels]`, with 1 or 3 channels
 * @param predictions what `predict` gave for them, or numbers of classes
 * @throws ShapeError, ArgumentError, when it is drawn, for what does not fit together
 * @example
 * await plot.predictions(test.images, await model.predict(test.images), { labels: test.labels }).save('read.png')
 */
export const predictions = (
  images: TensorLike,
  predictions: TensorLike,
  options: PredictionsOptions = {},
): Picture => new Picture(() => drawPredictions(images, predictions, options))

async function drawPredictions(
  images: TensorLike,
  given: TensorLike,
  options: PredictionsOptions,
): Promise<Drawing> {
  checkOptions(options, 'plot.predictions', '{ labels }', predictionsOptions)
  const { classes, onlyWrong = false } = options
  const most = positiveInteger(options.maxImages ?? 20, 'plot.predictions: maxImages')
  const { ids, probabilities } = await classIds(given, 'plot.predictions: predictions')
  const labels =
    options.labels === undefined
      ? undefined
      : (await classIds(options.labels, 'plot.predictions: labels')).ids
  if (onlyWrong && !labels) {
    throw new ArgumentError('plot.predictions: onlyWrong needs the labels: { onlyWrong: true, labels }.')
  }
  const isWrong = (i: number) => labels !== undefined && labels[i] !== ids[i]
  const shown = ids.flatMap((_, i) => (!onlyWrong || isWrong(i) ? [i] : [])).slice(0, most)
  if (shown.length === 0) {
    throw new ArgumentError(
      `plot.predictions: there is nothing to show${onlyWrong ? ': all are right' : ''}.`,
    )
  }
  const pictures = await imagesOf(images, Math.max(...shown) + 1, 'plot.predictions')
  checkLengths(ids.length, labels?.length, pictures.length, Math.max(...shown))
  const nameOf = (id: number) => classes?.[id] ?? `${id}`
  return tileSheet({
    title: options.title ?? (onlyWrong ? 'Misread pictures' : 'Pictures and predictions'),
    note: noteFor(shown.length, ids.length, labels && ids.filter((_, i) => isWrong(i)).length, onlyWrong),
    tiles: shown.map((i) => {
      const read = probabilities ? `${nameOf(ids[i])} (${percent(probabilities[i])})` : nameOf(ids[i])
      if (!labels || !isWrong(i)) return { pixels: pictures[i], caption: [read] }
      return { pixels: pictures[i], caption: [read, `is ${nameOf(labels[i])}`], colour: ink.wrong }
    }),
    columns: 5,
    tileSize: 96,
  })
}

/** 99.6 % is not yet certain. */
const percent = (probability: number): string => `${Math.min(99, Math.floor(probability * 100))} %`

function noteFor(shown: number, all: number, wrong: number | undefined, onlyWrong: boolean): string {
  const [some, total] = [shown, all].map((count) => count.toLocaleString('en-US'))
  if (wrong === undefined) return `${some} of ${total} pictures`
  const misread = wrong.toLocaleString('en-US')
  return onlyWrong
    ? `${some} of ${misread} misread pictures, of ${total}`
    : `${some} of ${total} pictures; ${misread} misread`
}

function checkLengths(predicted: number, labelled: number | undefined, pictures: number, last: number): void {
  if (labelled !== undefined && labelled !== predicted) {
    throw new ArgumentError(
      `plot.predictions: expected as many labels as predictions, received ${labelled} and ${predicted}.`,
    )
  }
  if (pictures > last) return
  throw new ArgumentError(
    `plot.predictions: expected a picture for each prediction, received ${pictures} and ${predicted}.`,
  )
}
