import { ArgumentError } from '../errors.js'
import { type DType, dtypes } from '../graph/dtype.js'
import { symbolic } from '../graph/symbolic.js'
import type { Tensor } from '../graph/tensor.js'
import { cast } from '../ops/cast.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { show } from '../utils/show.js'
import type { BatchShape } from './batchShape.js'
import { integer } from './checks.js'
import { nearestType } from './dtypePolicy.js'
import { Layer, type LayerOptions } from './layer.js'
import { LayerCall, type SymbolicSource, type SymbolicTensor } from './symbolic.js'

export interface InputOptions extends Omit<LayerOptions, 'inputShape' | 'trainable' | 'activityRegularizer'> {
  /** The type that the model's data is cast to inside the program; it is fed as it is. Default: `float32`. */
  readonly dtype?: DType
  /** Samples of a batch, where the model takes batches of one size only. Default: any. */
  readonly batchSize?: number
}

/**
 * Says what a model is fed: the shape of one sample, without the batch, in which `null` is a size that may differ from
 * batch to batch (Keras's `InputLayer`). With it first, a sequential model is built at once. In the functional API it stands
 * for its output: `layers.dense(10)(layers.input([784]))`.
 */
export class InputLayer extends Layer implements SymbolicSource {
  static override readonly className = 'InputLayer'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<InputOptions> & typeof Layer.options = {
    ...Layer.options,
    dtype: true,
    batchSize: true,
    trainable: false,
    inputShape: false,
    activityRegularizer: false,
  }
  readonly [symbolic] = true
  /** The shape of one sample. */
  readonly shape: BatchShape
  readonly dtype: DType
  /** The type in files of Keras, which has more of them. */
  private fileType: string
  /** What is fed, as the layers called on it see it. */
  readonly symbol: SymbolicTensor

  constructor(shape: BatchShape, options: InputOptions = {}) {
    super(options)
    if (!Array.isArray(shape)) {
      throw new ArgumentError(
        `${this.title}: expected the shape of a sample as a list such as [28, 28, 1], received ${show(shape)}.`,
      )
    }
    this.shape = shape.map((size) => (size === null ? null : integer(size, `${this.title}: a size of shape`)))
    this.dtype = oneOf(options.dtype ?? 'float32', dtypes, `${this.title}: dtype`)
    this.fileType = this.dtype
    const known = this.shape.flatMap((size, axis) => (size === null ? [] : [[axis + 1, size] as const]))
    this.inputSpec = {
      rank: shape.length + 1,
      axes: Object.fromEntries(known),
      form: `[batch, ${shape.map((size) => size ?? 'any').join(', ')}]`,
    }
    const { batchSize = null } = options
    if (batchSize !== null) integer(batchSize, `${this.title}: batchSize`)
    const batchShape = [batchSize, ...this.shape]
    this.build(batchShape)
    const call = new LayerCall(this, undefined, { shape: batchShape, dtype: this.dtype }, {})
    this.calls.push(call)
    this.symbol = call.flatOutputs[0]
  }

  override get outputType(): string {
    return this.fileType
  }

  /** The shape of a batch, in which the batch's size is open unless it was given. */
  get batchShape(): BatchShape {
    return this.symbol.shape
  }

  override call(inputs: Tensor): Tensor {
    return cast(inputs, this.dtype)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape
  }

  override getConfig(): Config {
    return {
      batch_shape: this.batchShape,
      dtype: this.fileType,
      sparse: false,
      ragged: false,
      name: this.name,
      optional: false,
    }
  }

  static override fromConfig(config: Config): InputLayer {
    const { batch_shape, dtype, name } = config as unknown as {
      batch_shape: BatchShape
      dtype?: string
      name: string
    }
    const [batchSize, ...shape] = batch_shape
    const layer = new InputLayer(shape, {
      dtype: dtype === undefined ? undefined : nearestType(dtype),
      name,
      batchSize: batchSize ?? undefined,
    })
    layer.fileType = dtype ?? layer.dtype
    return layer
  }
}

/**
 * What a model is fed: see `InputLayer`.
 * @example layers.input([28, 28, 1])
 * @example layers.input([null, null, 3], { name: 'image' }) // images of any size
 */
export const input = (shape: BatchShape, options?: InputOptions): InputLayer => new InputLayer(shape, options)
