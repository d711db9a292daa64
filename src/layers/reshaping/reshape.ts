import { ArgumentError, ShapeError } from '../../errors.js'
import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { reshape as reshapeTensor } from '../../ops/reshape.js'
import type { Config } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { Layer, type LayerOptions } from '../layer.js'

/**
 * Each sample's elements in the same order with other axes (Keras's `Reshape`): `[batch, ...sizes]` to
 * `[batch, ...targetShape]`. One size may be -1: it is what remains.
 */
export class Reshape extends Layer {
  static override readonly className = 'Reshape'
  static override readonly samplewise = true
  static override readonly positional = ['target_shape']

  readonly targetShape: Shape

  constructor(targetShape: Shape, options: LayerOptions = {}) {
    super(options)
    const isSize = (size: unknown) => Number.isInteger(size) && ((size as number) > 0 || size === -1)
    if (!Array.isArray(targetShape) || !targetShape.every(isSize)) {
      throw new ArgumentError(
        `${this.title}: expected the shape of a sample, in which -1 takes what is left, such as [4, -1], received ${show(targetShape)}.`,
      )
    }
    this.targetShape = targetShape
  }

  override build(inputShape: BatchShape): void {
    this.computeOutputShape(inputShape)
  }

  override call(inputs: Tensor): Tensor {
    const [, ...target] = this.computeOutputShape(inputs.shape)
    return reshapeTensor(inputs, [inputs.shape[0], ...(target as number[])])
  }

  override computeOutputShape([batch, ...sizes]: BatchShape): BatchShape {
    const known = this.targetShape.filter((size) => size !== -1).reduce((a, b) => a * b, 1)
    if (sizes.includes(null)) return [batch, ...this.targetShape.map((size) => (size === -1 ? null : size))]
    const elements = (sizes as number[]).reduce((a, b) => a * b, 1)
    const open = this.targetShape.filter((size) => size === -1).length
    if (open > 1 || (open === 0 ? known !== elements : elements % known !== 0)) {
      throw new ShapeError(
        `${this.title}: a sample of ${elements} elements, ${showBatchShape([batch, ...sizes])}, does not fit targetShape ` +
          `[${this.targetShape.join(', ')}]. Sizes must multiply to ${elements}; one of them may be -1.`,
      )
    }
    return [batch, ...this.targetShape.map((size) => (size === -1 ? elements / known : size))]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), target_shape: this.targetShape }
  }
}

/** Gives samples other axes: see `Reshape`. @example layers.reshape([28, 28, 1]) */
export const reshape = (targetShape: Shape, options?: LayerOptions): Reshape =>
  new Reshape(targetShape, options)
