import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { expandDims } from '../ops/expandDims.js'
import { maximum } from '../ops/maximum.js'
import { mean } from '../ops/mean.js'
import { minimum } from '../ops/minimum.js'
import { multiply } from '../ops/multiply.js'
import { power } from '../ops/power.js'
import { rsqrt } from '../ops/rsqrt.js'
import { sqrt } from '../ops/sqrt.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { Optimizer, type UpdateContext } from './optimizer.js'
import type { OptimizerOptions } from './options.js'

export interface AdafactorOptions extends OptimizerOptions {
  /** The decay of step t is `1 - t^beta2Decay`. Default: -0.8. */
  readonly beta2Decay?: number
  /** Added to squares. Default: 1e-30. */
  readonly epsilon1?: number
  /** The least root mean square of a weight that steps are scaled by. Default: 0.001. */
  readonly epsilon2?: number
  /** The largest root mean square of a step before scaling. Default: 1. */
  readonly clipThreshold?: number
  /** Whether a learning rate that is a number is cut off at `1 / sqrt(t)`; Keras cuts off in either case. Default: true. */
  readonly relativeStep?: boolean
}

/**
 * Adafactor (Keras's `Adafactor`): of a matrix's mean squares only those of rows and columns are kept. In step t, counted
 * from 1, with `b = 1 - t^beta2Decay`:
 * - `r = b r + (1 - b) mean over columns of (g^2 + epsilon1)`, `c` likewise over rows, `v = r c / mean(r)`; for weights with fewer
 *   than two axes `v = b v + (1 - b)(g^2 + epsilon1)`
 * - `u = g / sqrt(v)`, divided by `max(1, rms(u) / clipThreshold)`
 * - `w -= max(epsilon2, rms(w)) min(learningRate, 1 / sqrt(t)) u`
 *
 * Source: Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018.
 */
export class Adafactor extends Optimizer {
  static readonly className = 'Adafactor'
  static override readonly options: OptionKeys<AdafactorOptions> = {
    ...Optimizer.options,
    beta2Decay: true,
    epsilon1: true,
    epsilon2: true,
    clipThreshold: true,
    relativeStep: true,
  }
  readonly beta2Decay: number
  readonly epsilon1: number
  readonly epsilon2: number
  readonly clipThreshold: number
  readonly relativeStep: boolean

  constructor(options: AdafactorOptions = {}) {
    const {
      beta2Decay = -0.8,
      epsilon1 = 1e-30,
      epsilon2 = 0.001,
      clipThreshold = 1,
      relativeStep = true,
      ...common
    } = checkedOptions(options, new.target, '{ learningRate: 0.1 }')
    super(common)
    this.beta2Decay = beta2Decay
    this.epsilon1 = epsilon1
    this.epsilon2 = epsilon2
    this.clipThreshold = clipThreshold
    this.relativeStep = relativeStep
  }

  protected override makeSlots(weights: readonly Variable[]): void {
    for (const weight of weights) {
      const { shape } = weight
      // Vectors have placeholders for rows and columns, as in Keras's files.
      const isMatrix = shape.length >= 2
      this.addSlot(weight, 'r', isMatrix ? shape.slice(0, -1) : [])
      this.addSlot(weight, 'c', isMatrix ? [...shape.slice(0, -2), shape[shape.length - 1]] : [])
      this.addSlots([weight], ['velocity'])
    }
  }

  protected override update(
    weight: Variable,
    gradient: Tensor,
    { learningRate, step }: UpdateContext,
  ): Tensor {
    const value = weight.value()
    const decay = subtract(1, power(step, this.beta2Decay))
    const mix = (slot: Variable, target: Tensor) =>
      slot.assign(add(multiply(decay, slot.value()), multiply(subtract(1, decay), target)))
    const squares = add(square(gradient), this.epsilon1)
    const velocity = this.slot(weight, 'velocity')
    if (weight.shape.length >= 2) {
      const rows = mix(this.slot(weight, 'r'), mean(squares, { axis: -1 }))
      const columns = mix(this.slot(weight, 'c'), mean(squares, { axis: -2 }))
      const shares = divide(rows, mean(rows, { axis: -1, keepDims: true }))
      velocity.assign(multiply(expandDims(shares, -1), expandDims(columns, -2)))
    } else {
      mix(velocity, squares)
    }
    const direction = divide(gradient, sqrt(velocity.value()))
    const clipped = divide(direction, maximum(divide(rms(direction), this.clipThreshold), 1))
    const rate = minimum(learningRate, rsqrt(step))
    return subtract(value, multiply(multiply(maximum(rms(value), this.epsilon2), rate), clipped))
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_2_decay: this.beta2Decay,
      epsilon_1: this.epsilon1,
      epsilon_2: this.epsilon2,
      clip_threshold: this.clipThreshold,
      relative_step: this.relativeStep,
    }
  }
}

const rms = (x: Tensor): Tensor => sqrt(mean(square(x)))

/** Adaptive rates in little memory: see `Adafactor`. */
export const adafactor = (options?: AdafactorOptions): Adafactor => new Adafactor(options)
