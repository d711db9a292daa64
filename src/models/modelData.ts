import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import { Tensor } from '../graph/tensor.js'
import { type BatchShape, matchesSample, reshapeHint, showBatchShape } from '../layers/batchShape.js'
import type { AnyLayer } from '../layers/layer.js'
import type { ShapesOf, Tensors } from '../layers/tensors.js'
import type { Later } from '../utils/later.js'
import {
  arrange,
  flatten,
  type Layout,
  layoutOf,
  layoutSize,
  pack,
  type Structure,
} from '../utils/structure.js'
import { type ClassWeight, withClassWeights } from './classWeights.js'
import {
  type DataInput,
  type DataSource,
  dataSource,
  dataSources,
  sampleSizeOf,
  samplesOf,
  sliceSource,
} from './dataSource.js'
import type { AnyModel } from './model.js'
import type { Places } from './places.js'

/**
 * Data in the form of a model's inputs: one array, a list, or an object of arrays. For a list, an object with the names of
 * the inputs does as well.
 */
export type DataFor<S> = [S] extends [never]
  ? Structure<DataInput>
  : S extends Tensor
    ? DataInput
    : { readonly [K in keyof S]: DataInput } | ByName<S, DataInput>

/** What an object with the names of its places may stand in for: a list. An object is known by its own names. */
type ByName<S, T> = S extends readonly unknown[] ? Readonly<Record<string, T>> : never

/** Labels or targets in the form of a model's outputs; `null` for an output that has no loss. */
export type TargetsFor<S> = [S] extends [never]
  ? Structure<DataInput | null>
  : S extends Tensor
    ? DataInput
    : { readonly [K in keyof S]: DataInput | null } | ByName<S, DataInput | null>

/** A weight for each sample: for all outputs, or in the form of the outputs for each. */
export type SampleWeights =
  | DataInput
  | readonly (DataInput | null)[]
  | Readonly<Record<string, DataInput | null>>

/** Samples in memory: the arrays of each input, the targets of each output, and their weights. */
export interface ModelData {
  readonly x: readonly DataSource[]
  /** Empty where there are none; `undefined` for an output without a loss. */
  readonly y: readonly (DataSource | undefined)[]
  /** For each output, if it has any. */
  readonly weights: readonly (DataSource | undefined)[]
  readonly samples: number
}

/** What data is called in errors. */
export interface DataNames {
  readonly x: string
  readonly y: string
  readonly sampleWeight: string
}

export const argumentNames: DataNames = { x: 'x', y: 'y', sampleWeight: 'sampleWeight' }

/** What was given for a model, not yet looked at. */
export interface GivenData {
  readonly x: unknown
  readonly y?: unknown
  readonly sampleWeight?: unknown
  readonly classWeight?: ClassWeight
}

/**
 * Data for a model, which is built for its shape if it was not.
 * @throws ArgumentError, ShapeError naming the array that does not fit
 */
export async function modelData(model: AnyModel, given: GivenData, names: DataNames): Promise<ModelData> {
  const x = await modelInputs(model, given.x, names.x)
  const { samples } = x[0]
  const y = given.y === undefined || given.y === null ? [] : await targets(model, given.y, samples, names.y)
  const weights = await weightsOf(model, given.sampleWeight, names)
  const all = [...x, ...y, ...weights].filter((source) => source !== undefined)
  const other = all.find((source) => source.samples !== samples)
  if (other) throw unlikeCounts(model, x[0], other, y.includes(other))
  return withClassWeights(model.title, { x, y, weights, samples }, given.classWeight)
}

/** What is wrong with arrays of which one has more samples, or labels, than the first. */
const unlikeCounts = (model: AnyModel, first: Counted, other: Counted, isLabels = false): ArgumentError =>
  new ArgumentError(
    `${model.title}: expected as many ${isLabels ? 'labels as samples' : 'samples in all arrays'}, received ${first.shape[0]} samples in ` +
      `${first.name} (${showShape(first.shape)}) and ${other.shape[0]} ${isLabels ? 'labels ' : ''}in ${other.name} (${showShape(other.shape)}). ` +
      `Give one ${isLabels ? 'label' : 'value'} for each sample, in the same order.`,
  )

