import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../../initializers/get.js'
import type { Initializer } from '../../initializers/initializer.js'
import { cast } from '../../ops/cast.js'
import { take } from '../../ops/take.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'

export interface EmbeddingOptions extends LayerOptions {
  /** Default: `'uniform'`, from -0.05 to 0.05. */
  readonly embeddingsInitializer?: InitializerLike
  /** Whether 0 stands for padding, which layers after it skip. Not supported yet: must be false. Default: false. */
  readonly maskZero?: boolean
}

/**
 * A learned vector for each whole number below `inputDim` (Keras's `Embedding`): `[batch, ...]` of numbers to
 * `[batch, ..., outputDim]`. Numbers outside are taken as the nearest inside.
 */
export class Embedding extends Layer {
  static override readonly className = 'Embedding'
  static override readonly positional = ['input_dim', 'output_dim']

  readonly inputDim: number
  readonly outputDim: number
  readonly embeddingsInitializer: Initializer
  /** `[inputDim, outputDim]`, once built. */
  embeddings: Variable | undefined

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions = {}) {
    super(options)
    this.inputDim = integer(inputDim, `${this.title}: inputDim`)
    this.outputDim = integer(outputDim, `${this.title}: outputDim`)
    this.embeddingsInitializer = getInitializer(options.embeddingsInitializer ?? 'uniform')
    if (options.maskZero) {
      throw new ArgumentError(
        `${this.title}: maskZero is not supported yet. Leave it out, or mask in a layer of your own.`,
      )
    }
  }

  override build(): void {
    this.embeddings = this.addWeight({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      initializer: this.embeddingsInitializer,
    })
  }

  override call(inputs: Tensor): Tensor {
    const [embeddings] = this.weights
    return take(embeddings.value(), cast(inputs, 'int32'), 0)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [...inputShape, this.outputDim]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      embeddings_initializer: serializeInitializer(this.embeddingsInitializer),
      embeddings_regularizer: null,
      activity_regularizer: null,
      embeddings_constraint: null,
      mask_zero: false,
    }
  }
}

/** Vectors for whole numbers: see `Embedding`. @example layers.embedding(10_000, 64) */
export const embedding = (inputDim: number, outputDim: number, options?: EmbeddingOptions): Embedding =>
  new Embedding(inputDim, outputDim, options)
