import { ArgumentError } from '../../errors.js'
import { checkedOptions } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { automaticName } from '../../utils/naming.js'
import { integer } from '../checks.js'
import { HeadedAttention, type HeadedAttentionOptions, type HeadSizes } from './headedAttention.js'
import type { AttentionCall } from './queryLayer.js'

/**
 * Multi-head attention in which groups of query heads share one head of keys and values (Keras's `GroupQueryAttention`): with as
 * many key heads as query heads it is multi-head attention, with one it is multi-query attention.
 *
 * Called as `MultiHeadAttention`; the output has the query's size. Kernels: query `[size, numQueryHeads, headDim]`, key and value
 * `[size, numKeyValueHeads, headDim]`, output `[numQueryHeads, headDim, size]`.
 *
 * Source: Ainslie et al., GQA: training generalized multi-query transformer models from multi-head checkpoints, 2023.
 *
 * @example layers.groupQueryAttention(64, 8, 2)([x, x])
 */
export class GroupQueryAttention extends HeadedAttention {
  static override readonly className = 'GroupQueryAttention'
  static override readonly samplewise = true
  static override readonly positional = ['head_dim', 'num_query_heads', 'num_key_value_heads']

  protected override readonly hasPrivateParts = true
  readonly headDim: number
  readonly numQueryHeads: number
  readonly numKeyValueHeads: number

  constructor(
    headDim: number,
    numQueryHeads: number,
    numKeyValueHeads: number,
    options: HeadedAttentionOptions = {},
  ) {
    // Keras's class has another name than it is exported under, and the layer is called by that.
    super({
      ...checkedOptions(options, new.target),
      name: options.name ?? automaticName('GroupedQueryAttention'),
    })
    this.headDim = integer(headDim, `${this.title}: headDim`)
    this.numQueryHeads = integer(numQueryHeads, `${this.title}: numQueryHeads`)
    this.numKeyValueHeads = integer(numKeyValueHeads, `${this.title}: numKeyValueHeads`)
    if (numQueryHeads % numKeyValueHeads !== 0) {
      throw new ArgumentError(
        `${this.title}: expected numQueryHeads to divide by numKeyValueHeads, received ${numQueryHeads} and ${numKeyValueHeads}.`,
      )
    }
  }

  protected override headSizes(features: number): HeadSizes {
    const { headDim, numQueryHeads: queryHeads, numKeyValueHeads: keyHeads } = this
    return { queryHeads, keyHeads, keyDim: headDim, valueDim: headDim, outputSizes: [features] }
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      head_dim: this.headDim,
      num_query_heads: this.numQueryHeads,
      num_key_value_heads: this.numKeyValueHeads,
    }
  }
}

/** Attention in groups of heads: see `GroupQueryAttention`. */
export const groupQueryAttention = (
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options?: HeadedAttentionOptions,
): AttentionCall & GroupQueryAttention =>
  new GroupQueryAttention(headDim, numQueryHeads, numKeyValueHeads, options) as AttentionCall &
    GroupQueryAttention
