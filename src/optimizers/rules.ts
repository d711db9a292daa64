import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { divide } from '../ops/divide.js'
import { multiply } from '../ops/multiply.js'
import { power } from '../ops/power.js'
import { sqrt } from '../ops/sqrt.js'
import { subtract } from '../ops/subtract.js'

/** Assigns `slot + (target - slot) rate`, and gives it. */
export function moveTowards(slot: Variable, target: Tensor, rate: number): Tensor {
  return slot.assign(add(slot.value(), multiply(subtract(target, slot.value()), rate)))
}

/** Assigns `rho slot + (1 - rho) value`, and gives it. */
export function decayInto(slot: Variable, value: Tensor, rho: number): Tensor {
  return slot.assign(add(multiply(slot.value(), rho), multiply(value, 1 - rho)))
}

/** `1 - beta^step`: how much of its weight an average of this decay, started at 0, has seen after so many steps. */
export const unbiased = (beta: number, step: Tensor): Tensor => subtract(1, power(beta, step))

/** `learningRate sqrt(1 - beta2^step) / (1 - beta1^step)`: Adam's rate, both averages' start at 0 corrected. */
export const correctedRate = (learningRate: Tensor, step: Tensor, beta1: number, beta2: number): Tensor =>
  divide(multiply(learningRate, sqrt(unbiased(beta2, step))), unbiased(beta1, step))
