export {
  AdditiveAttention,
  type AdditiveAttentionOptions,
  Attention,
  type AttentionOptions,
  additiveAttention,
  attention,
} from './attention.js'
export { GroupQueryAttention, groupQueryAttention } from './groupQueryAttention.js'
export type { HeadedAttentionOptions } from './headedAttention.js'
export {
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  multiHeadAttention,
} from './multiHeadAttention.js'
export type { AttentionCall, AttentionCallOptions } from './queryLayer.js'
