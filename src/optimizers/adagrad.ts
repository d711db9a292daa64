import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'

export interface AdagradOptions extends OptimizerOptions {
  /** What the sum of squares begins with, at least 0. Default: 0.1. */
  readonly initialAccumulatorValue?: number
  /** Added under the root. Default: 1e-7. */
  readonly epsilon?: number
}

/**
 * Adagrad (Keras's `Adagrad`): `s += g^2; w -= learningRate g / sqrt(s + epsilon)`. The rate of a weight falls with all the
 * gradients it has had.
 *
 * Source: Duchi et al., Adaptive subgradient methods for online learning and stochastic optimization, 2011.
 */
export class Adagrad extends Optimizer {
  static readonly className = 'Adagrad'
  static override readonly options: OptionKeys<AdagradOptions> = {
    ...Optimizer.options,
    initialAccumulatorValue: true,
    epsilon: true,
  }
  readonly initialAccumulatorValue: number
  readonly epsilon: number

  constructor(options: AdagradOptions = {}) {
    const {
      initialAccumulatorValue = 0.1,
      epsilon = 1e-7,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.initialAccumulatorValue = atLeast(initialAccumulatorValue, 0, 'Adagrad: initialAccumulatorValue')
    this.epsilon = atLeast(epsilon, 0, 'Adagrad: epsilon')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['accumulator'], this.initialAccumulatorValue)
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const slot = this.slot(weight, 'accumulator')
    const accumulator = slot.assign(add(slot.value(), square(gradient)))
    const step = divide(multiply(gradient, learningRate), this.divisor(accumulator))
    return subtract(weight.value(), step)
  }

  /** What gradients are divided by. */
  protected divisor(accumulator: Tensor): Tensor {
    return sqrt(add(accumulator, this.epsilon))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      initial_accumulator_value: this.initialAccumulatorValue,
      epsilon: this.epsilon,
    }
  }
}

/** Rates that fall with past gradients: see `Adagrad`. */
export const adagrad = (options?: AdagradOptions): Adagrad => new Adagrad(options)
