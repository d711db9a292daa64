import type { TensorType } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { EPSILON } from './epsilon.js'
import type { Labels, OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'
import { checkMasks, coversBatch, type OverlapSettings, overlapSettings } from './tversky.js'

/**
 * `1 - 2 sum(yTrue yPred) / (sum(yTrue) + sum(yPred) + 1e-7)`, summed over the given axes: masks and probabilities of one
 * shape to what remains of it. 0 where they agree, 1 where they do not touch. Source: Milletari et al. 2016 (with plain
 * sums below); Keras's `dice`.
 */
export function dice(yTrue: TensorLike, yPred: TensorLike, settings: OverlapSettings = {}): Tensor {
  checkOptions(settings, 'dice', undefined, overlapSettings)
  const { axis } = settings
  const [labels, predictions] = align(cast(yTrue, 'float32'), yPred)
  const overlap = sum(multiply(labels, predictions), { axis })
  const total = add(add(sum(labels, { axis }), sum(predictions, { axis })), EPSILON)
  return subtract(1, divide(multiply(2, overlap), total))
}

export interface DiceOptions extends LossOptions, OverlapSettings {}

/** How little masks overlap: see `dice` for the formula. */
export class Dice extends Loss {
  static readonly className = 'Dice'
  static override readonly options: OptionKeys<DiceOptions> = { ...Loss.options, ...overlapSettings }
  readonly axis: number | readonly number[] | undefined

  constructor(options: DiceOptions = {}) {
    super(options)
    this.axis = options.axis
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return dice(yTrue, yPred, { axis: this.axis })
  }

  override couplesSamples(_yTrue: TensorType, { shape }: TensorType): boolean {
    return coversBatch(this.axis, shape.length)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkMasks(this.name, labels, output)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis ?? null }
  }
}
