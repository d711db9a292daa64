import { type DType, dtypes } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import type { BatchShape } from './batchShape.js'
import { integer } from './checks.js'
import { Layer, type LayerOptions } from './layer.js'

export interface InputOptions extends Omit<LayerOptions, 'inputShape' | 'trainable'> {
  /** The type that the model's data is cast to inside the program; it is fed as it is. Default: `float32`. */
  readonly dtype?: DType
}

/**
 * Says what a model is fed: the shape of one sample, without the batch (Keras's `InputLayer`). With it first, a model
 * is built at once.
 */
export class InputLayer extends Layer {
  static override readonly className = 'InputLayer'
  readonly shape: Shape
  readonly dtype: DType

  constructor(shape: Shape, options: InputOptions = {}) {
    super(options)
    this.shape = shape.map((size) => integer(size, `${this.title}: a size of shape`))
    this.dtype = oneOf(options.dtype ?? 'float32', dtypes, `${this.title}: dtype`)
    this.inputSpec = {
      rank: shape.length + 1,
      axes: Object.fromEntries(shape.map((size, axis) => [axis + 1, size])),
      form: `[batch, ${shape.join(', ')}]`,
    }
    this.build(this.batchShape)
  }

  /** The shape of a batch, with its size left open. */
  get batchShape(): BatchShape {
    return [null, ...this.shape]
  }

  override call(inputs: Tensor): Tensor {
    return cast(inputs, this.dtype)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }

  override getConfig(): Config {
    return { batch_shape: this.batchShape, dtype: this.dtype, sparse: false, ragged: false, name: this.name }
  }

  static override fromConfig(config: Config): InputLayer {
    const { batch_shape, dtype, name } = config as unknown as {
      batch_shape: [null, ...number[]]
      dtype: DType
      name: string
    }
    return new InputLayer(batch_shape.slice(1) as number[], { dtype, name })
  }
}

/** What a model is fed: see `InputLayer`. @example layers.input([28, 28, 1]) */
export const input = (shape: Shape, options?: InputOptions): InputLayer => new InputLayer(shape, options)
