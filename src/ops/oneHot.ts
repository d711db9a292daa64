import type { DType } from '../graph/dtype.js'
import { resolveAxis } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { cast } from './cast.js'
import { equal } from './equal.js'
import { expandDims } from './expandDims.js'
import { asIndices } from './gather.js'
import { iota } from './iota.js'
import type { TensorLike } from './tensor.js'

export interface OneHotOptions {
  /** Where the new axis of `classes` lies in the result. Default: -1. */
  readonly axis?: number
  /** Default: `float32`. */
  readonly dtype?: DType
}

const oneHotOptions: OptionKeys<OneHotOptions> = { axis: true, dtype: true }

/** 1 at each index along a new axis, 0 elsewhere; all 0 for an index outside. */
export function oneHot(indices: TensorLike, classes: number, options: OneHotOptions = {}): Tensor {
  checkOptions(options, 'oneHot', undefined, oneHotOptions)
  const { axis = -1, dtype = 'float32' } = options
  const expanded = expandDims(asIndices(indices, 'oneHot'), axis)
  const at = resolveAxis(axis, expanded.rank, 'oneHot')
  return cast(equal(iota(expanded.shape.toSpliced(at, 1, classes), at), expanded), dtype)
}
