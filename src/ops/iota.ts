import { ArgumentError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { applyOne } from '../graph/node.js'
import { defineOp } from '../graph/op.js'
import { resolveAxis, type Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { add } from './add.js'
import { cast } from './cast.js'
import { equal } from './equal.js'
import { multiply } from './multiply.js'
import { referenceOf } from './reference.js'

/** An `int32` tensor of this shape in which each element is its own coordinate along `axis`. */
export function iota(shape: Shape, axis = 0): Tensor {
  return applyOne(iotaOp, [], { shape, axis: resolveAxis(axis, shape.length, 'iota') })
}

export interface ArangeOptions {
  /** Default: 0. */
  readonly start?: number
  /** Default: 1. */
  readonly step?: number
  /** Default: `int32`. */
  readonly dtype?: DType
}

const arangeOptions: OptionKeys<ArangeOptions> = { start: true, step: true, dtype: true }

/**
 * `start, start + step, ...` up to but without `stop`, as one axis.
 * @throws ArgumentError if `step` is 0, or a number is infinite or NaN
 */
export function arange(stop: number, options: ArangeOptions = {}): Tensor {
  checkOptions(options, 'arange', undefined, arangeOptions)
  const { start = 0, step = 1, dtype = 'int32' } = options
  if (![start, stop, step].every(Number.isFinite)) {
    throw new ArgumentError(
      `arange: expected finite numbers, received start ${start}, stop ${stop}, step ${step}.`,
    )
  }
  if (step === 0) throw new ArgumentError('arange: expected a step other than 0.')
  const index = cast(iota([Math.max(0, Math.ceil((stop - start) / step))]), dtype)
  return start === 0 && step === 1 ? index : add(multiply(index, step), start)
}

/** The identity matrix, or the first `columns` columns of it (zeros beyond the last). */
export function eye(rows: number, columns = rows, dtype: DType = 'float32'): Tensor {
  return cast(equal(iota([rows, columns], 0), iota([rows, columns], 1)), dtype)
}

const iotaOp = defineOp<{ readonly shape: Shape; readonly axis: number }>({
  name: 'iota',
  kind: { kind: 'elementwise', positional: true, expression: (math, _, { axis }) => math.coordinate(axis) },
  infer: (_, { shape }) => [{ shape, dtype: 'int32' }],
  reference: (_, { shape, axis }) => [referenceOf(shape, (at) => at[axis])],
})
