export {
  BatchNormalization,
  type BatchNormalizationOptions,
  batchNormalization,
} from './batchNormalization.js'
export {
  GroupNormalization,
  type GroupNormalizationOptions,
  groupNormalization,
} from './groupNormalization.js'
export {
  LayerNormalization,
  type LayerNormalizationOptions,
  layerNormalization,
} from './layerNormalization.js'
export {
  LocalResponseNormalization,
  type LocalResponseNormalizationOptions,
  localResponseNormalization,
} from './localResponseNormalization.js'
export { RMSNormalization, type RMSNormalizationOptions, rmsNormalization } from './rmsNormalization.js'
export type { ScaledNormalizationOptions } from './scaledNormalization.js'
export {
  SpectralNormalization,
  type SpectralNormalizationOptions,
  spectralNormalization,
} from './spectralNormalization.js'
export { UnitNormalization, type UnitNormalizationOptions, unitNormalization } from './unitNormalization.js'
