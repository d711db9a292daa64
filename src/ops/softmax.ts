import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { exp } from './exp.js'
import { log } from './log.js'
import { max } from './max.js'
import { multiply } from './multiply.js'
import { reciprocal } from './reciprocal.js'
import { resolveAxes } from './reduction.js'
import { stopGradient } from './stopGradient.js'
import { subtract } from './subtract.js'
import { sum } from './sum.js'
import { asTensor, type TensorLike } from './tensor.js'

export interface SoftmaxOptions {
  /** The axis, or axes, along which the result sums to 1. Default: -1. */
  readonly axis?: number | readonly number[]
}

const softmaxOptions: OptionKeys<SoftmaxOptions> = { axis: true }

/** `e^x / sum(e^x)` along an axis, without overflow: the largest element is taken out first. */
export function softmax(x: TensorLike, options: SoftmaxOptions = {}): Tensor {
  const { shifted, axis } = fromLargest(x, options, 'softmax')
  const exponentials = exp(shifted)
  // One division for each row, not for each element.
  return multiply(exponentials, reciprocal(sum(exponentials, { axis, keepDims: true })))
}

/** `ln(softmax(x))`, accurate where the softmax is tiny. */
export function logSoftmax(x: TensorLike, options: SoftmaxOptions = {}): Tensor {
  const { shifted, axis } = fromLargest(x, options, 'logSoftmax')
  return subtract(shifted, log(sum(exp(shifted), { axis, keepDims: true })))
}

/** `x - max(x)` along axes. The result of both functions does not depend on the shift, so no gradient flows through it. */
function fromLargest(
  x: TensorLike,
  options: SoftmaxOptions,
  what: string,
): { readonly shifted: Tensor; readonly axis: readonly number[] } {
  checkOptions(options, what, undefined, softmaxOptions)
  const value = cast(asTensor(x), 'float32')
  const axis = resolveAxes(options.axis === undefined ? -1 : options.axis, value.rank, what)
  return { shifted: subtract(value, stopGradient(max(value, { axis, keepDims: true }))), axis }
}
