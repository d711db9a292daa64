import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import type { Config } from '../utils/config.js'
import { fraction, Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js'

export interface SgdOptions extends OptimizerOptions {
  /** At least 0. Default: 0.01. */
  readonly learningRate?: number
  /** From 0 to 1: how much of the last step is taken again. Default: 0. */
  readonly momentum?: number
  /** Nesterov's form of momentum. Default: false. */
  readonly nesterov?: boolean
}

/**
 * Gradient descent (Keras's `SGD`). For a weight w with gradient g:
 * - plain: `w -= learningRate g`;
 * - with momentum: `v = momentum v - learningRate g; w += v`;
 * - Nesterov: `v` as before; `w += momentum v - learningRate g`.
 *
 * Source: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
 */
export class SGD extends Optimizer {
  static readonly className = 'SGD'
  readonly momentum: number
  readonly nesterov: boolean

  constructor({ learningRate = 0.01, momentum = 0, nesterov = false, name }: SgdOptions = {}) {
    super(learningRate, { name })
    this.momentum = fraction(momentum, 'SGD: momentum')
    this.nesterov = nesterov
  }

  protected override get slotNames(): readonly string[] {
    return this.momentum === 0 ? [] : ['momentum']
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const step = multiply(gradient, learningRate)
    if (this.momentum === 0) return subtract(weight.value(), step)
    const slot = this.slot(weight, 'momentum')
    const velocity = subtract(multiply(slot.value(), this.momentum), step)
    slot.assign(velocity)
    return this.nesterov
      ? subtract(add(weight.value(), multiply(velocity, this.momentum)), step)
      : add(weight.value(), velocity)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov }
  }
}

/** Gradient descent: see `SGD`. @example optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }) */
export const sgd = (options?: SgdOptions): SGD => new SGD(options)
