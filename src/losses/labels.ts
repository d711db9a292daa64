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
export function checkProbabilities(loss: string, labels: Labels, advice: string): void {
  checkEach(loss, labels, 'numbers from 0 to 1', (value) => value >= 0 && value <= 1, advice)
}

/** @throws ArgumentError if a label of a hinge loss is not -1, 0 or 1 */
export function checkSigns(loss: string, labels: Labels): void {
  const isSign = (value: number) => value === -1 || value === 0 || value === 1
  checkEach(loss, labels, 'labels -1 and 1 (or 0 and 1)', isSign, 'They say on which side a sample lies.')
}

/**
 * @throws ShapeError or ArgumentError unless labels are one-hot rows, or probabilities, of the output's shape
 * @param sparse the loss that takes class numbers
 */
export function checkOneHot(
  loss: string,
  labels: Labels,
  output: OutputShape,
  axis = -1,
  sparse?: string,
): void {
  const { name, shape } = labels
  const classes = output.at(axis) ?? 0
  checkClassCount(loss, classes)
  const isSparse =
    shape.length === output.length - 1 ||
    (shape.length === output.length && shape.at(axis) === 1 && classes > 1)
  if (isSparse) {
    const advice = sparse === undefined ? 'Use' : `Use the loss ${sparse} for them, or`
    throw new ShapeError(
      `${loss}: expected one-hot labels of shape ${showShape(output)}, received ${name} of shape ${showShape(shape)}, ` +
        `which looks like class numbers. ${advice} utils.toCategorical(y, ${classes}).`,
    )
  }
  checkSameShape(loss, labels, output)
  checkProbabilities(loss, labels, 'One-hot labels are 1 for the right class and 0 for the others.')
}

/**
 * @throws ShapeError or ArgumentError unless labels are class numbers for outputs with one value for each class
 * @param ignored a label that is allowed though it is no class
 */
export function checkSparse(
  loss: string,
  labels: Labels,
  output: OutputShape,
  { axis = -1, ignored, oneHot }: SparseLabels,
): void {
  const { name, shape } = labels
  const at = axis < 0 ? axis + output.length : axis
  const [classes, expected] = [output[at], output.toSpliced(at, 1)]
  checkClassCount(loss, classes)
  if (sameShape(shape, output)) {
    const advice = oneHot === undefined ? 'Give' : `Use the loss ${oneHot} for it, or give`
    throw new ShapeError(
      `${loss}: expected class numbers of shape ${showShape(expected)}, received ${name} of shape ${showShape(shape)}, ` +
        `which looks one-hot. ${advice} class numbers.`,
    )
  }
  if (!sameShape(shape, expected) && !sameShape(shape, output.with(at, 1))) {
    throw new ShapeError(
      `${loss}: expected class numbers of shape ${showShape(expected)} for the model's output ${showShape(output)}, ` +
        `received ${name} of shape ${showShape(shape)}.${flattenAdvice(shape, expected)}`,
    )
  }
  checkClassNumbers(loss, labels, classes, ignored)
}

/** Most often a layer is missing where labels have fewer axes than outputs. */
const flattenAdvice = (labels: Shape, expected: Shape): string =>
  labels.length < expected.length
    ? ' For one label for each sample, put layers.flatten() or a global pooling before the last layer.'
    : ''

/** @throws ArgumentError if there is one class alone, which leaves nothing to learn */
function checkClassCount(loss: string, classes: number): void {
  if (classes !== 1) return
  throw new ArgumentError(
    `${loss}: the model's last layer has 1 unit, so there is only class 0. Give it as many units as there are ` +
      'classes, or use the loss binary_crossentropy.',
  )
}

export interface SparseLabels {
  /** Where the classes lie in the output. Default: -1. */
  readonly axis?: number
  readonly ignored?: number
  /** The loss that takes one-hot labels. */
  readonly oneHot?: string
}

/** @throws ArgumentError if a label is not one of 0, 1, ..., classes - 1, nor the ignored one */
export function checkClassNumbers(
  loss: string,
  { name, data, shape }: Labels,
  classes: number,
  ignored?: number,
): void {
  const isClass = (value: number) =>
    (Number.isInteger(value) && value >= 0 && value < classes) || value === ignored
  const at = data.findIndex((value: number) => !isClass(value))
  if (at < 0) return
  const value = data[at]
  const advice = Number.isInteger(value)
    ? `Labels count from 0; the model's last layer has ${classes} units, so give it at least ${value < 0 ? 'as many as there are classes' : value + 1} or correct the labels.`
    : 'Labels are whole numbers; for numbers to be predicted as they are, use the loss mean_squared_error.'
  throw new ArgumentError(
    `${loss}: expected labels from 0 to ${classes - 1} in ${name}, received ${value} in sample ${sampleOf(at, data, shape)}. ${advice}`,
  )
}

/** @throws ArgumentError naming the first number that is not allowed */
export function checkEach(
  loss: string,
  { name, data, shape }: Labels,
  expected: string,
  isAllowed: (value: number) => boolean,
  advice: string,
): void {
  const at = data.findIndex((value: number) => !isAllowed(value))
  if (at < 0) return
  throw new ArgumentError(
    `${loss}: expected ${expected} in ${name}, received ${data[at]} in sample ${sampleOf(at, data, shape)}. ${advice}`,
  )
}

/** The sample that an element belongs to. */
const sampleOf = (at: number, data: TypedArray, shape: Shape): number =>
  Math.floor(at / (data.length / shape[0]))
