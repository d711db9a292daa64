import { ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { reshape } from '../ops/reshape.js'
import { sum } from '../ops/sum.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { toSnakeCase } from '../utils/naming.js'
import { oneOf } from '../utils/oneOf.js'
import type { Labels, OutputShape } from './labels.js'

/** How a loss's values become one number: their mean (the default), their sum, or not at all. */
export type Reduction = 'sum_over_batch_size' | 'sum' | 'none'

export interface LossOptions {
  /** Default: `'sum_over_batch_size'`, the mean over all values. */
  readonly reduction?: Reduction
  /** Default: the class's name in snake case. */
  readonly name?: string
}

/** Values of a loss for targets and predictions: `[batch]` or `[batch, ...]`, not yet reduced. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/** What a batch's values are weighted with. */
export interface LossWeights {
  /** A factor for each sample, `[batch]`. */
  readonly sampleWeight?: Tensor
  /** How many samples count in a padded batch, as a tensor of rank 0; the others must have weight 0. Default: all. */
  readonly samples?: Tensor
}

/**
 * How far predictions are from targets, as one number that training makes small. Subclasses override `call`, which gives
 * a value for each sample.
 */
export abstract class Loss implements Configurable {
  readonly name: string
  readonly reduction: Reduction

  constructor(options: LossOptions = {}) {
    this.name = options.name ?? toSnakeCase(this.className)
    this.reduction = oneOf(
      options.reduction ?? 'sum_over_batch_size',
      ['sum_over_batch_size', 'sum', 'none'],
      `${this.name}: reduction`,
    )
  }

  /** The name of the loss's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** The loss of each sample: targets and predictions to `[batch]` or `[batch, ...]`. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor

  /**
   * Looks at labels on the host before training.
   * @throws GradusError saying what is wrong with them for this loss and an output of this shape
   */
  checkLabels(_labels: Labels, _output: OutputShape): void {}

  /** The batch's loss: the values of `call`, weighted and reduced. */
  compute(yTrue: Tensor, yPred: Tensor, weights: LossWeights = {}): Tensor {
    const values = this.call(yTrue, yPred)
    const { sampleWeight, samples } = weights
    if (values.rank === 0) {
      if (!sampleWeight) return values
      throw new ShapeError(
        `${this.name}: the loss gave one number for the whole batch, so its samples cannot be weighted (the last batch of ` +
          'evaluate is padded with samples of weight 0). Give one number for each sample.',
      )
    }
    const weighted = sampleWeight ? multiply(values, alongBatch(this.name, sampleWeight, values)) : values
    if (this.reduction === 'none') return weighted
    const total = sum(weighted)
    if (this.reduction === 'sum') return total
    const perSample = values.size / values.shape[0]
    return divide(total, samples ? multiply(samples, perSample) : values.size)
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return { name: this.name, reduction: this.reduction }
  }
}

/** Weights `[batch]` with axes of size 1 added, so that they multiply values `[batch, ...]`. */
function alongBatch(name: string, weights: Tensor, values: Tensor): Tensor {
  if (weights.shape[0] !== values.shape[0]) {
    throw new ShapeError(
      `${name}: the loss gave values of shape ${showShape(values.shape)} for a batch of ${weights.shape[0]}. ` +
        'Its first axis must be the batch.',
    )
  }
  return reshape(weights, [weights.shape[0], ...values.shape.slice(1).map(() => 1)])
}

/** A function of targets and predictions as a loss. */
export class FunctionLoss extends Loss {
  constructor(
    readonly fn: LossFunction,
    options: LossOptions = {},
  ) {
    super({ ...options, name: options.name ?? (toSnakeCase(fn.name) || 'loss') })
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(yTrue, yPred)
  }
}
