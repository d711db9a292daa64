export {
  AdditiveAttention,
  type AdditiveAttentionOptions,
  Attention,
  type AttentionOptions,
  additiveAttention,
  attention,
} from './attention.js'
export {
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  multiHeadAttention,
} from './multiHeadAttention.js'
export type { AttentionCall, AttentionCallOptions } from './queryLayer.js'
