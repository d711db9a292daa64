import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { asTensor, type TensorLike } from '../../ops/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Structure } from '../../utils/structure.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { type CallOptions, callOptionsOf } from '../callContext.js'
import { Layer, type LayerOptions } from '../layer.js'
import { maskOf } from '../masks.js'
import type { SymbolicLike, SymbolicTensor } from '../symbolic.js'
import { flatShapes, isShape, type Tensors } from '../tensors.js'

export interface AttentionCallOptions extends CallOptions {
  /** Each query sees only the keys up to its own place. Default: false. */
  readonly useCausalMask?: boolean
  /** Give a list of the output and the weights of the values. Default: false. */
  readonly returnAttentionScores?: boolean
}

type WithScores = AttentionCallOptions & { readonly returnAttentionScores: true }

/** How attention layers are called: on a list `[query, value]` or `[query, value, key]`. */
export interface AttentionCall {
  (inputs: readonly SymbolicLike[], options: WithScores): readonly [SymbolicTensor, SymbolicTensor]
  (inputs: readonly TensorLike[], options: WithScores): readonly [Tensor, Tensor]
  (inputs: readonly SymbolicLike[], options?: AttentionCallOptions): SymbolicTensor
  (inputs: readonly TensorLike[], options?: AttentionCallOptions): Tensor
}

export interface QueryLayerOptions extends LayerOptions {
  /** Which part of the weights is dropped in training, from 0 to 1. Default: 0. */
  readonly dropout?: number
  /** Fixes the masks of dropout, whatever the model's seed. */
  readonly seed?: number
}

/** What attention layers share: a list of inputs, options at the call, and dropout. */
export abstract class QueryLayer extends Layer<readonly Tensor[]> {
  static override readonly options: OptionKeys<QueryLayerOptions> = {
    ...Layer.options,
    dropout: true,
    seed: true,
  }
  static override readonly callOptions: OptionKeys<AttentionCallOptions> = {
    ...Layer.callOptions,
    useCausalMask: true,
    returnAttentionScores: true,
  }
  readonly dropout: number
  readonly seed: number | undefined

  constructor(
    private readonly mostInputs: number,
    options: QueryLayerOptions,
  ) {
    super(options)
    this.supportsMasking = true
    this.dropout = options.dropout ?? 0
    if (!(this.dropout >= 0 && this.dropout <= 1)) {
      throw new ArgumentError(
        `${this.title}: dropout: expected a rate from 0 to 1, received ${String(options.dropout)}.`,
      )
    }
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
  }

  /** How the layer is being called. */
  protected get callOptions(): AttentionCallOptions {
    return callOptionsOf(this)
  }

  protected override toTensors(inputs: unknown): Tensors {
    if (!Array.isArray(inputs)) return super.toTensors(inputs)
    return inputs.map((input: TensorLike) => asTensor(input))
  }

  override checkInput(inputShapes: Structure<BatchShape>): void {
    const shapes = isShape(inputShapes) ? [] : flatShapes(inputShapes)
    if (shapes.length < 2 || shapes.length > this.mostInputs) {
      throw new ArgumentError(
        `${this.title}: expected a list [query, value] or [query, value, key], received ` +
          `${shapes.length === 0 ? 'one input' : `a list of ${shapes.length}`}.`,
      )
    }
    const [query, value, key = value] = shapes
    const fits = [query, value, key].every((shape) => shape.length === 3) && sameSize(value[1], key[1])
    if (fits) return
    throw new ArgumentError(
      `${this.title}: expected query [batch, queries, size], value [batch, keys, size] and key [batch, keys, size], received ` +
        `${shapes.map(showBatchShape).join(', ')}.`,
    )
  }

  /** The output's mask is the query's. */
  override computeMask([query]: readonly Tensor[]): Tensor | undefined {
    return maskOf(query)
  }
}

const sameSize = (a: number | null, b: number | null): boolean => a === null || b === null || a === b
