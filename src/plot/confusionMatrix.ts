import { ArgumentError } from '../errors.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { oneOf } from '../utils/oneOf.js'
import { classIds } from './classIds.js'
import type { Drawing } from './drawing.js'
import { ink } from './palette.js'
import { Picture } from './picture.js'
import { dataUrl, enlarged, pixelsFrom } from './pixels.js'
import { drawingOf, element, escaped, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'
import { wholeTicks } from './ticks.js'

export interface ConfusionMatrixOptions {
  /** The names of the classes. Default: their numbers. */
  readonly classes?: readonly string[]
  /**
   * Percent instead of counts: of the samples of each true class (`'true'`), of each predicted class (`'pred'`), or of `'all'`, as in
   * scikit-learn. Default: counts.
   */
  readonly normalize?: 'true' | 'pred' | 'all'
  /** What stands above. */
  readonly title?: string
}

const matrixOptions: OptionKeys<ConfusionMatrixOptions> = { classes: true, normalize: true, title: true }

/**
 * How often samples of each class (rows) were taken for which (columns). Colours show parts of each row; with `normalize`, what is written.
 *
 * @param labels the true classes: numbers `[n]`, or one-hot `[n, classes]`
 * @param predictions what `predict` gave, `[n, classes]` or `[n, 1]`, or numbers of classes `[n]`
 * @throws ShapeError, ArgumentError, when it is drawn, for what does not fit together
 * @example
 * await plot.confusionMatrix(test.labels, await model.predict(test.images)).save('confusion.svg')
 */
export const confusionMatrix = (
  labels: TensorLike,
  predictions: TensorLike,
  options: ConfusionMatrixOptions = {},
): Picture => new Picture(() => drawConfusionMatrix(labels, predictions, options))

async function drawConfusionMatrix(
  labels: TensorLike,
  predictions: TensorLike,
  options: ConfusionMatrixOptions,
): Promise<Drawing> {
  checkOptions(options, 'plot.confusionMatrix', "{ normalize: 'true' }", matrixOptions)
  const { normalize, title = 'Confusion matrix' } = options
  if (normalize !== undefined) oneOf(normalize, ['true', 'pred', 'all'], 'plot.confusionMatrix: normalize')
  const truth = await classIds(labels, 'plot.confusionMatrix: labels')
  const found = await classIds(predictions, 'plot.confusionMatrix: predictions')
  if (truth.ids.length !== found.ids.length || truth.ids.length === 0) {
    throw new ArgumentError(
      `plot.confusionMatrix: expected as many predictions as labels, and some, received ${found.ids.length} and ${truth.ids.length}.`,
    )
  }
  const size = Math.max(truth.classes, found.classes)
  const names = namesOf(options.classes, size)
  const counts = countsOf(truth.ids, found.ids, size)
  const shares = sharesOf(counts, normalize ?? 'true')
  const right = counts.reduce((sum, row, i) => sum + row[i], 0)
  const total = truth.ids.length
  const svg = await draw({
    ...{ title, names, shares },
    texts: counts.map((row, i) =>
      row.map((count, j) => (normalize ? percent(shares[i][j]) : grouped(count))),
    ),
    unit: { true: '% of each true class', pred: '% of each predicted class', all: '% of all samples' }[
      normalize ?? 'true'
    ],
    note: `${grouped(total)} samples, accuracy ${((100 * right) / total).toFixed(2)} %${normalize ? '; numbers in percent' : ''}`,
  })
  const rows = counts.map((row, i) => [names[i], ...row])
  return { title, svg, tables: [{ title: 'Counts', columns: ['true \\ predicted', ...names], rows }] }
}

const grouped = (count: number): string => count.toLocaleString('en-US')
const percent = (share: number): string => (100 * share).toFixed(1)

function namesOf(classes: readonly string[] | undefined, size: number): string[] {
  if (classes !== undefined && classes.length < size) {
    throw new ArgumentError(
      `plot.confusionMatrix: expected the names of ${size} classes, received ${classes.length}.`,
    )
  }
  return Array.from({ length: classes?.length ?? size }, (_, i) => classes?.[i] ?? `${i}`)
}

function countsOf(truth: readonly number[], found: readonly number[], size: number): number[][] {
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  truth.forEach((id, i) => counts[id][found[i]]++)
  return counts
}

function sharesOf(counts: readonly (readonly number[])[], of: 'true' | 'pred' | 'all'): number[][] {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const rows = counts.map(sum)
  const columns = counts.map((_, j) => sum(counts.map((row) => row[j])))
  const all = sum(rows)
  const whole = (i: number, j: number) => ({ true: rows[i], pred: columns[j], all })[of]
  return counts.map((row, i) => row.map((count, j) => count / (whole(i, j) || 1)))
}

/** White to a dark blue, evenly darker, so that it is read without colours too. */
const ramp = [
  [255, 255, 255],
  [158, 202, 232],
  [0, 114, 178],
  [0, 48, 80],
] as const

/** Where a part stands between white and dark: by its root, since the few errors of a good network are what people look for. */
const placeOf = (share: number): number => Math.sqrt(Math.max(0, Math.min(1, share)))

function colourAt(share: number): [number, number, number] {
  const place = placeOf(share) * (ramp.length - 1)
  const i = Math.min(ramp.length - 2, Math.floor(place))
  return [0, 1, 2].map((c) => ramp[i][c] + (ramp[i + 1][c] - ramp[i][c]) * (place - i)) as [
    number,
    number,
    number,
  ]
}

const cssColour = (share: number): string => `rgb(${colourAt(share).map(Math.round).join(',')})`

interface Matrix {
  readonly title: string
  readonly names: readonly string[]
  readonly shares: readonly (readonly number[])[]
  readonly texts: readonly (readonly string[])[]
  readonly unit: string
  readonly note: string
}

const margin = 20
const labelSize = 13
/** Of the square, so that what is written beside it has room. */
const leastSide = 220
/** From so many classes on cells are pixels of a picture. */
const mostCells = 30

async function draw(matrix: Matrix): Promise<string> {
  const { title, names, shares, unit, note } = matrix
  const n = shares.length
  const cell =
    n <= 12 ? Math.max(46, Math.round(leastSide / n)) : n <= mostCells ? 28 : Math.max(3, Math.floor(600 / n))
  const side = cell * n
  const step = n <= mostCells ? 1 : wholeStep(n)
  const marked = names
    .slice(0, n)
    .flatMap((name, i) => (i % step === 0 ? [{ name: fitText(name, labelSize, 130), i }] : []))
  const longest = Math.max(...marked.map(({ name }) => textWidth(name, labelSize)))
  const isUpright = longest <= cell * step - 4
  const left = margin + 22 + longest + 8
  const top = 56
  const below = isUpright ? 20 : longest * Math.SQRT1_2 + 14
  const bar = { x: left + side + 24, width: 14 }
  const width = Math.ceil(Math.max(bar.x + bar.width + 44 + 22, left + textWidth(note, labelSize)) + margin)
  const bottom = top + side + below
  return drawingOf(
    width,
    Math.ceil(bottom) + 58,
    title,
    textAt(margin, 32, fitText(title, 18, width - 2 * margin, 'bold'), {
      size: 18,
      colour: ink.text,
      weight: 'bold',
    }),
    ...(n <= mostCells ? drawCells(matrix, cell, left, top) : [await drawImage(shares, cell, left, top)]),
    element('rect', { x: left, y: top, width: side, height: side, fill: 'none', stroke: ink.quiet }),
    ...marked.map(({ name, i }) =>
      textAt(left - 8, top + (i + 0.5) * cell + 4.5, name, {
        size: labelSize,
        colour: ink.quiet,
        anchor: 'end',
      }),
    ),
    ...marked.map(({ name, i }) => columnName(name, left + (i + 0.5) * cell, top + side, isUpright)),
    textAt(left + side / 2, bottom + 16, 'predicted', {
      size: labelSize,
      colour: ink.text,
      anchor: 'middle',
    }),
    turned('true', margin + 10, top + side / 2),
    ...colourBar(bar.x, top, bar.width, side, unit),
    textAt(left, bottom + 44, note, { size: labelSize, colour: ink.quiet }),
  )
}

/** Each fifth, tenth, twentieth class is named. */
const wholeStep = (n: number): number => {
  const { values } = wholeTicks(0, n, 12)
  return values[1] - values[0]
}

function drawCells({ names, shares, texts }: Matrix, cell: number, left: number, top: number): string[] {
  const size = cell >= 40 ? 13 : 10
  const fits = texts.flat().every((text) => textWidth(text, size) <= cell - 2)
  return shares.flatMap((row, i) =>
    row.map((share, j) => {
      const [x, y] = [left + j * cell, top + i * cell]
      const colour =
        texts[i][j] === '0' || texts[i][j] === '0.0'
          ? '#a0a0a0'
          : placeOf(share) > 0.62
            ? ink.paper
            : ink.text
      return element(
        'g',
        {},
        element('title', {}, escaped(`${names[i]} taken for ${names[j]}: ${texts[i][j]}`)),
        element('rect', { x, y, width: cell, height: cell, fill: cssColour(share), stroke: ink.grid }),
        fits
          ? textAt(x + cell / 2, y + cell / 2 + size * 0.36, texts[i][j], { size, colour, anchor: 'middle' })
          : '',
      )
    }),
  )
}

async function drawImage(shares: Matrix['shares'], cell: number, left: number, top: number): Promise<string> {
  const n = shares.length
  const pixels = pixelsFrom(n, n, 3, (x, y, channel) => colourAt(shares[y][x])[channel])
  const side = n * cell
  return element('image', {
    x: left,
    y: top,
    width: side,
    height: side,
    href: await dataUrl(enlarged(pixels, cell)),
  })
}

/** Below its column, aslant if it is longer than that is wide. */
function columnName(name: string, x: number, y: number, isUpright: boolean): string {
  if (isUpright) return textAt(x, y + 17, name, { size: labelSize, colour: ink.quiet, anchor: 'middle' })
  const text = textAt(0, 0, name, { size: labelSize, colour: ink.quiet, anchor: 'end' })
  return element('g', { transform: `translate(${x + 4} ${y + 14}) rotate(-45)` }, text)
}

const turned = (text: string, x: number, y: number): string =>
  element(
    'g',
    { transform: `translate(${x} ${y}) rotate(-90)` },
    textAt(0, 0, text, { size: labelSize, colour: ink.text, anchor: 'middle' }),
  )

function colourBar(x: number, top: number, width: number, height: number, unit: string): string[] {
  const stops = ramp.map((_, i) => i / (ramp.length - 1))
  const marks = [0, 1, 5, 10, 25, 50, 75, 100]
  return [
    element(
      'linearGradient',
      { id: 'shares', x1: 0, y1: 1, x2: 0, y2: 0 },
      ...stops.map((stop) => element('stop', { offset: stop, 'stop-color': cssColour(stop ** 2) })),
    ),
    element('rect', { x, y: top, width, height, fill: 'url(#shares)', stroke: ink.quiet }),
    ...marks.map((percent) =>
      textAt(x + width + 6, top + height * (1 - placeOf(percent / 100)) + 4.5, `${percent}`, {
        size: 12,
        colour: ink.quiet,
      }),
    ),
    turned(unit, x + width + 44, top + height / 2),
  ]
}