type Counted = Pick<DataSource, 'name' | 'shape'>

/**
 * The arrays of a model's inputs, in order.
 * @throws ArgumentError, ShapeError naming the array that does not fit, or has not as many samples as the first
 */
export function modelInputs(model: AnyModel, given: unknown, name: string): Later<DataSource[]> {
  if (given === undefined || given === null) {
    throw new ArgumentError(`${name}: expected a tensor, a typed array or nested arrays, received ${given}.`)
  }
  const places = model.inputPlaces
  if (places) return inputsAt(places, model, given, name)
  return buildFor(model, given as Structure<DataInput>, name).then((built) =>
    inputsAt(built, model, given, name),
  )
}

function inputsAt(places: Places, model: AnyModel, given: unknown, name: string): Later<DataSource[]> {
  const arrays = arrangeData(model, given, places, name)
  const nameOf = (i: number): string => placeName(name, places, i)
  const samples: Tensor[] = []
  for (let i = 0; i < arrays.length; i++) {
    const expected = places.shapes[i]
    const tensor = samplesOf(arrays[i] as DataInput, nameOf(i), expected)
    if (!matchesSample(tensor.shape, expected)) {
      throw new ShapeError(
        `${model.title}: expected ${nameOf(i)} of shape ${showBatchShape(expected)}, received ${showShape(tensor.shape)}. ` +
          reshapeHint(tensor.shape, expected),
      )
    }
    if (i > 0 && tensor.shape[0] !== samples[0].shape[0]) {
      const named = (j: number, { shape }: Tensor): Counted => ({ name: nameOf(j), shape })
      throw unlikeCounts(model, named(0, samples[0]), named(i, tensor))
    }
    samples.push(tensor)
  }
  const sources = dataSources(samples, nameOf)
  return mayHoldIndices(model) ? withIndicesChecked(model, sources) : sources
}

async function withIndicesChecked(model: AnyModel, given: Later<DataSource[]>): Promise<DataSource[]> {
  const sources = await given
  const { checkIndices } = await import('./onDemand.js')
  await checkIndices(model, sources)
  return sources
}

/** Whether data for a model are to be looked at for numbers of rows: whether it has layers with tables at all. */
function mayHoldIndices(model: AnyModel): boolean {
  const { runState } = model
  runState.hasTables ??= hasTable(model)
  return runState.hasTables && runState.compiled?.guards.indices !== false
}

const hasTable = (layer: AnyLayer): boolean =>
  layer.tableRows !== undefined || layer.sublayers().some(hasTable)

/** Builds a model for the shapes of the data that it sees first. */
async function buildFor(model: AnyModel, given: Structure<DataInput>, name: string): Promise<Places> {
  const isArray = (value: Structure<DataInput>): value is DataInput =>
    isOne(value) || (model.hasOneInput && isRows(value))
  const layout = layoutOf(given, isArray)
  const sources = await Promise.all(
    flatten(given, isArray).map((value, i) =>
      dataSource(value, layout.kind === 'one' ? name : `${name}[${i}]`),
    ),
  )
  const shapes = sources.map(({ shape }) => [null, ...shape.slice(1)])
  const structure = pack(shapes, layout) as ShapesOf<Tensors>
  ;(model as unknown as { build(shapes: ShapesOf<Tensors>): void }).build(structure)
  const places = model.inputPlaces
  return places ?? { layout, names: shapes.map(() => name), shapes }
}

/** Whether it is one array of data, rather than a list or an object of arrays. */
const isOne = (value: Structure<DataInput>): value is DataInput => {
  if (value instanceof Tensor || ArrayBuffer.isView(value)) return true
  if (Array.isArray(value)) return !value.some((each) => each instanceof Tensor || ArrayBuffer.isView(each))
  return typeof value !== 'object' || value === null
}

