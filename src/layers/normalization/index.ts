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
export { UnitNormalization, type UnitNormalizationOptions, unitNormalization } from './unitNormalization.js'
