import type { Tensor } from '../graph/tensor.js'
import { add } from './add.js'
import { cast } from './cast.js'
import { exp } from './exp.js'
import { isFinite as isFiniteElement } from './isFinite.js'
import { log } from './log.js'
import { max } from './max.js'
import { checkReduction, keptShape, type ReductionOptions, resolveAxes } from './reduction.js'
import { reshape } from './reshape.js'
import { stopGradient } from './stopGradient.js'
import { subtract } from './subtract.js'
import { sum } from './sum.js'
import { asTensor, type TensorLike } from './tensor.js'
import { where } from './where.js'

/** `ln(sum(e^x))` along axes, without overflow: the largest element is taken out first. */
export function logSumExp(x: TensorLike, options: ReductionOptions = {}): Tensor {
  checkReduction(options, 'logSumExp')
  const value = cast(asTensor(x), 'float32')
  const axis = resolveAxes(options.axis, value.rank, 'logSumExp')
  const largest = stopGradient(max(value, { axis, keepDims: true }))
  // Infinity - Infinity would be NaN: with an infinite maximum nothing is taken out.
  const shift = where(isFiniteElement(largest), largest, 0)
  const total = add(log(sum(exp(subtract(value, shift)), { axis, keepDims: true })), shift)
  const dropped = value.shape.filter((_, i) => !axis.includes(i))
  return reshape(total, options.keepDims ? keptShape(value.shape, axis) : dropped)
}
