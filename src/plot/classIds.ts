import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'

/** The class of each sample, and how sure of it a network is, where that is known. */
export interface ClassIds {
  readonly ids: readonly number[]
  readonly probabilities: readonly number[] | undefined
  /** How many classes there are at least. */
  readonly classes: number
}

/**
 * @param values numbers of classes `[n]`; a number for each class, of which the greatest counts, `[n, classes]`; or the probability of the second
 *   of two classes `[n, 1]`
 * @throws ShapeError, ArgumentError for what is none of these
 */
export async function classIds(values: TensorLike, what: string): Promise<ClassIds> {
  const tensor = asTensor(values)
  const { shape } = tensor
  const data = Array.from(await tensor.data(), Number)
  const [n, width] = shape
  if (shape.length === 1) {
    const ids = data
    const stranger = ids.find((id) => !Number.isInteger(id) || id < 0)
    if (stranger === undefined) {
      return { ids, probabilities: undefined, classes: ids.reduce((most, id) => Math.max(most, id + 1), 0) }
    }
    throw new ArgumentError(`${what}: expected numbers of classes from 0, received ${stranger}.`)
  }
  if (shape.length !== 2 || width === 0) {
    throw new ShapeError(
      `${what}: expected numbers of classes [n], or a number for each class [n, classes], received ${showShape(shape)}.`,
    )
  }
  const rows = Array.from({ length: n }, (_, i) => data.slice(i * width, (i + 1) * width))
  if (width === 1) {
    const ids = rows.map(([value]) => (value > 0.5 ? 1 : 0))
    return { ids, probabilities: rows.map(([value], i) => (ids[i] === 1 ? value : 1 - value)), classes: 2 }
  }
  const ids = rows.map((row) => row.reduce((best, value, i) => (value > row[best] ? i : best), 0))
  return { ids, probabilities: ids.map((id, i) => rows[i][id]), classes: width }
}
