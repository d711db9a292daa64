import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { expandDims } from '../../ops/expandDims.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { sum } from '../../ops/sum.js'
import { tanh } from '../../ops/tanh.js'
import { where } from '../../ops/where.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { knownSize } from '../knownSize.js'
import { maskOf } from '../masks.js'
import { type AttentionCall, QueryLayer, type QueryLayerOptions } from './queryLayer.js'
import { allOf, attend, causalMask } from './scores.js'

export interface AdditiveAttentionOptions extends QueryLayerOptions {
  /** Learn factors for the scores. Default: false; of `AdditiveAttention` true. */
  readonly useScale?: boolean
}

export interface AttentionOptions extends AdditiveAttentionOptions {
  /** How a query and a key are compared: by their product, or by the tanh of their sum. Default: `'dot'`. */
  readonly scoreMode?: 'dot' | 'concat'
}

/** Weighted means of values, by the scores of queries and keys, without projections. */
abstract class ScoredAttention extends QueryLayer {
  static override readonly options: OptionKeys<AdditiveAttentionOptions> = {
    ...QueryLayer.options,
    useScale: true,
  }
  readonly useScale: boolean
  /** The factor or factors for the scores, once built and if asked for. */
  scale: Variable | undefined

  constructor(useScale: boolean, options: AdditiveAttentionOptions) {
    super(3, options)
    this.useScale = options.useScale ?? useScale
  }

  /** `[batch, queries, keys]` */
  protected abstract scores(query: Tensor, key: Tensor): Tensor

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [query, value, key = value] = inputs.map((input) => cast(input, 'float32'))
    const [queryMask, valueMask] = inputs.map(maskOf)
    const scores = this.scores(query, key)
    const { useCausalMask, returnAttentionScores } = this.callOptions
    const mask = allOf([
      valueMask && expandDims(valueMask, 1),
      useCausalMask ? expandDims(causalMask(query.shape[1], key.shape[1]), 0) : undefined,
    ])
    const { dropout, seed } = this
    const { output, weights } = attend(scores, value, { mask, dropout, seed }, context)
    const counted = queryMask ? where(expandDims(queryMask, -1), output, 0) : output
    return (returnAttentionScores ? [counted, weights] : counted) as Tensor
  }

  override computeOutputShape([query, value]: readonly BatchShape[]): BatchShape {
    const output: BatchShape = [...query.slice(0, -1), value[value.length - 1]]
    const shapes = [output, [...query.slice(0, -1), value[1]]]
    return (this.callOptions.returnAttentionScores ? shapes : output) as BatchShape
  }

  override getConfig(): Config {
    return { ...super.getConfig(), use_scale: this.useScale, dropout: this.dropout, seed: this.seed ?? null }
  }
}

/**
 * Dot-product attention: `softmax(query key^T) value` (Keras's `Attention`).
 *
 * Called on a list of a query `[batch, queries, size]`, a value `[batch, keys, valueSize]` and, if it differs from the value, a
 * key `[batch, keys, size]`; gives `[batch, queries, valueSize]`. Masks of query and value are heeded. With `scoreMode: 'concat'`
 * scores are `weight sum(tanh(query + key))`.
 *
 * Source: Luong et al., Effective approaches to attention-based neural machine translation, 2015.
 *
 * @example layers.attention()([query, value], { useCausalMask: true })
 */
export class Attention extends ScoredAttention {
  static override readonly className = 'Attention'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<AttentionOptions> = {
    ...ScoredAttention.options,
    scoreMode: true,
  }

  readonly scoreMode: 'dot' | 'concat'
  private scoreWeight: Variable | undefined

  constructor(options: AttentionOptions = {}) {
    super(false, options)
    this.scoreMode = oneOf(options.scoreMode ?? 'dot', ['dot', 'concat'], `${this.title}: scoreMode`)
  }

  override build(): void {
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape: [], initializer: 'ones' })
    if (this.scoreMode === 'concat') {
      this.scoreWeight = this.addWeight({ name: 'concat_score_weight', shape: [], initializer: 'ones' })
    }
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor) => (this.scale ? multiply(x, this.scale.value()) : x)
    if (!this.scoreWeight) return scaled(matmul(query, key, { transposeB: true }))
    const pairs = add(expandDims(query, -2), expandDims(key, -3))
    return multiply(sum(tanh(scaled(pairs)), { axis: -1 }), this.scoreWeight.value())
  }

  override getConfig(): Config {
    return { ...super.getConfig(), score_mode: this.scoreMode }
  }
}

/**
 * Additive attention: scores are `sum(scale tanh(query + key))` (Keras's `AdditiveAttention`). Inputs and output as for
 * `Attention`; the scale has the shape `[size]`.
 *
 * Source: Bahdanau et al., Neural machine translation by jointly learning to align and translate, 2015.
 */
export class AdditiveAttention extends ScoredAttention {
  static override readonly className = 'AdditiveAttention'
  static override readonly samplewise = true

  constructor(options: AdditiveAttentionOptions = {}) {
    super(true, options)
  }

  override build([query]: readonly BatchShape[]): void {
    if (!this.useScale) return
    this.scale = this.addWeight({ name: 'scale', shape: [knownSize(this.title, query, -1, 'features')] })
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const compared = tanh(add(expandDims(query, -2), expandDims(key, -3)))
    return sum(this.scale ? multiply(compared, this.scale.value()) : compared, { axis: -1 })
  }
}

/** Dot-product attention: see `Attention`. */
export const attention = (options?: AttentionOptions): AttentionCall & Attention =>
  new Attention(options) as AttentionCall & Attention
/** Additive attention: see `AdditiveAttention`. */
export const additiveAttention = (options?: AdditiveAttentionOptions): AttentionCall & AdditiveAttention =>
  new AdditiveAttention(options) as AttentionCall & AdditiveAttention
