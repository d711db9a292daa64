export type { AdaptBatch, AdaptData } from './adaptData.js'
export {
  CategoryEncoding,
  type CategoryEncodingOptions,
  categoryEncoding,
  type EncodingMode,
} from './categoryEncoding.js'
export { Normalization, type NormalizationOptions, normalization } from './normalization.js'
export { Rescaling, type RescalingOptions, rescaling } from './rescaling.js'
export { ZCAWhitening, type ZCAWhiteningOptions, zcaWhitening } from './zcaWhitening.js'
