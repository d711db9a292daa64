import { checkPieces, maxout as maxoutOf } from '../../activations/maxout.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'

/**
 * The largest of each `pieces` neighbours along the last axis: `[batch, ..., size]` to `[batch, ..., size / pieces]`. Behind a
 * linear layer, each unit is the maximum of `pieces` linear functions. Keras has no name for it.
 *
 * Source: Goodfellow et al., Maxout networks, 2013.
 */
export class Maxout extends Layer {
  static override readonly className = 'Maxout'
  static override readonly samplewise = true
  static override readonly positional = ['pieces']
  override supportsMasking = true

  readonly pieces: number

  constructor(pieces: number, options: LayerOptions = {}) {
    super(options)
    this.pieces = integer(pieces, `${this.title}: pieces`)
    this.inputSpec = { minRank: 2, form: '[batch, ..., size]' }
  }

  override build(inputShape: BatchShape): void {
    const size = inputShape.at(-1)
    if (typeof size === 'number') checkPieces(size, this.pieces, showBatchShape(inputShape))
  }

  override call(inputs: Tensor): Tensor {
    return maxoutOf(inputs, this.pieces)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const size = inputShape.at(-1)
    return inputShape.with(-1, typeof size === 'number' ? size / this.pieces : null)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), pieces: this.pieces }
  }
}

/** The largest of neighbouring values: see `Maxout`. @example [layers.dense(2 * 30), layers.maxout(2)] */
export const maxout = (pieces: number, options?: LayerOptions): Maxout => new Maxout(pieces, options)
