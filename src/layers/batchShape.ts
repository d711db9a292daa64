import { showShape } from '../graph/shape.js'

/** Sizes of a tensor's axes in which `null` stands for a size not known yet, as that of the batch: `[null, 28, 28, 1]`. */
export type BatchShape = readonly (number | null)[]

/** The shape in text: `[null, 28, 28, 1]`. */
export const showBatchShape = (shape: BatchShape): string =>
  `[${shape.map((size) => size ?? 'null').join(', ')}]`

/** The shape of one batch with its size left open. */
export const withOpenBatch = (shape: BatchShape): BatchShape => [null, ...shape.slice(1)]

/** Whether a concrete shape is one of those that a pattern stands for. */
export const matches = (shape: readonly number[], pattern: BatchShape): boolean =>
  shape.length === pattern.length && pattern.every((size, axis) => size === null || size === shape[axis])

/** The same, whatever the number of samples in the first axis. */
export function matchesSample(shape: readonly number[], pattern: BatchShape): boolean {
  if (shape.length !== pattern.length) return false
  for (let axis = 1; axis < shape.length; axis++) {
    if (pattern[axis] !== null && pattern[axis] !== shape[axis]) return false
  }
  return true
}

/** What a user most likely has to do about samples of `shape` that a model built for `wanted` is given. */
export function reshapeHint(shape: readonly number[], wanted: BatchShape): string {
  const inner = wanted.slice(1)
  const rowSize = shape.slice(1).reduce((a, b) => a * b, 1)
  const wantedSize = inner.reduce((a: number, b) => a * (b ?? Number.NaN), 1)
  if (shape.length > 0 && rowSize === wantedSize) {
    return `The number of elements fits: reshape it to ${showShape([shape[0], ...(inner as number[])])}.`
  }
  if (matches(shape, inner)) {
    return `This is one sample without a batch axis: reshape it to ${showShape([1, ...shape])}.`
  }
  if (shape.length === 1) {
    const known = Number.isFinite(wantedSize) && shape[0] % wantedSize === 0
    return known
      ? `These numbers make ${shape[0] / wantedSize} samples: reshape it to ${showShape([shape[0] / wantedSize, ...(inner as number[])])}.`
      : `The first axis counts samples: give samples of shape ${showBatchShape(inner)}.`
  }
  return `Give samples of shape ${showBatchShape(inner)}, or make the model for these: layers.input(${showShape(shape.slice(1))}).`
}
