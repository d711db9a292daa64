import { ShapeError } from '../errors.js'
import { resolveAxis, showShape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { multiply } from '../ops/multiply.js'
import { sigmoid } from '../ops/sigmoid.js'
import { sliceAxis } from '../ops/slice.js'
import type { TensorLike } from '../ops/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { floatTensor } from './floatTensor.js'

export interface GluOptions {
  /** The axis that is split in halves. Default: -1. */
  readonly axis?: number
}

const gluOptions: OptionKeys<GluOptions> = { axis: true }

/**
 * The gated linear unit `a * sigmoid(b)`, where a and b are the halves of `x` along an axis: its size becomes half.
 * Source: Dauphin et al., Language modeling with gated convolutional networks, 2016.
 *
 * @throws ShapeError if the axis has an odd size
 */
export function glu(x: TensorLike, options: GluOptions = {}): Tensor {
  checkOptions(options, 'glu', undefined, gluOptions)
  const { axis = -1 } = options
  const value = floatTensor(x)
  const resolved = resolveAxis(axis, value.rank, 'glu')
  const size = value.shape[resolved]
  if (size % 2 !== 0) {
    throw new ShapeError(
      `glu: expected an even size along axis ${axis}, received shape ${showShape(value.shape)}.`,
    )
  }
  const [values, gates] = [0, size / 2].map((begin) => sliceAxis(value, resolved, begin, begin + size / 2))
  return multiply(values, sigmoid(gates))
}
