import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { sign } from '../ops/sign.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { above, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'
import { decayInto } from './rules.js'

export interface LionOptions extends OptimizerOptions {
  /** Weight of the momentum in the step, above 0 and up to 1. Default: 0.9. */
  readonly beta1?: number
  /** Decay of the momentum, from 0 to 1. Default: 0.99. */
  readonly beta2?: number
}

/**
 * Lion (Keras's `Lion`): `w -= learningRate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g`. Steps have one size
 * for all weights; learning rates are usually a third to a tenth of Adam's.
 *
 * Source: Chen et al., Symbolic discovery of optimization algorithms, 2023.
 */
export class Lion extends Optimizer {
  static readonly className = 'Lion'
  static override readonly options: OptionKeys<LionOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
  }
  readonly beta1: number
  readonly beta2: number

  constructor(options: LionOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.99,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta1 = above(fraction(beta1, 'Lion: beta1'), 0, 'Lion: beta1')
    this.beta2 = fraction(beta2, 'Lion: beta2')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum'])
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const momentum = this.slot(weight, 'momentum')
    const mixed = add(multiply(momentum.value(), this.beta1), multiply(gradient, 1 - this.beta1))
    decayInto(momentum, gradient, this.beta2)
    return subtract(weight.value(), multiply(sign(mixed), learningRate))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2 }
  }
}

/** Steps by sign alone: see `Lion`. */
export const lion = (options?: LionOptions): Lion => new Lion(options)
