import { ShapeError } from '../errors.js'
import { sameShape, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { withMask } from '../layers/masks.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { equal } from '../ops/equal.js'
import { greater } from '../ops/greater.js'
import { iota } from '../ops/iota.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { logicalNot } from '../ops/logicalNot.js'
import { logSumExp } from '../ops/logSumExp.js'
import { matmul } from '../ops/matmul.js'
import { maximum } from '../ops/maximum.js'
import { multiply } from '../ops/multiply.js'
import { notEqual } from '../ops/notEqual.js'
import { reshape } from '../ops/reshape.js'
import { softplus } from '../ops/softplus.js'
import { subtract } from '../ops/subtract.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { checkEach, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

export interface CircleSettings {
  /** The scale of similarities. Default: 80. */
  readonly gamma?: number
  /** How far similarities may stay from 1 and 0, from 0 to 1. Default: 0.4. */
  readonly margin?: number
  /** Whether a sample is left out of its own positives. Default: true. */
  readonly removeDiagonal?: boolean
}

export interface CircleReferences {
  /** Classes of other embeddings to compare with, `[others]`. Default: those of the batch. */
  readonly refLabels?: Tensor
  /** Other embeddings of length 1, `[others, size]`. Default: the batch's own. */
  readonly refEmbeddings?: Tensor
}

const circleSettings: OptionKeys<CircleSettings> = { gamma: true, margin: true, removeDiagonal: true }
const circleReferences: OptionKeys<CircleSettings & CircleReferences> = {
  ...circleSettings,
  refLabels: true,
  refEmbeddings: true,
}

/**
 * `ln(1 + e^(P + N))` for each sample, with cosine distances `d = max(1 - a . b, 0)` from its embedding a to each other one b,
 * and
 * - `P = ln sum over positives (of the same class) of e^(-gamma (margin + d) (margin - d))`,
 * - `N = ln sum over negatives of e^(gamma max(1 + margin - d, 0) (1 - margin - d))`.
 *
 * Class numbers `[batch]` (or `[batch, 1]`) and embeddings of length 1 `[batch, size]` to `[batch]`. Samples with value 0,
 * such as those without a positive, do not count in a loss's mean. Source: Sun et al. 2020, "Circle loss"; Keras's `circle`.
 */
export function circle(
  yTrue: TensorLike,
  yPred: TensorLike,
  settings: CircleSettings & CircleReferences = {},
): Tensor {
  checkOptions(settings, 'circle', undefined, circleReferences)
  const { gamma = 80, margin = 0.4, removeDiagonal = true, refLabels, refEmbeddings } = settings
  const embeddings = asTensor(yPred)
  const [samples] = embeddings.shape
  const labels = cast(reshape(yTrue, [samples, 1]), 'int32')
  const others = refEmbeddings ?? embeddings
  const otherLabels = cast(reshape(refLabels ?? yTrue, [1, others.shape[0]]), 'int32')
  const distances = maximum(subtract(1, matmul(embeddings, others, { transposeB: true })), 0)

  const isSame = equal(labels, otherLabels)
  const isOther = notEqual(iota(isSame.shape, 0), iota(isSame.shape, 1))
  const isPositive = removeDiagonal ? logicalAnd(isSame, isOther) : isSame
  const positives = multiply(-gamma, multiply(add(margin, distances), subtract(margin, distances)))
  const slack = maximum(subtract(1 + margin, distances), 0)
  const negatives = multiply(gamma, multiply(slack, subtract(1 - margin, distances)))

  const total = (chosen: Tensor, values: Tensor) => logSumExp(where(chosen, values, -Infinity), { axis: 1 })
  const values = softplus(add(total(isPositive, positives), total(logicalNot(isSame), negatives)))
  return withMask(values, greater(values, 0))
}

export interface CircleOptions extends LossOptions, CircleSettings {}

/** Brings embeddings of one class together and others apart: see `circle` for the formula. */
export class Circle extends Loss {
  static readonly className = 'Circle'
  static override readonly options: OptionKeys<CircleOptions> = {
    ...Loss.options,
    ...circleSettings,
  }
  readonly gamma: number
  readonly margin: number
  readonly removeDiagonal: boolean

  constructor(options: CircleOptions = {}) {
    super(options)
    this.gamma = options.gamma ?? 80
    this.margin = options.margin ?? 0.4
    this.removeDiagonal = options.removeDiagonal ?? true
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { gamma, margin, removeDiagonal } = this
    return circle(yTrue, yPred, { gamma, margin, removeDiagonal })
  }

  /** Each sample is compared with all others of its batch. */
  override couplesSamples(): boolean {
    return true
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    const { name, shape } = labels
    const isVector = sameShape(shape, [output[0]]) || sameShape(shape, [output[0], 1])
    if (!isVector || output.length !== 2) {
      throw new ShapeError(
        `${this.name}: expected class numbers [batch] for embeddings [batch, size], received ${name} of shape ` +
          `${showShape(shape)} for the model's output ${showShape(output)}.`,
      )
    }
    checkEach(
      this.name,
      labels,
      'class numbers',
      Number.isInteger,
      'Samples of one class have the same whole number.',
    )
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      gamma: this.gamma,
      margin: this.margin,
      remove_diagonal: this.removeDiagonal,
    }
  }
}
