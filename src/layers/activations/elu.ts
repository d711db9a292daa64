import { elu as eluOf } from '../../activations/elu.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Config } from '../../utils/config.js'
import { finite } from '../../utils/numbers.js'
import type { LayerOptions } from '../layer.js'
import { SameShapeLayer } from '../sameShape.js'

/**
 * `x` for `x > 0`, else `alpha (e^x - 1)`, elementwise (Keras's `ELU`). `alpha` is 1 unless given. The shape stays.
 *
 * Source: Clevert et al., Fast and accurate deep network learning by exponential linear units, 2015.
 */
export class ELU extends SameShapeLayer {
  static override readonly className = 'ELU'
  static override readonly samplewise = true
  static override readonly positional = ['alpha']

  readonly alpha: number

  constructor(alpha = 1, options: LayerOptions = {}) {
    super(options)
    this.alpha = finite(alpha, `${this.title}: alpha`)
  }

  override call(inputs: Tensor): Tensor {
    return eluOf(inputs, { alpha: this.alpha })
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha }
  }
}

/** The exponential linear unit: see `ELU`. @example layers.elu() */
export const elu = (alpha?: number, options?: LayerOptions): ELU => new ELU(alpha, options)
