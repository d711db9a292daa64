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
import { atLeast, fraction } from '../utils/numbers.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'
import { decayInto } from './rules.js'

export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both means, from 0 to 1. Default: 0.95. */
  readonly rho?: number
  /** Added under the roots. Default: 1e-7. */
  readonly epsilon?: number
}

/**
 * Adadelta (Keras's `Adadelta`), whose steps have the size of past steps:
 * - `s = rho s + (1 - rho) g^2`
 * - `d = g sqrt(r + epsilon) / sqrt(s + epsilon)`
 * - `r = rho r + (1 - rho) d^2`
 * - `w -= learningRate d`. The paper's form has a learning rate of 1; Keras's default is 0.001.
 *
 * Source: Zeiler, ADADELTA: an adaptive learning rate method, 2012.
 */
export class Adadelta extends Optimizer {
  static readonly className = 'Adadelta'
  static override readonly options: OptionKeys<AdadeltaOptions> = {
    ...Optimizer.options,
    rho: true,
    epsilon: true,
  }
  readonly rho: number
  readonly epsilon: number

  constructor(options: AdadeltaOptions = {}) {
    const {
      rho = 0.95,
      epsilon = 1e-7,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.rho = fraction(rho, 'Adadelta: rho')
    this.epsilon = atLeast(epsilon, 0, 'Adadelta: epsilon')
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    this.addSlots(weights, ['accumulated_grad', 'accumulated_delta_var'])
  }

  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    const rms = (x: Tensor) => sqrt(add(x, this.epsilon))
    const deltas = this.slot(weight, 'accumulated_delta_var')
    const squares = decayInto(this.slot(weight, 'accumulated_grad'), square(gradient), this.rho)
    const delta = divide(multiply(rms(deltas.value()), gradient), rms(squares))
    decayInto(deltas, square(delta), this.rho)
    return subtract(weight.value(), multiply(delta, learningRate))
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon }
  }
}

/** Steps of the size of past steps: see `Adadelta`. */
export const adadelta = (options?: AdadeltaOptions): Adadelta => new Adadelta(options)
