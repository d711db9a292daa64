import type { Tensor } from '../../graph/tensor.js'
import { maximum as maximumOp } from '../../ops/maximum.js'
import { Extremum } from './extremum.js'
import { mergeFunction } from './merge.js'

/** The largest of a list of tensors, element by element (Keras's `Maximum`). */
export class Maximum extends Extremum {
  static override readonly className = 'Maximum'
  static override readonly samplewise = true

  protected override choose(a: Tensor, b: Tensor): Tensor {
    return maximumOp(a, b)
  }
}

/** The largest of a list of tensors: see `Maximum`. @example layers.maximum([a, b]) */
export const maximum = mergeFunction((options) => new Maximum(options))