/**
 * Whether it is a list of typed arrays as samples of one input. A list of one may as well be the list of inputs, whose array is
 * cut into samples where their size is known.
 */
function isRows(value: unknown, shape?: BatchShape): boolean {
  if (!Array.isArray(value) || !value.every((each) => ArrayBuffer.isView(each))) return false
  return value.length > 1 || shape === undefined || Number.isNaN(sampleSizeOf(shape))
}

/** The arrays given for places, in their order. */
function arrangeData(
  model: AnyModel,
  given: unknown,
  { layout, names, shapes }: Places,
  name: string,
): unknown[] {
  // What most data are: there is nothing to arrange.
  if (layout.kind === 'one' && ArrayBuffer.isView(given)) return [given]
  const size = layoutSize(layout)
  const isArray = (value: unknown): boolean => {
    if (size === 1 && isRows(value, shapes[0])) return true
    if (layout.kind !== 'list' || !Array.isArray(value)) return isOne(value as Structure<DataInput>)
    // For a list of one, nested arrays may be the list or what is in it: their depth tells.
    return size === 1 && isOne(value) && depthOf(value) === shapes[0].length
  }
  return arrange<unknown>(given as Structure<unknown>, layout, names, isArray, `${model.title}: ${name}`)
}

function depthOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return 1
  return Array.isArray(value) ? 1 + depthOf(value[0]) : 0
}

const placeName = (name: string, { layout, names }: Places, i: number): string =>
  layout.kind === 'one' ? name : `${name}['${names[i]}']`

/** The targets of each output. */
async function targets(
  model: AnyModel,
  given: unknown,
  samples: number,
  name: string,
): Promise<(DataSource | undefined)[]> {
  const places = model.outputPlaces
  const arrays = arrangeData(model, given, places, name)
  return Promise.all(
    arrays.map(async (value, i) => {
      if (value === null || value === undefined) return undefined
      const shape = places.shapes[i]
      const expected = isPerSample(value, samples, shape) ? undefined : shape
      return dataSource(value as DataInput, placeName(name, places, i), expected)
    }),
  )
}

/** Whether a typed array of labels has one number for each sample, rather than as many as the output has. */
function isPerSample(labels: unknown, samples: number, shape: BatchShape): boolean {
  if (!ArrayBuffer.isView(labels)) return false
  const numbers = (labels as Uint8Array).length / samples
  return numbers <= 1 || numbers !== sampleSizeOf(shape)
}

async function weightsOf(
  model: AnyModel,
  sampleWeight: unknown,
  names: DataNames,
): Promise<(DataSource | undefined)[]> {
  const places = model.outputPlaces
  const count = places.names.length
  if (sampleWeight === undefined || sampleWeight === null) return new Array(count).fill(undefined)
  if (isOne(sampleWeight as Structure<DataInput>) && !isListFor(sampleWeight, places.layout)) {
    const source = await dataSource(sampleWeight as DataInput, names.sampleWeight)
    return new Array(count).fill(source)
  }
  const arrays = arrangeData(model, sampleWeight, places, names.sampleWeight)
  return Promise.all(
    arrays.map(async (value, i) =>
      value === null || value === undefined
        ? undefined
        : dataSource(value as DataInput, placeName(names.sampleWeight, places, i)),
    ),
  )
}

/** Whether nested arrays are a list with an entry for each output, rather than one array of weights. */
const isListFor = (value: unknown, layout: Layout): boolean =>
  layout.kind === 'list' && Array.isArray(value) && value.length === layout.size && value.some(Array.isArray)

/** The samples from `begin` up to `end`, not copied. */
export function sliceData({ x, y, weights }: ModelData, begin: number, end: number): ModelData {
  const slice = (source: DataSource | undefined) => source && sliceSource(source, begin, end)
  return {
    x: x.map((source) => sliceSource(source, begin, end)),
    y: y.map(slice),
    weights: weights.map(slice),
    samples: end - begin,
  }
}
