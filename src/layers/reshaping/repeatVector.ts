import type { Tensor } from '../../graph/tensor.js'
import { broadcastTo } from '../../ops/broadcastTo.js'
import { expandDims } from '../../ops/expandDims.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'

/** Each sample `n` times in a row (Keras's `RepeatVector`): `[batch, features]` to `[batch, n, features]`. */
export class RepeatVector extends Layer {
  static override readonly className = 'RepeatVector'
  static override readonly samplewise = true
  static override readonly positional = ['n']

  readonly n: number

  constructor(n: number, options: LayerOptions = {}) {
    super(options)
    this.n = integer(n, `${this.title}: n`)
    this.inputSpec = { rank: 2, form: '[batch, features]' }
  }

  override call(inputs: Tensor): Tensor {
    return broadcastTo(expandDims(inputs, 1), [inputs.shape[0], this.n, inputs.shape[1]])
  }

  override computeOutputShape([batch, features]: BatchShape): BatchShape {
    return [batch, this.n, features]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n }
  }
}

/** Repeats each sample: see `RepeatVector`. */
export const repeatVector = (n: number, options?: LayerOptions): RepeatVector => new RepeatVector(n, options)
