import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { abs } from '../ops/abs.js'
import { cast } from '../ops/cast.js'
import { lessEqual } from '../ops/lessEqual.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import type { TensorLike } from '../ops/tensor.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { align } from './align.js'
import { checkSameShape, type Labels, type OutputShape } from './labels.js'
import { Loss, type LossOptions } from './loss.js'

/**
 * `mean over the last axis of h(yPred - yTrue)` with `h(e) = e^2 / 2` where `|e| <= delta` and `delta |e| - delta^2 / 2`
 * beyond, for each sample: targets and predictions `[batch, ..., n]` to `[batch, ...]`. Squared near 0, absolute far off.
 * Source: Keras's `huber`.
 *
 * @param delta above 0. Default: 1
 */
export function huber(yTrue: TensorLike, yPred: TensorLike, delta = 1): Tensor {
  const [target, prediction] = align(cast(yTrue, 'float32'), yPred)
  const error = subtract(prediction, target)
  const size = abs(error)
  const near = multiply(0.5, square(error))
  const far = subtract(multiply(delta, size), 0.5 * delta * delta)
  return mean(where(lessEqual(size, delta), near, far), { axis: -1 })
}

export interface HuberOptions extends LossOptions {
  /** Where squared differences give way to absolute ones; above 0. Default: 1. */
  readonly delta?: number
}

/** Squared differences near 0, absolute ones far off: see `huber` for the formula. */
export class Huber extends Loss {
  static readonly className = 'Huber'
  static override readonly options: OptionKeys<HuberOptions> = { ...Loss.options, delta: true }
  readonly delta: number

  constructor(options: HuberOptions = {}) {
    super({ ...checkedOptions(options, new.target), name: options.name ?? 'huber_loss' })
    this.delta = options.delta ?? 1
    if (!(this.delta > 0)) {
      throw new ArgumentError(`${this.name}: expected a delta above 0, received ${String(this.delta)}.`)
    }
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return huber(yTrue, yPred, this.delta)
  }

  override checkLabels(labels: Labels, output: OutputShape): void {
    checkSameShape(this.name, labels, output)
  }

  /** Keras's own config leaves `delta` out, and so loses it; here it stands unless it is the default. */
  override getConfig(): Config {
    return this.delta === 1 ? super.getConfig() : { ...super.getConfig(), delta: this.delta }
  }
}
