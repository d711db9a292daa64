import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { clip } from '../ops/clip.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { power } from '../ops/power.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { atLeast } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'

export interface FtrlOptions extends OptimizerOptions {
  /** How rates fall with the sum of squares, at most 0; 0 for a fixed rate. Default: -0.5. */
  readonly learningRatePower?: number
  /** What the sum of squares begins with, at least 0. Default: 0.1. */
  readonly initialAccumulatorValue?: number
  /** At least 0. Default: 0. */
  readonly l1RegularizationStrength?: number
  /** At least 0. Default: 0. */
  readonly l2RegularizationStrength?: number
  /** L2 by way of the gradient, at least 0. Default: 0. */
  readonly l2ShrinkageRegularizationStrength?: number
  /** Default: 0. */
  readonly beta?: number
}

/**
 * Follow the regularized leader (Keras's `Ftrl`), for large sparse linear models. With
 * `l1`, `l2`, `shrinkage` for the strengths and `p` for `-learningRatePower`:
 * - `n' = n + g^2`; `s = (n'^p - n^p) / learningRate`
 * - `z += g + 2 shrinkage w - s w`
 * - `q = n'^p / learningRate + 2 (l2 + beta / (2 learningRate))`
 * - `w = (clip(z, -l1, l1) - z) / q`; `n = n'`
 *
 * Source: McMahan et al., Ad click prediction: a view from the trenches, 2013.
 */
export class Ftrl extends Optimizer {
  static readonly className = 'Ftrl'
  static override readonly options: OptionKeys<FtrlOptions> = {
    ...Optimizer.options,
    learningRatePower: true,
    initialAccumulatorValue: true,
    l1RegularizationStrength: true,
    l2RegularizationStrength: true,
    l2ShrinkageRegularizationStrength: true,
    beta: true,
  }
  readonly learningRatePower: number
  readonly initialAccumulatorValue: number
  readonly l1RegularizationStrength: number
  readonly l2RegularizationStrength: number
  readonly l2ShrinkageRegularizationStrength: number
  readonly beta: number

  constructor(options: FtrlOptions = {}) {
    const {
      learningRatePower = -0.5,
      initialAccumulatorValue = 0.1,
      l1RegularizationStrength = 0,
      l2RegularizationStrength = 0,
      l2ShrinkageRegularizationStrength = 0,
      beta = 0,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    if (!(learningRatePower <= 0)) {
      throw new ArgumentError(
        `Ftrl: expected a learningRatePower of at most 0, received ${String(learningRatePower)}.`,
      )
    }
    this.learningRatePower = learningRatePower
    this.initialAccumulatorValue = atLeast(initialAccumulatorValue, 0, 'Ftrl: initialAccumulatorValue')
    this.l1RegularizationStrength = atLeast(l1RegularizationStrength, 0, 'Ftrl: l1RegularizationStrength')
    this.l2RegularizationStrength = atLeast(l2RegularizationStrength, 0, 'Ftrl: l2RegularizationStrength')
    this.l2ShrinkageRegularizationStrength = atLeast(
      l2ShrinkageRegularizationStrength,
      0,
      'Ftrl: l2ShrinkageRegularizationStrength',
    )
    this.beta = beta
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    for (const weight of weights) {
      this.addSlots([weight], ['accumulator'], this.initialAccumulatorValue)
      this.addSlots([weight], ['linear'])
    }
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const value = weight.value()
    const [squares, linear] = [this.slot(weight, 'accumulator'), this.slot(weight, 'linear')]
    const oldSquares = squares.value()
    const newSquares = squares.assign(add(oldSquares, square(gradient)))
    const [before, after] = [oldSquares, newSquares].map((n) => power(n, -this.learningRatePower))
    const sigma = divide(subtract(after, before), learningRate)
    const shrunk = add(gradient, multiply(value, 2 * this.l2ShrinkageRegularizationStrength))
    const z = linear.assign(add(linear.value(), subtract(shrunk, multiply(sigma, value))))
    const l2 = add(divide(this.beta / 2, learningRate), this.l2RegularizationStrength)
    const quadratic = add(divide(after, learningRate), multiply(l2, 2))
    const l1 = this.l1RegularizationStrength
    return divide(subtract(clip(z, -l1, l1), z), quadratic)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      learning_rate_power: this.learningRatePower,
      initial_accumulator_value: this.initialAccumulatorValue,
      l1_regularization_strength: this.l1RegularizationStrength,
      l2_regularization_strength: this.l2RegularizationStrength,
      l2_shrinkage_regularization_strength: this.l2ShrinkageRegularizationStrength,
      beta: this.beta,
    }
  }
}

/** Follow the regularized leader: see `Ftrl`. */
export const ftrl = (options?: FtrlOptions): Ftrl => new Ftrl(options)
