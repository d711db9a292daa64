import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { transpose } from '../../ops/transpose.js'
import type { Config } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { BatchShape } from '../batchShape.js'
import { Layer, type LayerOptions } from '../layer.js'

/**
 * Each sample with its axes in another order (Keras's `Permute`): output axis i is input axis `dims[i - 1]`. Axes of a
 * sample count from 1; the batch stays.
 */
export class Permute extends Layer {
  static override readonly className = 'Permute'
  static override readonly samplewise = true
  static override readonly positional = ['dims']

  readonly dims: readonly number[]

  constructor(dims: readonly number[], options: LayerOptions = {}) {
    super(options)
    const sorted = Array.isArray(dims) ? [...dims].sort((a, b) => a - b) : undefined
    if (!sorted?.every((axis, i) => axis === i + 1)) {
      throw new ArgumentError(
        `${this.title}: expected dims to be the numbers 1 to the rank of a sample, each once, received ${show(dims)}.`,
      )
    }
    this.dims = dims
    this.inputSpec = {
      rank: dims.length + 1,
      form: `[batch, ${dims.map((_, i) => `axis ${i + 1}`).join(', ')}]`,
    }
  }

  override call(inputs: Tensor): Tensor {
    return transpose(inputs, [0, ...this.dims])
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [inputShape[0], ...this.dims.map((axis) => inputShape[axis])]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dims: this.dims }
  }
}

/** Reorders a sample's axes: see `Permute`. @example layers.permute([2, 1]) */
export const permute = (dims: readonly number[], options?: LayerOptions): Permute =>
  new Permute(dims, options)
