import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { greater } from '../ops/greater.js'
import { logicalAnd } from '../ops/logicalAnd.js'
import { multiply } from '../ops/multiply.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import { where } from '../ops/where.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import type { MomentsOptions } from './adam.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import { moveTowards, unbiased } from './rules.js'

/**
 * LAMB (Keras's `Lamb`), for very large batches: Adam's step, scaled for each weight tensor to its norm.
 * - `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`
 * - `d = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`
 * - `w -= learningRate d |w| / |d|`; without the scale where one of the norms is 0.
 *
 * Source: You et al., Large batch optimization for deep learning: training BERT in 76 minutes, 2019.
 */
export class Lamb extends Optimizer {
  static readonly className = 'Lamb'
  static override readonly options: OptionKeys<MomentsOptions> = {
    ...Optimizer.options,
    beta1: true,
    beta2: true,
    epsilon: true,
  }
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number

  constructor(options: MomentsOptions = {}) {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-7,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta1 = fraction(beta1, 'Lamb: beta1')
    this.beta2 = fraction(beta2, 'Lamb: beta2')
    this.epsilon = atLeast(epsilon, 0, 'Lamb: epsilon')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['momentum', 'velocity'])
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const value = weight.value()
    const m = moveTowards(this.slot(weight, 'momentum'), gradient, 1 - this.beta1)
    const v = moveTowards(this.slot(weight, 'velocity'), square(gradient), 1 - this.beta2)
    const divisor = add(sqrt(divide(v, unbiased(this.beta2, step))), this.epsilon)
    const direction = divide(divide(m, unbiased(this.beta1, step)), divisor)
    const [weightNorm, stepNorm] = [value, direction].map((x) => sqrt(sum(square(x))))
    const canScale = logicalAnd(greater(weightNorm, 0), greater(stepNorm, 0))
    const ratio = where(canScale, divide(weightNorm, where(canScale, stepNorm, 1)), 1)
    return subtract(value, multiply(multiply(ratio, learningRate), direction))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon }
  }
}

/** Adam with steps scaled to each weight's norm: see `Lamb`. */
export const lamb = (options?: MomentsOptions): Lamb => new Lamb(options)
