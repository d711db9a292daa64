import { ArgumentError } from '../errors.js'
import { arrayOf } from '../graph/dtype.js'
import { show } from '../utils/show.js'
import type { DataSource } from './dataSource.js'
import type { ModelData } from './modelData.js'

/** How much each class counts in the loss; 1 for classes that are not named. */
export type ClassWeight = Readonly<Record<number, number>>

/**
 * Data with the weight of each sample by its class: the label itself, or the place of the largest number in a one-hot row.
 * @throws ArgumentError unless there is one output with labels and no weights yet, and weights are finite numbers of at least 0
 */
export function withClassWeights(
  title: string,
  data: ModelData,
  weights: ClassWeight | undefined,
): ModelData {
  if (weights === undefined) return data
  if (data.weights.some(Boolean)) {
    throw new ArgumentError(`${title}: expected sampleWeight or classWeight, received both.`)
  }
  const [labels] = data.y
  if (data.y.length !== 1 || !labels) {
    throw new ArgumentError(
      `${title}: classWeight needs a model with one output, and its labels; received ${data.y.length} arrays of labels. Use sampleWeight.`,
    )
  }
  // A Map has no entries of its own, so that its weights would be passed over.
  if (typeof weights !== 'object' || weights === null || weights instanceof Map || weights instanceof Set) {
    throw new ArgumentError(
      `${title}: expected classWeight as an object with the weight of each class, such as { 0: 1, 1: 10 }, received ${show(weights)}.`,
    )
  }
  for (const [name, weight] of Object.entries(weights)) {
    if (!Number.isInteger(Number(name))) {
      throw new ArgumentError(
        `${title}: expected the numbers of classes as keys of classWeight, such as { 0: 1, 1: 10 }, received ${show(name)}.`,
      )
    }
    if (!(Number.isFinite(weight) && weight >= 0)) {
      throw new ArgumentError(
        `${title}: expected classWeight of at least 0 for class ${name}, received ${show(weight)}.`,
      )
    }
  }
  const { samples } = labels
  const each = new arrayOf.float32(samples)
  for (let sample = 0; sample < samples; sample++) each[sample] = weights[classOf(labels, sample)] ?? 1
  const shape = [samples]
  return {
    ...data,
    weights: [{ name: 'classWeight', data: each, shape, dtype: 'float32', samples, sampleSize: 1 }],
  }
}

/** The class of a sample, from a label or a one-hot row. */
export function classOf({ data, sampleSize }: DataSource, sample: number): number {
  if (sampleSize === 1) return Math.round(data[sample])
  let largest = 0
  const begin = sample * sampleSize
  for (let i = 1; i < sampleSize; i++) if (data[begin + i] > data[begin + largest]) largest = i
  return largest
}
