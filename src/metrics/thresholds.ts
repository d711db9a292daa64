import { ArgumentError, ShapeError } from '../errors.js'
import { resolveAxis, sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { align, alignWeights } from '../losses/align.js'
import { broadcastTo } from '../ops/broadcastTo.js'
import { cast } from '../ops/cast.js'
import { ceil } from '../ops/ceil.js'
import { clip } from '../ops/clip.js'
import { cumulativeSum } from '../ops/cumulativeSum.js'
import { expandDims } from '../ops/expandDims.js'
import { greater } from '../ops/greater.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { notEqual } from '../ops/notEqual.js'
import { oneHot } from '../ops/oneHot.js'
import { reshape } from '../ops/reshape.js'
import { scatterAddAlongAxis } from '../ops/scatterAdd.js'
import { sliceAxis } from '../ops/slice.js'
import { topK as largest } from '../ops/sort.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { tensor, zeros } from '../ops/tensor.js'
import { where } from '../ops/where.js'

/** Below every threshold: what predictions become that are not among the `topK` largest. */
const BELOW_ALL = -1e10

/** How predictions are cut into yes and no. */
export interface ThresholdOptions {
  /** Above a threshold, from 0 to 1, a prediction means yes. Several give one number each. Default: 0.5. */
  readonly thresholds?: number | readonly number[]
}

/** Which predictions are cut. */
export interface SelectionOptions {
  /** Only the `topK` largest predictions of a sample can mean yes, whatever their size. Default: all can. */
  readonly topK?: number
  /** Look at the labels and predictions of this class alone. Default: at all. */
  readonly classId?: number
}

export interface CountOptions extends SelectionOptions {
  readonly thresholds: readonly number[]
  readonly sampleWeight?: Tensor
  /** A weight for each label, along the last axis. */
  readonly labelWeights?: readonly number[]
  /** Count for each label by itself. Default: false. */
  readonly multiLabel?: boolean
  /** Whether thresholds divide [0, 1] evenly, the outer ones perhaps moved out a little. Default: looked up. */
  readonly evenly?: boolean
}

/** Weighted counts for each threshold, `[thresholds]`, or `[thresholds, labels]`. */
export interface ConfusionCounts {
  readonly truePositives: Tensor
  readonly falsePositives: Tensor
  readonly trueNegatives: Tensor
  readonly falseNegatives: Tensor
}

export type ConfusionCount = keyof ConfusionCounts

/**
 * The thresholds that an option stands for.
 * @throws ArgumentError if one is outside [0, 1]
 */
export function parseThresholds(
  metric: string,
  { thresholds, topK }: ThresholdOptions & SelectionOptions,
): readonly number[] {
  if (thresholds === undefined) return [topK === undefined ? 0.5 : BELOW_ALL]
  const list = typeof thresholds === 'number' ? [thresholds] : thresholds
  const wrong = list.find((threshold) => !(threshold >= 0 && threshold <= 1))
  if (wrong !== undefined || list.length === 0) {
    throw new ArgumentError(`${metric}: expected thresholds from 0 to 1, received ${wrong ?? 'none'}.`)
  }
  return list
}

/** Whether three thresholds or more divide [0, 1] evenly, so that predictions can be sorted into buckets between them. */
export function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1
  return (
    last >= 2 &&
    thresholds.every((threshold, i) => Math.abs(threshold - i / last) <= 1e-7 + (1e-5 * i) / last)
  )
}

