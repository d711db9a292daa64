import type { ConstraintLike } from '../../constraints/get.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { cast } from '../../ops/cast.js'
import { notEqual } from '../../ops/notEqual.js'
import { take } from '../../ops/take.js'
import { type RegularizerLike, serializeRegularizer } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'

export interface EmbeddingOptions extends LayerOptions {
  /** Default: `'uniform'`, from -0.05 to 0.05. */
  readonly embeddingsInitializer?: InitializerLike
  /** A penalty for the embeddings. Default: none. */
  readonly embeddingsRegularizer?: RegularizerLike
  /** What the embeddings must satisfy after each update. Default: none. */
  readonly embeddingsConstraint?: ConstraintLike
  /** Whether 0 stands for padding: layers behind that support masks leave such steps out. Default: false. */
  readonly maskZero?: boolean
}

/**
 * A learned vector for each whole number below `inputDim` (Keras's `Embedding`): `[batch, ...]` of numbers to
 * `[batch, ..., outputDim]`. Numbers outside are refused in a model's data, and taken as the nearest inside where a model computes them.
 */
export class Embedding extends Layer {
  static override readonly className: string = 'Embedding'
  static override readonly samplewise = true
  static override readonly positional = ['input_dim', 'output_dim']
  static override readonly options: OptionKeys<EmbeddingOptions> = {
    ...Layer.options,
    embeddingsInitializer: true,
    embeddingsRegularizer: true,
    embeddingsConstraint: true,
    maskZero: true,
  }

  readonly inputDim: number
  readonly outputDim: number
  readonly embeddingsSettings: WeightSettings
  readonly maskZero: boolean
  override readonly tableRows: number
  /** `[inputDim, outputDim]`, once built. */
  embeddings: Variable | undefined

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions = {}) {
    super(options)
    this.inputDim = integer(inputDim, `${this.title}: inputDim`)
    this.outputDim = integer(outputDim, `${this.title}: outputDim`)
    this.embeddingsSettings = weightSettings(
      options.embeddingsInitializer ?? 'uniform',
      options.embeddingsRegularizer,
      options.embeddingsConstraint,
    )
    this.maskZero = options.maskZero ?? false
    this.supportsMasking = this.maskZero
    this.tableRows = this.inputDim
  }

  override build(): void {
    this.embeddings = this.addWeight({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      ...this.embeddingsSettings,
    })
  }

  override call(inputs: Tensor): Tensor {
    const [embeddings] = this.ownBuiltWeights
    return take(embeddings.value(), cast(inputs, 'int32'), 0)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [...inputShape, this.outputDim]
  }

  override computeMask(inputs: Tensor, _mask?: Tensor): Tensor | undefined {
    return notEqual(inputs, 0)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      ...weightConfig('embeddings', this.embeddingsSettings),
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
      mask_zero: this.maskZero,
    }
  }
}

/** Vectors for whole numbers: see `Embedding`. @example layers.embedding(10_000, 64) */
export const embedding = (inputDim: number, outputDim: number, options?: EmbeddingOptions): Embedding =>
  new Embedding(inputDim, outputDim, options)
