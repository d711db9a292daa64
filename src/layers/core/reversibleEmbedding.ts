import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { divide } from '../../ops/divide.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { tanh } from '../../ops/tanh.js'
import type { TensorLike } from '../../ops/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { above } from '../../utils/numbers.js'
import type { BatchShape } from '../batchShape.js'
import { type CallOptions, callOptionsOf } from '../callContext.js'
import type { SymbolicLike, SymbolicTensor } from '../symbolic.js'
import { Embedding, type EmbeddingOptions } from './embedding.js'

export interface ReversibleEmbeddingOptions extends EmbeddingOptions {
  /** Whether the way back uses the embeddings themselves, rather than weights of its own. Default: true. */
  readonly tieWeights?: boolean
  /** Keeps the way back's results `y` within this bound: `tanh(y / bound) bound`. Default: none. */
  readonly logitSoftCap?: number
}

export interface ReversibleCallOptions extends CallOptions {
  /** Go back from vectors to scores of the numbers that they may stand for. Default: false. */
  readonly reverse?: boolean
}

/** How the layer is called: on numbers, or with `reverse` on vectors. */
export interface ReversibleCall {
  (inputs: SymbolicLike, options?: ReversibleCallOptions): SymbolicTensor
  (inputs: TensorLike, options?: ReversibleCallOptions): Tensor
}

/**
 * An embedding that is used in both directions (Keras's `ReversibleEmbedding`): whole numbers `[batch, ...]` to vectors
 * `[batch, ..., outputDim]` and, called with `{ reverse: true }`, vectors to `[batch, ..., inputDim]`, their products with the
 * vectors of all numbers.
 *
 * Source: Press and Wolf, Using the output embedding to improve language models, 2016.
 *
 * @example
 * const words = layers.reversibleEmbedding(1000, 64)
 * const logits = words(layers.lstm(64)(words(layers.input([20]))), { reverse: true })
 */
export class ReversibleEmbedding extends Embedding {
  static override readonly className = 'ReversibleEmbedding'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ReversibleEmbeddingOptions> = {
    ...Embedding.options,
    tieWeights: true,
    logitSoftCap: true,
  }
  static override readonly callOptions: OptionKeys<ReversibleCallOptions> = {
    ...Embedding.callOptions,
    reverse: true,
  }

  readonly tieWeights: boolean
  readonly logitSoftCap: number | undefined
  /** `[outputDim, inputDim]`, once built and if the weights are not tied. */
  reverseEmbeddings: Variable | undefined

  constructor(inputDim: number, outputDim: number, options: ReversibleEmbeddingOptions = {}) {
    super(inputDim, outputDim, options)
    this.tieWeights = options.tieWeights ?? true
    const { logitSoftCap } = options
    if (logitSoftCap !== undefined) above(logitSoftCap, 0, `${this.title}: logitSoftCap`)
    this.logitSoftCap = logitSoftCap
  }

  private get isReversed(): boolean {
    return (callOptionsOf(this) as ReversibleCallOptions).reverse ?? false
  }

  override build(): void {
    super.build()
    if (this.tieWeights) return
    this.reverseEmbeddings = this.addWeight({
      name: 'reverse_embeddings',
      shape: [this.outputDim, this.inputDim],
      initializer: this.embeddingsSettings.initializer,
    })
  }

  override call(inputs: Tensor): Tensor {
    if (!this.isReversed) return super.call(inputs)
    const [embeddings, reverse] = this.ownBuiltWeights
    const scores = reverse
      ? matmul(inputs, reverse.value())
      : matmul(inputs, embeddings.value(), { transposeB: true })
    const bound = this.logitSoftCap
    return bound === undefined ? scores : multiply(tanh(divide(scores, bound)), bound)
  }

  override computeMask(inputs: Tensor, mask?: Tensor): Tensor | undefined {
    return this.isReversed ? mask : super.computeMask(inputs)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return this.isReversed ? inputShape.with(-1, this.inputDim) : super.computeOutputShape(inputShape)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      tie_weights: this.tieWeights,
      reverse_dtype: null,
      logit_soft_cap: this.logitSoftCap ?? null,
    }
  }
}

/** An embedding for both directions: see `ReversibleEmbedding`. */
export const reversibleEmbedding = (
  inputDim: number,
  outputDim: number,
  options?: ReversibleEmbeddingOptions,
): ReversibleCall & ReversibleEmbedding =>
  new ReversibleEmbedding(inputDim, outputDim, options) as ReversibleCall & ReversibleEmbedding
