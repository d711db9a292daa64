import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { subtract } from '../ops/subtract.js'
import { inverseTimeDecay } from '../schedules/inverseTimeDecay.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { LearningRateLike, OptimizerOptions } from './options.js'

export interface SgdOptions extends OptimizerOptions {
  /** From 0 to 1: how much of the last step is taken again. Default: 0. */
  readonly momentum?: number
  /** Nesterov's form of momentum. Default: false. */
  readonly nesterov?: boolean
  /** What old Keras programs call `learningRate`. */
  readonly lr?: number
  /**
   * In old Keras programs: the rate of step n, from 0, is `learningRate / (1 + decay n)`. It becomes the schedule
   * `inverseTimeDecay(learningRate, 1, decay)`, and a warning says so. Keras 3 itself ignores it.
   */
  readonly decay?: number
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
  static override readonly options: OptionKeys<SgdOptions> = {
    ...Optimizer.options,
    momentum: true,
    nesterov: true,
    lr: true,
    decay: true,
  }
  readonly momentum: number
  readonly nesterov: boolean

  constructor(options: SgdOptions = {}) {
    const {
      momentum = 0,
      nesterov = false,
      lr,
      decay,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super({ ...common, learningRate: decayed(common.learningRate ?? lr ?? 0.01, decay) })
    this.momentum = fraction(momentum, 'SGD: momentum')
    this.nesterov = nesterov
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    if (this.momentum !== 0) this.addSlots(weights, ['momentum'])
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const step = multiply(gradient, learningRate)
    if (this.momentum === 0) return subtract(weight.value(), step)
    const slot = this.slot(weight, 'momentum')
    const velocity = slot.assign(subtract(multiply(slot.value(), this.momentum), step))
    return this.nesterov
      ? add(weight.value(), subtract(multiply(velocity, this.momentum), step))
      : add(weight.value(), velocity)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov }
  }
}

/** The learning rate that the old `decay` makes of one. */
function decayed(learningRate: LearningRateLike, decay: number | undefined): LearningRateLike {
  if (decay === undefined || decay === 0) return learningRate
  atLeast(decay, 0, 'SGD: decay')
  if (typeof learningRate !== 'number') {
    throw new ArgumentError('SGD: expected decay or a schedule as learningRate, received both.')
  }
  console.warn(
    `SGD: decay is Keras 2's. Write learningRate: schedules.inverseTimeDecay(${learningRate}, 1, ${decay}), which is what it becomes.`,
  )
  return inverseTimeDecay(learningRate, 1, decay)
}

/** Gradient descent: see `SGD`. @example optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }) */
export const sgd = (options?: SgdOptions): SGD => new SGD(options)
