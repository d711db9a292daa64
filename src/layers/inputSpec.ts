import { ShapeError } from '../errors.js'
import { type BatchShape, showBatchShape } from './batchShape.js'

/** What a layer asks of its input's shape. */
export interface InputSpec {
  readonly rank?: number
  readonly minRank?: number
  /** Sizes of axes, which may count from the end: `{ [-1]: 20 }`. */
  readonly axes?: Readonly<Record<number, number>>
  /** The axes in words: `[batch, height, width, channels]`. */
  readonly form: string
}

/** What an axis that is missing most likely is. */
function missingAxis(form: string): string {
  if (form.includes('channels')) return 'the batch, or the channels of grey images'
  return form.includes('features') ? 'the batch, or the features of a series of plain numbers' : 'the batch'
}

/** @throws ShapeError if the shape is not what the layer asks for; it names the layer, both shapes and the fix. */
export function checkInputShape(layer: string, spec: InputSpec, shape: BatchShape): void {
  const received = `received shape ${showBatchShape(shape)}`
  if (spec.rank !== undefined && shape.length !== spec.rank) {
    const fix =
      shape.length === spec.rank - 1
        ? ` If an axis is missing (${missingAxis(spec.form)}), reshape the input so that it has size 1.`
        : shape.length > spec.rank
          ? ' Put a flatten or reshape layer before it.'
          : ''
    throw new ShapeError(`${layer}: expected an input of rank ${spec.rank}, ${spec.form}; ${received}.${fix}`)
  }
  if (spec.minRank !== undefined && shape.length < spec.minRank) {
    throw new ShapeError(
      `${layer}: expected an input of rank ${spec.minRank} or more, ${spec.form}; ${received}. ` +
        'A single sample needs a batch axis of size 1 in front.',
    )
  }
  for (const [key, size] of Object.entries(spec.axes ?? {})) {
    const axis = Number(key)
    const actual = shape.at(axis)
    if (actual !== null && actual !== size) {
      throw new ShapeError(
        `${layer}: expected size ${size} on axis ${axis} of ${spec.form}, since its weights were built for it; ${received}.`,
      )
    }
  }
}
