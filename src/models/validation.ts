import { shuffledParts, stratifiedParts } from '../data/parts.js'
import { ArgumentError } from '../errors.js'
import { arrayOf } from '../graph/dtype.js'
import type { RandomKey } from '../ops/threefry.js'
import { oneOf } from '../utils/oneOf.js'
import { classOf } from './classWeights.js'
import type { DataSource } from './dataSource.js'
import { type ModelData, sliceData } from './modelData.js'

const splits = ['tail', 'shuffled', 'stratified'] as const

/** How the samples to validate with are chosen. */
export type ValidationSplitBy = (typeof splits)[number]

export interface SplitOptions {
  /** The fraction of samples to validate with. */
  readonly fraction: number
  readonly by: ValidationSplitBy
  readonly key: RandomKey
}

/**
 * The part to train on, `floor(samples * (1 - fraction))` samples in float64, as many as Keras takes, and the part to validate
 * with.
 * - `tail` takes the last samples to validate with, as Keras does; nothing is copied;
 * - `shuffled` draws them;
 * - `stratified` draws the same fraction of each class, of the first output's labels.
 *
 * @throws ArgumentError if a part would be empty
 */
export function splitData(
  data: ModelData,
  { fraction, by, key }: SplitOptions,
): readonly [ModelData, ModelData] {
  oneOf(by, splits, 'fit: validationSplitBy')
  const { samples } = data
  const count = Math.floor(samples * (1 - fraction))
  if (count === 0 || count === samples) {
    throw new ArgumentError(
      `fit: validationSplit ${fraction} of ${samples} samples leaves ${count} to train on and ${samples - count} to ` +
        'validate with. Both need at least one: give more data or another fraction.',
    )
  }
  if (by === 'tail') return [sliceData(data, 0, count), sliceData(data, count, samples)]
  const sizes = { train: count, test: samples - count }
  const parts =
    by === 'stratified' ? stratifiedParts(classesOf(data), sizes, key) : shuffledParts(samples, sizes, key)
  return [takeRows(data, parts.train.sort()), takeRows(data, parts.test.sort())]
}

/** The class of each sample, by the first output's labels. */
function classesOf({ y: [labels], samples }: ModelData): Int32Array {
  if (!labels) {
    throw new ArgumentError("fit: validationSplitBy 'stratified' needs labels for the first output.")
  }
  return Int32Array.from({ length: samples }, (_, row) => classOf(labels, row))
}

/** A copy of some rows of all arrays. */
function takeRows({ x, y, weights }: ModelData, rows: Int32Array): ModelData {
  const take = (source: DataSource): DataSource => {
    const { data, sampleSize } = source
    const taken = new arrayOf[source.dtype](rows.length * sampleSize)
    rows.forEach((row, i) => {
      taken.set(data.subarray(row * sampleSize, (row + 1) * sampleSize), i * sampleSize)
    })
    return { ...source, data: taken, shape: [rows.length, ...source.shape.slice(1)], samples: rows.length }
  }
  const optional = (source: DataSource | undefined) => source && take(source)
  return { x: x.map(take), y: y.map(optional), weights: weights.map(optional), samples: rows.length }
}
