import { defaultOutput } from '../callbacks/textOutput.js'
import { ArgumentError } from '../errors.js'
import { bytesPerElement } from '../graph/dtype.js'
import type { Variable } from '../graph/variable.js'
import type { BatchShape } from '../layers/batchShape.js'
import { InputLayer } from '../layers/input.js'
import type { AnyLayer } from '../layers/layer.js'
import { isSymbolic } from '../layers/symbolic.js'
import { isShape } from '../layers/tensors.js'
import type { Optimizer } from '../optimizers/optimizer.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { flatten, layoutOf, mapStructure, type Structure } from '../utils/structure.js'
import { type LayerCost, layerCosts } from './flops.js'
import type { LayerGraph } from './layerGraph.js'
import { type AnyModel, Model } from './model.js'
import { type Column, fitWidths, roundHalfEven, textTable } from './textTable.js'

export interface SummaryOptions {
  /** Takes each line, without its end. Default: writes to standard output, or the browser's console. */
  readonly printFn?: (line: string) => void
  /** Characters of a line, at least 40. Default: 88, or 108 with connections, or what the terminal has. */
  readonly lineLength?: number
  /** A column that says whether a layer is trainable. Default: false. */
  readonly showTrainable?: boolean
  /** Rows for the layers inside layers. Default: false. */
  readonly expandNested?: boolean
  /**
   * A column with the floating-point operations that a sample costs in inference: 2 for each multiplication and addition of
   * matrix products and convolutions, 1 for each element of other ops. Default: false.
   */
  readonly showFlops?: boolean
  /** A column with the bytes of the outputs for one sample. Default: false. */
  readonly showMemory?: boolean
}

const summaryOptions: OptionKeys<SummaryOptions> = {
  printFn: true,
  lineLength: true,
  showTrainable: true,
  expandNested: true,
  showFlops: true,
  showMemory: true,
}

/** A column besides Keras's, and what it says of a layer. */
interface CostColumn {
  readonly header: string
  readonly show: (cost: LayerCost) => string
}

/** Characters that a column of costs takes, frame included. */
const COST_WIDTH = 13

/** Prints a model's layers, output shapes and parameter counts as Keras 3 does. */
export function printSummary(model: AnyModel, options: SummaryOptions = {}): void {
  checkOptions(options, 'summary', '{ showTrainable: true }', summaryOptions)
  const output = defaultOutput()
  const print = options.printFn ?? ((line: string) => output.write(`${line}\n`))
  const graph = model.graph?.isChain === false ? model.graph : undefined
  const costs = costColumns(options)
  const columns = columnsFor(options, graph !== undefined, costs, output.columns)
  const table = new Rows(options, graph, costs, costs.length > 0 ? costsOf(model) : new Map())
  print(`Model: "${model.name}"`)
  for (const line of textTable(columns, table.of(model))) print(line)
  for (const line of totalsOf(model, model.optimizer)) print(line)
}

function costColumns({ showFlops, showMemory }: SummaryOptions): CostColumn[] {
  return [
    ...(showFlops ? [{ header: 'FLOPs', show: ({ flops }: LayerCost) => count(flops) }] : []),
    ...(showMemory ? [{ header: 'Memory', show: ({ bytes }: LayerCost) => showBytes(bytes) }] : []),
  ]
}

function costsOf(model: AnyModel): ReadonlyMap<AnyLayer, LayerCost> {
  if (model.built) return layerCosts(model)
  throw new ArgumentError(
    `${model.title} is not built, so its FLOPs and memory are not known. Start it with layers.input(shape), or call build(inputShape).`,
  )
}

