import { type PartSizes, type Parts, shuffledParts, stratifiedParts } from '../data/parts.js'
import { ArgumentError, StateError } from '../errors.js'
import { arrayOf, type TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import { Tensor } from '../graph/tensor.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { checkOptions, type OptionKeys } from './checkOptions.js'
import type { NumericArray } from './numericArray.js'
import { drawKey } from './randomSeed.js'
import { show } from './show.js'

/** Samples: a tensor `[samples, ...]`, an array with an element for each sample, or a typed array with a number for each. */
export type SplitArray = Tensor | NumericArray | readonly unknown[]

export interface TrainTestSplitOptions {
  /** How many samples to test with: a fraction above 0 and below 1, rounded up, or a number of them. Default: what is left, or 0.25. */
  readonly testSize?: number
  /** How many samples to train on: a fraction, rounded down, or a number of them. Default: what is left. */
  readonly trainSize?: number
  /** Whether samples are drawn; else the last ones are to test with. Default: true. */
  readonly shuffle?: boolean
  /** The class of each sample; both parts then have about the same share of each. Default: none. */
  readonly stratify?: SplitArray
  /** Fixes what is drawn. Default: `utils.setRandomSeed`. */
  readonly seed?: number
}

const splitOptions: OptionKeys<TrainTestSplitOptions> = {
  testSize: true,
  trainSize: true,
  shuffle: true,
  stratify: true,
  seed: true,
}

type Part<A> = A extends readonly (infer T)[] ? T[] : A

/** For each array its part to train on, then its part to test with. */
export type SplitsOf<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest]
  ? [train: Part<First>, test: Part<First>, ...SplitsOf<Rest>]
  : []

/**
 * Splits samples into a part to train on and one to test with, all arrays alike (scikit-learn's `train_test_split`, with its sizes). The
 * parts are copies, of the kind of what was given.
 *
 * Options and their defaults: `testSize` 0.25, `trainSize` the rest, `shuffle` true, `stratify` none, `seed` none.
 *
 * @throws ArgumentError if the arrays differ in their number of samples, a part would be empty, or classes cannot be spread;
 * StateError if a tensor is not computed yet
 * @example
 * const [xTrain, xTest, yTrain, yTest] = utils.trainTestSplit(x, y, { testSize: 0.2, stratify: y, seed: 1 })
 */
export function trainTestSplit<A extends readonly SplitArray[]>(...arrays: A): SplitsOf<A>
export function trainTestSplit<A extends readonly SplitArray[]>(
  ...arraysAndOptions: [...arrays: A, options: TrainTestSplitOptions]
): SplitsOf<A>
export function trainTestSplit(...given: readonly (SplitArray | TrainTestSplitOptions)[]): unknown[] {
  const last = given.at(-1)
  const hasOptions = given.length > 0 && !isSplitArray(last)
  const arrays = (hasOptions ? given.slice(0, -1) : given) as readonly SplitArray[]
  const options = (hasOptions ? last : {}) as TrainTestSplitOptions
  checkOptions(options, 'trainTestSplit', '{ testSize: 0.2 }', splitOptions)
  const { shuffle = true, stratify, seed } = options
  const samples = samplesOf(arrays)
  const sizes = partSizes(samples, options)
  const key = () => (seed === undefined ? drawKey() : keyFromSeed(seed))
  if (stratify !== undefined && !shuffle) {
    throw new ArgumentError('trainTestSplit: stratify draws samples, so it needs shuffle: true.')
  }
  const parts =
    stratify !== undefined
      ? stratifiedParts(classesOf(stratify, samples, sizes), sizes, key())
      : shuffle
        ? shuffledParts(samples, sizes, key())
        : partsInOrder(sizes)
  return arrays.flatMap((array) => [take(array, parts.train), take(array, parts.test)])
}

const isSplitArray = (value: unknown): value is SplitArray =>
  value instanceof Tensor ||
  Array.isArray(value) ||
  (ArrayBuffer.isView(value) && !(value instanceof DataView))

function samplesOf(arrays: readonly SplitArray[]): number {
  const wrong = arrays.find((array) => !isSplitArray(array))
  if (arrays.length === 0 || wrong !== undefined) {
    throw new ArgumentError(
      'trainTestSplit: expected tensors, arrays or typed arrays, and then options, received ' +
        `${arrays.length === 0 ? 'no array' : show(wrong)}.`,
    )
  }
  const counts = arrays.map(lengthOf)
  if (counts.some((count) => count !== counts[0])) {
    throw new ArgumentError(
      `trainTestSplit: expected as many samples in all arrays, received ${counts.join(', ')}. A typed array has one number for each sample: ` +
        'for more, make it a tensor with tensor(data, { shape: [samples, ...] }).',
    )
  }
  return counts[0]
}

