import { parameter } from '../graph/node.js'
import type { TensorType } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { maskOf } from '../layers/masks.js'
import { cast } from '../ops/cast.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import { checkedOptions, checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { type Config, type Configurable, classNameOf } from '../utils/config.js'
import { expectTensor } from '../utils/expectTensor.js'
import { toSnakeCase } from '../utils/naming.js'
import { oneOf } from '../utils/oneOf.js'
import { requireMethod } from '../utils/requireMethod.js'
import { align } from './align.js'
import type { Labels, OutputShape } from './labels.js'
import { countingMask } from './mask.js'
import { type LossWeights, type Reduction, reduceValues, reductions } from './reduce.js'

export interface LossOptions {
  /** Default: `'sum_over_batch_size'`, the mean over all values. */
  readonly reduction?: Reduction
  /** Default: the class's name in snake case. */
  readonly name?: string
}

/** Values of a loss for targets and predictions: `[batch]` or `[batch, ...]`, not yet reduced. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor

/**
 * How far predictions are from targets, as one number that training makes small. Subclasses override `call`, which gives
 * a value for each sample.
 */
export abstract class Loss implements Configurable {
  /** Config keys of the constructor's positional arguments: none, all are options. */
  static readonly positional: readonly string[] = []
  /** The names of the constructor's options. A class with options of its own names them, or takes them apart before `super(...)`. */
  static readonly options: OptionKeys<LossOptions> = { reduction: true, name: true }

  readonly name: string
  readonly reduction: Reduction

  constructor(options: LossOptions = {}) {
    checkOptions(options, this.className, undefined, new.target.options)
    this.name = options.name ?? toSnakeCase(this.className)
    this.reduction = oneOf(options.reduction ?? 'sum_over_batch_size', reductions, `${this.name}: reduction`)
  }

  /** The name of the loss's class, as it stands in saved files. */
  get className(): string {
    return classNameOf(this)
  }

  /** Whether predictions must be logits, before a softmax or sigmoid: their activation would be applied twice. */
  get expectsLogits(): boolean {
    return false
  }

  /** Whether predictions must be probabilities, from 0 to 1: of other numbers the loss says nothing. */
  get needsProbabilities(): boolean {
    return false
  }

  /** The loss of each sample: targets and predictions to `[batch]` or `[batch, ...]`. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor

  /**
   * Whether the value for a sample depends on the others in its batch, so that a batch must not be filled up with copies.
   * By default: whether `call` gives one number for the whole batch.
   */
  couplesSamples(yTrue: TensorType, yPred: TensorType): boolean {
    return valuesOf(this, parameter('yTrue', yTrue), parameter('yPred', yPred)).rank === 0
  }

  /**
   * Looks at labels on the host before training.
   * @throws GradusError saying what is wrong with them for this loss and an output of this shape
   */
  checkLabels(_labels: Labels, _output: OutputShape): void {}

  /**
   * The batch's loss: the values of `call`, weighted and reduced. What the predictions' own mask leaves out, steps that fill up
   * a sequence, does not count.
   */
  compute(yTrue: TensorLike, yPred: TensorLike, weights: LossWeights = {}): Tensor {
    const output = asTensor(yPred)
    const values = valuesOf(this, asTensor(yTrue), output)
    const mask = countingMask(this.name, values, [maskOf(output), weights.mask])
    return reduceValues(this.name, values, this.reduction, { ...weights, mask })
  }

  /** The settings under Keras's keys. */
  getConfig(): Config {
    return { name: this.name, reduction: this.reduction }
  }
}

/** @throws ArgumentError if the loss's class has no `call`, or it gives no tensor */
function valuesOf(loss: Loss, yTrue: Tensor, yPred: Tensor): Tensor {
  const title = `loss '${loss.name}'`
  requireMethod(loss, title, 'call(yTrue, yPred)', 'gives a value for each sample')
  return expectTensor(loss.call(yTrue, yPred), title, 'call')
}

/**
 * A function of targets and predictions as a loss. As in Keras, the function is given targets as `float32` and of the
 * predictions' rank where a last axis of size 1 is all that differs.
 */
export class FunctionLoss extends Loss {
  constructor(
    readonly fn: LossFunction,
    options: LossOptions = {},
  ) {
    super({ ...checkedOptions(options, new.target), name: options.name ?? (toSnakeCase(fn.name) || 'loss') })
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return expectTensor(this.fn(...align(cast(yTrue, 'float32'), yPred)), `loss '${this.name}'`)
  }
}
