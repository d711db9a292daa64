import type { TensorType } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { resolveAxes } from '../ops/reduction.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import { checkProbabilities, checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface OverlapSettings {
  /** Axes that are summed over, negative ones counted from the end. Default: all, one number for the whole batch. */
  readonly axis?: number | readonly number[]
}

export interface TverskySettings extends OverlapSettings {
  /** The weight of labels that were missed, in `sum of (1 - yPred) yTrue`. Default: 0.5. */
  readonly alpha?: number
  /** The weight of false alarms, in `sum of yPred (1 - yTrue)`. Default: 0.5. */
  readonly beta?: number
}

export const overlapSettings: OptionKeys<OverlapSettings> = { axis: true }
const tverskySettings: OptionKeys<TverskySettings> = { ...overlapSettings, alpha: true, beta: true }

/**
 * `1 - overlap / (overlap + alpha missed + beta false + 1e-7)` with `overlap = sum of yTrue yPred`,
 * `missed = sum of (1 - yPred) yTrue`, `false = sum of yPred (1 - yTrue)`, over the given axes: masks and probabilities of
 * one shape to what remains of it. With `alpha = beta = 0.5` it is the Dice loss. (Keras calls `missed` false positives.)
 * Source: Salehi et al. 2017; Keras's `tversky`.
 */
export function tversky(yTrue: TensorLike, yPred: TensorLike, settings: TverskySettings = {}): Tensor {
  checkOptions(settings, 'tversky', undefined, tverskySettings)
  const { alpha = 0.5, beta = 0.5, axis } = settings
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  const overlap = sum(multiply(labels, predictions), { axis })
  const missed = sum(multiply(subtract(1, predictions), labels), { axis })
  const excess = sum(multiply(predictions, subtract(1, labels)), { axis })
  const weighted = add(multiply(missed, alpha), multiply(excess, beta))
  return subtract(1, divide(overlap, add(add(overlap, weighted), EPSILON)))
}

/** Whether a sum over these axes mixes samples, which lie along axis 0. */
export const coversBatch = (axis: OverlapSettings['axis'], rank: number): boolean =>
  resolveAxes(axis, rank, 'axis').includes(0)

/** @throws ShapeError or ArgumentError unless labels are masks of the output's shape */
export function checkMasks(loss: string, labels: Labels, output: OutputShape): void {
  checkSameShape(loss, labels, output)
  checkProbabilities(loss, labels, 'Masks are 1 inside and 0 outside; divide images of 0 and 255 by 255.')
}

export interface TverskyOptions extends LossOptions, TverskySettings {}

/** How little masks overlap, misses and false alarms weighted apart: see `tversky` for the formula. */
export class Tversky extends Loss {
  static readonly className = 'Tversky'
  static override readonly options: OptionKeys<TverskyOptions> = {
    ...Loss.options,
    ...tverskySettings,
  }
  readonly alpha: number
  readonly beta: number
  readonly axis: number | readonly number[] | undefined

  constructor(options: TverskyOptions = {}) {
    super(options)
    this.alpha = options.alpha ?? 0.5
    this.beta = options.beta ?? 0.5
    this.axis = options.axis
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { alpha, beta, axis } = this
    return tversky(yTrue, yPred, { alpha, beta, axis })
  }

  override couplesSamples(_yTrue: TensorType, { shape }: TensorType): boolean {
    return coversBatch(this.axis, shape.length)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkMasks(this.name, labels, output)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha, beta: this.beta, axis: this.axis ?? null }
  }
}
