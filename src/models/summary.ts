import { bytesPerElement } from '../graph/dtype.js'
import type { Variable } from '../graph/variable.js'
import type { BatchShape } from '../layers/batchShape.js'
import { InputLayer } from '../layers/input.js'
import type { AnyLayer } from '../layers/layer.js'
import { flatShapes } from '../layers/tensors.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import type { AnyModel } from './model.js'
import { positiveInteger } from './options.js'
import { defaultOutput } from './textOutput.js'

export interface SummaryOptions {
  /** Takes each line, without its end. Default: writes to standard output, or the browser's console. */
  readonly printFn?: (line: string) => void
  /** Characters of a line, at least 40. Default: 88, or what the terminal has. */
  readonly lineLength?: number
  /** A column that says whether a layer is trainable. Default: false. */
  readonly showTrainable?: boolean
  /** Rows for the layers inside layers. Default: false. */
  readonly expandNested?: boolean
}

interface Column {
  readonly header: string
  readonly width: number
  readonly align: 'left' | 'right' | 'center'
}

/** Prints a model's layers, output shapes and parameter counts as Keras 3 does. */
export function printSummary(model: AnyModel, options: SummaryOptions = {}): void {
  const output = defaultOutput()
  const print = options.printFn ?? ((line: string) => output.write(`${line}\n`))
  const columns = columnsFor(options, output.columns)
  print(`Model: "${model.name}"`)
  for (const line of tableOf(columns, rowsOf(model, options))) print(line)
  for (const line of totalsOf(model, model.optimizer)) print(line)
}

/** Widths by Keras's rule: the line's length cut at 45 %, 80 % and 100 %. */
function columnsFor({ lineLength, showTrainable }: SummaryOptions, terminal: number | undefined): Column[] {
  const standard = 88 + (showTrainable ? 12 : 0)
  const length =
    lineLength === undefined
      ? Math.max(40, Math.min(standard, (terminal ?? standard + 4) - 4))
      : positiveInteger(lineLength, 'summary: lineLength', 40)
  const headers = [
    { header: 'Layer (type)', align: 'left' },
    { header: 'Output Shape', align: 'left' },
    { header: 'Param #', align: 'right' },
    ...(showTrainable ? [{ header: 'Trainable', align: 'center' } as const] : []),
  ] as const
  const scale = showTrainable ? 0.9 : 1
  const ends = [0.45 * scale, 0.8 * scale, scale, ...(showTrainable ? [1] : [])].map((part) =>
    Math.trunc(part * length),
  )
  // Beside its text a column takes two blanks and the bar behind it; the first also the bar before it.
  return headers.map((column, i) => ({ ...column, width: Math.max(1, ends[i] - (ends[i - 1] ?? 1) - 3) }))
}

function rowsOf(model: AnyLayer, options: SummaryOptions, depth = 0): string[][] {
  const shown = model.sublayers().filter((layer) => !(layer instanceof InputLayer && depth === 0))
  return shown.flatMap((layer) => {
    const prefix = depth > 0 ? `${'   '.repeat(depth)}└ ` : ''
    const row = [
      `${prefix}${layer.name} (${layer.className})`,
      layer.built ? flatShapes(layer.outputShape).map(showKerasShape).join(', ') : '?',
      layer.built ? count(layer.countParams()) : '0 (unbuilt)',
    ]
    if (options.showTrainable) row.push(layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N')
    return options.expandNested ? [row, ...rowsOf(layer, options, depth + 1)] : [row]
  })
}

function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + columns.map(({ width }) => line.repeat(width + 2)).join(cross) + right
  const cells = (row: readonly string[], bar: string) => {
    const wrapped = row.map((text, i) => wrap(text, columns[i].width))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, y) => {
      const line = columns.map((column, i) => ` ${pad(wrapped[i][y] ?? '', column)} `)
      return bar + line.join(bar) + bar
    })
  }
  const body = rows.map((row) => cells(row, '│'))
  return [
    rule('┏', '━', '┳', '┓'),
    ...cells(
      columns.map(({ header }) => header),
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
    ...body.flatMap((lines, i) => (i === 0 ? lines : [rule('├', '─', '┼', '┤'), ...lines])),
    rule('└', '─', '┴', '┘'),
  ]
}

function totalsOf(model: AnyLayer, optimizer: Optimizer | undefined): string[] {
  const trainable = measure(model.trainableWeights)
  const frozen = measure(model.nonTrainableWeights)
  const slots = optimizer?.built ? withLearningRate(measure(optimizer.variables)) : undefined
  const lines: [string, Measure][] = [
    ['Total', sumOf(trainable, frozen, slots ?? { parameters: 0, bytes: 0 })],
    ['Trainable', trainable],
    ['Non-trainable', frozen],
  ]
  if (slots) lines.push(['Optimizer', slots])
  return lines.map(
    ([name, { parameters, bytes }]) => ` ${name} params: ${count(parameters)} (${showBytes(bytes)})`,
  )
}

interface Measure {
  readonly parameters: number
  readonly bytes: number
}

const measure = (variables: readonly Variable[]): Measure => ({
  parameters: variables.reduce((sum, { size }) => sum + size, 0),
  bytes: variables.reduce((sum, { size, dtype }) => sum + size * bytesPerElement[dtype], 0),
})

const sumOf = (...measures: readonly Measure[]): Measure => ({
  parameters: measures.reduce((sum, { parameters }) => sum + parameters, 0),
  bytes: measures.reduce((sum, { bytes }) => sum + bytes, 0),
})

/** Keras counts the learning rate among an optimizer's variables; here it is an input of the step. */
const withLearningRate = (slots: Measure): Measure => sumOf(slots, { parameters: 1, bytes: 4 })

/** Shapes as in Keras's own table, which courses print: `(None, 24, 24, 20)`. */
const showKerasShape = (shape: BatchShape): string => {
  const sizes = shape.map((size) => size ?? 'None')
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`
}

/** `431,080` */
const count = (value: number): string => value.toLocaleString('en-US')

/** `1.64 MB` */
function showBytes(bytes: number): string {
  let size = bytes
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (size < 1024) return `${size.toFixed(2)} ${unit}`
    size /= 1024
  }
  return `${size.toFixed(2)} TB`
}

function pad(text: string, { width, align }: Column): string {
  if (align === 'left') return text.padEnd(width)
  if (align === 'right') return text.padStart(width)
  return text.padStart(Math.floor((width + text.length) / 2)).padEnd(width)
}

/** Lines of at most `width` characters, broken at blanks where possible. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width)
    const end = blank > rest.search(/\S/) ? blank : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).replace(/^ /, '')
  }
  return [...lines, rest]
}
