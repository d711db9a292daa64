import { ArgumentError } from '../../errors.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { integer } from '../checks.js'
import { HeadedAttention, type HeadedAttentionOptions, type HeadSizes } from './headedAttention.js'
import type { AttentionCall } from './queryLayer.js'

export interface MultiHeadAttentionOptions extends HeadedAttentionOptions {
  /** Size of each head's values. Default: `keyDim`. */
  readonly valueDim?: number
  /** The output's size or, for several axes, their sizes. Default: the query's size. */
  readonly outputShape?: number | readonly number[]
  /** The axes over which attention goes. Gradus has axis 1 alone. Default: 1. */
  readonly attentionAxes?: number | readonly number[]
}

/**
 * Multi-head attention (Keras's `MultiHeadAttention`). Each head projects query, key and value, and gives
 * `softmax(q k^T / sqrt(keyDim)) v`; the output is a projection of all heads' results.
 *
 * Called on a list of a query `[batch, queries, size]`, a value `[batch, keys, valueSize]`, if it differs from the value a key
 * `[batch, keys, keySize]`, and a boolean mask `[batch, queries, keys]` if there is one; gives `[batch, queries, outputShape]`.
 * Masks of the inputs are heeded. Kernels: query `[size, heads, keyDim]`, key, value, output `[heads, valueDim, size]`.
 *
 * Source: Vaswani et al., Attention is all you need, 2017.
 *
 * @example layers.multiHeadAttention(8, 64)([x, x], { useCausalMask: true })
 */
export class MultiHeadAttention extends HeadedAttention {
  static override readonly className = 'MultiHeadAttention'
  static override readonly samplewise = true
  static override readonly positional = ['num_heads', 'key_dim']
  static override readonly options: OptionKeys<MultiHeadAttentionOptions> = {
    ...HeadedAttention.options,
    valueDim: true,
    outputShape: true,
    attentionAxes: true,
  }

  readonly numHeads: number
  readonly keyDim: number
  readonly valueDim: number
  /** Sizes of the output's axes behind the queries, if they were given. */
  readonly outputSizes: readonly number[] | undefined

  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions = {}) {
    super(options)
    this.numHeads = integer(numHeads, `${this.title}: numHeads`)
    this.keyDim = integer(keyDim, `${this.title}: keyDim`)
    this.valueDim = integer(options.valueDim ?? keyDim, `${this.title}: valueDim`)
    const { outputShape, attentionAxes = 1 } = options
    this.outputSizes = typeof outputShape === 'number' ? [outputShape] : outputShape
    if (String(attentionAxes) !== '1') {
      throw new ArgumentError(
        `${this.title}: attentionAxes: expected 1, received ${JSON.stringify(attentionAxes)}. Bring the axes of attention together ` +
          'as axis 1 by a reshape.',
      )
    }
  }

  protected override headSizes(features: number): HeadSizes {
    const { numHeads, keyDim, valueDim } = this
    const outputSizes = this.outputSizes ?? [features]
    return { queryHeads: numHeads, keyHeads: numHeads, keyDim, valueDim, outputSizes }
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      num_heads: this.numHeads,
      key_dim: this.keyDim,
      value_dim: this.valueDim,
      output_shape: this.outputSizes ?? null,
      attention_axes: null,
    }
  }
}

/** Multi-head attention: see `MultiHeadAttention`. */
export const multiHeadAttention = (
  numHeads: number,
  keyDim: number,
  options?: MultiHeadAttentionOptions,
): AttentionCall & MultiHeadAttention =>
  new MultiHeadAttention(numHeads, keyDim, options) as AttentionCall & MultiHeadAttention
