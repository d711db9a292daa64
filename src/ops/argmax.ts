import { applyOne } from '../graph/node.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { keptShape, reductionOp } from './reduction.js'
import { reshape } from './reshape.js'
import { asTensor, type TensorLike } from './tensor.js'

export interface ArgmaxOptions {
  /** Default: `x` is taken as one row. */
  readonly axis?: number
  /** Keep the axis with size 1. Default: false. */
  readonly keepDims?: boolean
}

const argmaxOptions: OptionKeys<ArgmaxOptions> = { axis: true, keepDims: true }

/** The `int32` position of the first largest element along an axis. */
export function argmax(x: TensorLike, options: ArgmaxOptions = {}): Tensor {
  checkOptions(options, 'argmax', undefined, argmaxOptions)
  const { axis, keepDims } = options
  const given = asTensor(x)
  const value = given.dtype === 'bool' ? cast(given, 'int32') : given
  const resolved = axis === undefined ? 0 : resolveAxis(axis, value.rank, 'argmax')
  const rows = axis === undefined ? reshape(value, [-1]) : value
  const position = applyOne(argmaxOp, [rows], { axes: [resolved] })
  if (!keepDims) return position
  return reshape(position, axis === undefined ? value.shape.map(() => 1) : keptShape(value.shape, [resolved]))
}

const argmaxOp = reductionOp({
  name: 'argmax',
  combine: 'indexOfMax',
  operand: (dtype) => dtype,
  output: 'int32',
  allowsEmpty: false,
  reference: (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0),
})
