export { BinaryCrossentropy, binaryCrossentropy } from './binaryCrossentropy.js'
export {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  type CrossentropySettings,
  categoricalCrossentropy,
} from './categoricalCrossentropy.js'
export { getLoss as get, type LossLike, type LossName, serializeLoss as serialize } from './get.js'
export { Loss, type LossFunction, type LossOptions, type Reduction } from './loss.js'
export { MeanSquaredError, meanSquaredError } from './meanSquaredError.js'
export {
  SparseCategoricalCrossentropy,
  type SparseCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from './sparseCategoricalCrossentropy.js'