function lengthOf(array: SplitArray): number {
  if (!(array instanceof Tensor)) return array.length
  if (array.rank === 0)
    throw new ArgumentError(`trainTestSplit: expected an axis of samples first, received ${array}.`)
  return array.shape[0]
}

/** As scikit-learn rounds: the part to test with up, the part to train on down. */
function partSizes(samples: number, { testSize, trainSize }: TrainTestSplitOptions): PartSizes {
  const given = (size: number | undefined, what: string, round: (value: number) => number) => {
    if (size === undefined) return undefined
    if (size > 0 && size < 1) return round(size * samples)
    if (Number.isInteger(size) && size >= 1 && size < samples) return size
    throw new ArgumentError(
      `trainTestSplit: expected ${what} as a fraction above 0 and below 1, or as a number of samples below ${samples}, received ${show(size)}.`,
    )
  }
  const test = given(testSize ?? (trainSize === undefined ? 0.25 : undefined), 'testSize', Math.ceil)
  const train = given(trainSize, 'trainSize', Math.floor)
  const sizes = { train: train ?? samples - (test ?? 0), test: test ?? samples - (train ?? 0) }
  if (sizes.train >= 1 && sizes.test >= 1 && sizes.train + sizes.test <= samples) return sizes
  throw new ArgumentError(
    `trainTestSplit: cannot take ${sizes.train} samples to train on and ${sizes.test} to test with out of ${samples}. Both parts need at least ` +
      'one: give more samples or other sizes.',
  )
}

/** A number for each class of the samples. */
function classesOf(labels: SplitArray, samples: number, sizes: PartSizes): Int32Array {
  if (!isSplitArray(labels) || lengthOf(labels) !== samples) {
    throw new ArgumentError(
      `trainTestSplit: expected stratify to have the class of each of ${samples} samples, received ` +
        `${isSplitArray(labels) ? `${lengthOf(labels)} classes` : show(labels)}.`,
    )
  }
  const numbers = new Map<unknown, number>()
  const members: number[] = []
  const classes = Int32Array.from({ length: samples }, (_, row) => {
    const label = labelOf(labels, row)
    const known = numbers.get(label) ?? numbers.size
    numbers.set(label, known)
    members[known] = (members[known] ?? 0) + 1
    return known
  })
  const lonely = [...numbers.keys()].find((_, i) => members[i] === 1)
  if (lonely !== undefined) {
    throw new ArgumentError(
      `trainTestSplit: class ${String(lonely)} has one sample, which cannot be in both parts. Give more of it, or leave it out.`,
    )
  }
  if (Math.min(sizes.train, sizes.test) < numbers.size) {
    throw new ArgumentError(
      `trainTestSplit: ${Math.min(sizes.train, sizes.test)} samples of a part cannot hold ${numbers.size} classes. Make the smaller part larger.`,
    )
  }
  return classes
}

/** A label, by value: of a row (one-hot labels, or several targets) its text. */
function labelOf(labels: SplitArray, row: number): unknown {
  const label =
    labels instanceof Tensor
      ? Array.from(rowsOf(labels).subarray(row * sizeOf(labels), (row + 1) * sizeOf(labels)))
      : labels[row]
  if (!Array.isArray(label) && !ArrayBuffer.isView(label)) return label
  const values = Array.from(label as ArrayLike<unknown>)
  return values.length === 1 ? values[0] : JSON.stringify(values)
}

/** Elements of one sample. */
const sizeOf = (tensor: Tensor): number => tensor.size / tensor.shape[0]

function rowsOf(tensor: Tensor): TypedArray {
  if (tensor.node.type === 'constant') return tensor.knownData()
  throw new StateError(
    `trainTestSplit: ${tensor} is not computed yet. Read it first: await tensor.data(). It can be split then.`,
  )
}

const partsInOrder = ({ train, test }: PartSizes): Parts => ({
  train: Int32Array.from({ length: train }, (_, i) => i),
  test: Int32Array.from({ length: test }, (_, i) => train + i),
})

/** A copy of some samples. */
function take(array: SplitArray, rows: Int32Array): SplitArray {
  if (array instanceof Tensor) {
    const size = sizeOf(array)
    const data = rowsOf(array)
    const taken = new arrayOf[array.dtype](rows.length * size)
    rows.forEach((row, i) => taken.set(data.subarray(row * size, (row + 1) * size), i * size))
    return constant(taken, [rows.length, ...array.shape.slice(1)], array.dtype)
  }
  if (!ArrayBuffer.isView(array)) return Array.from(rows, (row) => array[row])
  const taken = new (array.constructor as new (length: number) => NumericArray)(rows.length)
  rows.forEach((row, i) => (taken[i] = array[row]))
  return taken
}