/** Widths by Keras's rule: cut at parts of the line, then made to fit with the frame. */
function columnsFor(
  { lineLength, showTrainable }: SummaryOptions,
  showConnections: boolean,
  costs: readonly CostColumn[],
  terminal: number | undefined,
): Column[] {
  const room = COST_WIDTH * costs.length
  const standard = (showConnections ? 108 : 88) + (showTrainable ? 12 : 0) + room
  const given =
    lineLength === undefined
      ? Math.max(40 + room, Math.min(standard, (terminal ?? standard + 4) - 4))
      : positiveInteger(lineLength, 'summary: lineLength', 40)
  const length = given - room
  const headers: Omit<Column, 'width'>[] = [
    { header: 'Layer (type)', align: 'left' },
    { header: 'Output Shape', align: 'left' },
    { header: 'Param #', align: 'right' },
    ...(showConnections ? [{ header: 'Connected to', align: 'left' } as const] : []),
    ...(showTrainable ? [{ header: 'Trainable', align: 'center' } as const] : []),
  ]
  const parts = showConnections ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]
  const ends = (showTrainable ? [...parts.map((part) => part * 0.9), 1] : parts).map((part) =>
    Math.trunc(part * length),
  )
  const widths = fitWidths(
    ends.map((end, i) => end - (ends[i - 1] ?? 0)),
    length,
  )
  const columns = headers.map((column, i): Column => ({ ...column, width: widths[i] }))
  const costly = costs.map(({ header }): Column => ({ header, align: 'right', width: COST_WIDTH - 3 }))
  return columns.toSpliced(3, 0, ...costly)
}

/** The rows of the table. */
class Rows {
  constructor(
    private readonly options: SummaryOptions,
    /** The graph whose connections are shown. */
    private readonly graph: LayerGraph | undefined,
    private readonly costs: readonly CostColumn[],
    private readonly costOf: ReadonlyMap<AnyLayer, LayerCost>,
  ) {}

  of(model: AnyLayer, depth = 0): string[][] {
    // Of a sequential model the input layer is no layer; of a graph it is.
    const isGraph = model instanceof Model && model.graph !== undefined
    const layers = model instanceof Model ? model.layers : model.sublayers()
    const shown = layers.filter((layer) => isGraph || !(layer instanceof InputLayer))
    return shown.flatMap((layer) => {
      const row = this.row(layer, depth > 0 ? `${'   '.repeat(depth)}└ ` : '')
      return this.options.expandNested ? [row, ...this.of(layer, depth + 1)] : [row]
    })
  }

  private row(layer: AnyLayer, prefix: string): string[] {
    const cost = this.costOf.get(layer)
    return [
      `${prefix}${layer.name} (${layer.className})`,
      outputShapeOf(layer),
      layer.built ? count(layer.countParams()) : '0 (unbuilt)',
      ...this.costs.map(({ show }) => (cost ? show(cost) : '-')),
      ...(this.graph ? [connections(this.graph, layer)] : []),
      ...(this.options.showTrainable ? [layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N'] : []),
    ]
  }
}

/** Where a layer's inputs come from: `dense[0][0]` is output 0 of call 0 of the layer `dense`. */
function connections(graph: LayerGraph, layer: AnyLayer): string {
  const sources = graph.callsOf(layer).flatMap((call) => graph.sources(call))
  const texts = sources.map(
    ({ call, index }) => `${call.layer.name}[${call.layer.calls.indexOf(call)}][${index}]`,
  )
  return texts.length === 0 ? '-' : texts.join(', ')
}

function outputShapeOf(layer: AnyLayer): string {
  const call = layer.calls.at(-1)
  if (call) return showShapes(mapStructure(call.outputs, isSymbolic, ({ shape }) => shape))
  return layer.built ? showShapes(layer.outputShape) : '?'
}

/** Shapes as in Keras's own table, which courses print: `(None, 24, 24, 20)`; of several, `[(None, 2), (None, 3)]`. */
function showShapes(shapes: Structure<BatchShape>): string {
  const texts = flatten(shapes, isShape).map(showShape)
  const layout = layoutOf(shapes, isShape)
  if (layout.kind === 'object') return `{${layout.keys.map((key, i) => `${key}: ${texts[i]}`).join(', ')}}`
  return texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
}

const showShape = (shape: BatchShape): string => `(${shape.map((size) => size ?? 'None').join(', ')})`

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

/** `431,080` */
const count = (value: number): string => value.toLocaleString('en-US')

/** `1.64 MB` */
function showBytes(bytes: number): string {
  let size = bytes
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (size < 1024) return `${twoDigits(size)} ${unit}`
    size /= 1024
  }
  return `${twoDigits(size)} TB`
}

const twoDigits = (value: number): string => (roundHalfEven(value * 100) / 100).toFixed(2)
