import { ArgumentError, ShapeError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { type Shape, sameShape, showShape } from '../graph/shape.js'
import { alignedShapes } from './align.js'

/** Labels or targets on the host, as a loss checks them once before training. */
export interface Labels {
  /** The argument's name: `y`, or `validationData`'s y. */
  readonly name: string
  readonly data: TypedArray
  readonly shape: Shape
}

/** The model's output for as many samples as there are labels. */
export type OutputShape = Shape

/** @throws ShapeError unless targets and outputs have one shape, but for a last axis of size 1 */
export function checkSameShape(loss: string, { name, shape }: Labels, output: OutputShape): void {
  const [targets, outputs] = alignedShapes(shape, output)
  if (sameShape(targets, outputs)) return
  throw new ShapeError(
    `${loss}: ${name} has shape ${showShape(shape)}, the model's output ${showShape(output)}. They must be the same: ` +
      'give the last layer as many units as a target has numbers, or reshape the targets.',
  )
}

/** @throws ArgumentError if a number is outside [0, 1] */
export function checkProbabilities(loss: string, { name, data, shape }: Labels, advice: string): void {
  const at = data.findIndex((value: number) => !(value >= 0 && value <= 1))
  if (at < 0) return
  const row = Math.floor(at / (data.length / shape[0]))
  throw new ArgumentError(
    `${loss}: expected numbers from 0 to 1 in ${name}, received ${data[at]} in sample ${row}. ${advice}`,
  )
}

/** @throws ArgumentError if a label is not one of 0, 1, ..., classes - 1 */
export function checkClassNumbers(loss: string, { name, data }: Labels, classes: number): void {
  const at = data.findIndex((value: number) => !(Number.isInteger(value) && value >= 0 && value < classes))
  if (at < 0) return
  const value = data[at]
  const advice = Number.isInteger(value)
    ? `Labels count from 0; the model's last layer has ${classes} units, so give it at least ${value < 0 ? 'as many as there are classes' : value + 1} or correct the labels.`
    : 'Labels are whole numbers; for numbers to be predicted as they are, use the loss mean_squared_error.'
  throw new ArgumentError(
    `${loss}: expected labels from 0 to ${classes - 1} in ${name}, received ${value} in sample ${at}. ${advice}`,
  )
}
