import type { Tensor } from '../../graph/tensor.js'
import { minimum as minimumOp } from '../../ops/minimum.js'
import { Extremum } from './extremum.js'
import { mergeFunction } from './merge.js'

/** The smallest of a list of tensors, element by element (Keras's `Minimum`). */
export class Minimum extends Extremum {
  static override readonly className = 'Minimum'
  static override readonly samplewise = true

  protected override choose(a: Tensor, b: Tensor): Tensor {
    return minimumOp(a, b)
  }
}

/** The smallest of a list of tensors: see `Minimum`. @example layers.minimum([a, b]) */
export const minimum = mergeFunction((options) => new Minimum(options))