/** Counts right and wrong predictions at each threshold. Labels other than 0 mean yes. */
export function countAtThresholds(
  metric: string,
  yTrue: Tensor,
  yPred: Tensor,
  options: CountOptions,
): ConfusionCounts {
  const { thresholds, evenly = areEven(thresholds), multiLabel = false } = options
  const { labels, predictions } = select(metric, yTrue, yPred, options)
  const weights = weightsOf(metric, labels.shape, options)
  const rows = (x: Tensor) => (multiLabel ? x : reshape(x, [-1, 1]))
  const isYes = notEqual(labels, 0)
  const [positives, negatives] = [rows(where(isYes, weights, 0)), rows(where(isYes, 0, weights))]

  const above = (values: Tensor) => {
    const counts = (evenly ? sumAboveEven : sumAbove)(rows(predictions), values, thresholds)
    return multiLabel ? counts : reshape(counts, [thresholds.length])
  }
  const total = (values: Tensor) => (multiLabel ? sum(values, { axis: 0 }) : sum(values))
  const [truePositives, falsePositives] = [above(positives), above(negatives)]
  return {
    truePositives,
    falsePositives,
    trueNegatives: subtract(total(negatives), falsePositives),
    falseNegatives: subtract(total(positives), truePositives),
  }
}

/** Labels and predictions of one shape, cut down as the options say. */
function select(metric: string, yTrue: Tensor, yPred: Tensor, { topK, classId }: SelectionOptions) {
  const [given, labels] = align(cast(yPred, 'float32'), cast(yTrue, 'float32'))
  if (!sameShape(given.shape, labels.shape)) {
    throw new ShapeError(
      `${metric}: expected labels and predictions of one shape, received ${showShape(yTrue.shape)} and ` +
        `${showShape(yPred.shape)}. For class numbers, use utils.toCategorical(y, classes).`,
    )
  }
  const predictions = topK === undefined ? given : onlyLargest(given, topK)
  if (classId === undefined) return { labels, predictions }
  const classes = given.shape[resolveAxis(-1, given.rank, metric)]
  if (given.rank < 2 || classId >= classes) {
    throw new ShapeError(
      `${metric}: classId ${classId} needs predictions [batch, classes] with more than ${classId} classes, received ` +
        `${showShape(yPred.shape)}.`,
    )
  }
  const ofClass = (x: Tensor) => sliceAxis(x, -1, classId, classId + 1)
  return { labels: ofClass(labels), predictions: ofClass(predictions) }
}

function onlyLargest(x: Tensor, k: number): Tensor {
  const rows = oneHot(largest(x, k).indices, x.shape[x.rank - 1])
  return where(notEqual(sum(rows, { axis: -2 }), 0), x, BELOW_ALL)
}

function weightsOf(
  metric: string,
  shape: readonly number[],
  { sampleWeight, labelWeights }: CountOptions,
): Tensor {
  const ofSamples = sampleWeight && alignWeights(metric, cast(sampleWeight, 'float32'), shape)
  const ofLabels = tensor(labelWeights ?? [1])
  return broadcastTo(ofSamples ? multiply(ofSamples, ofLabels) : ofLabels, shape)
}

/** The sum of values whose prediction is above each threshold: rows `[n, labels]` to `[thresholds, labels]`. */
function sumAbove(predictions: Tensor, values: Tensor, thresholds: readonly number[]): Tensor {
  const isAbove = greater(expandDims(predictions, 0), reshape(tensor(thresholds), [-1, 1, 1]))
  return sum(where(isAbove, expandDims(values, 0), 0), { axis: 1 })
}

/**
 * The same for thresholds i / (n - 1): each value is added to the bucket of the largest threshold below its prediction, and
 * buckets are summed from the last on. A prediction of 0 is above no threshold, but above one that is moved below 0.
 */
function sumAboveEven(predictions: Tensor, values: Tensor, thresholds: readonly number[]): Tensor {
  const count = thresholds.length
  const place = subtract(ceil(multiply(clip(predictions, 0, 1), count - 1)), 1)
  const bucket = cast(thresholds[0] < 0 ? maximum(place, 0) : place, 'int32')
  const sums = scatterAddAlongAxis(zeros([count, values.shape[1]]), bucket, values, 0)
  return cumulativeSum(sums, { axis: 0, reverse: true })
}
