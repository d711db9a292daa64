export {
  BinaryCrossentropy,
  type BinaryCrossentropyOptions,
  binaryCrossentropy,
} from './binaryCrossentropy.js'
export {
  BinaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
  type BinaryFocalSettings,
  binaryFocalCrossentropy,
} from './binaryFocalCrossentropy.js'
export {
  CategoricalCrossentropy,
  type CrossentropyOptions,
  type CrossentropySettings,
  categoricalCrossentropy,
} from './categoricalCrossentropy.js'
export {
  CategoricalFocalCrossentropy,
  type CategoricalFocalCrossentropyOptions,
  type CategoricalFocalSettings,
  categoricalFocalCrossentropy,
} from './categoricalFocalCrossentropy.js'
export {
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  type GeneralizedCrossEntropyOptions,
} from './categoricalGeneralizedCrossEntropy.js'
export { CategoricalHinge, categoricalHinge } from './categoricalHinge.js'
export { Circle, type CircleOptions, type CircleReferences, type CircleSettings, circle } from './circle.js'
export { CosineSimilarity, type CosineSimilarityOptions, cosineSimilarity } from './cosineSimilarity.js'
export { CTC, ctc } from './ctc.js'
export { Dice, type DiceOptions, dice } from './dice.js'
export { getLoss as get, type LossLike, type LossName, serializeLoss as serialize } from './get.js'
export { Hinge, hinge } from './hinge.js'
export { Huber, type HuberOptions, huber } from './huber.js'
export { KLDivergence, klDivergence } from './klDivergence.js'
export type { Labels, OutputShape } from './labels.js'
export { LogCosh, logCosh } from './logCosh.js'
export { Loss, type LossFunction, type LossOptions } from './loss.js'
export { MeanAbsoluteError, meanAbsoluteError } from './meanAbsoluteError.js'
export { MeanAbsolutePercentageError, meanAbsolutePercentageError } from './meanAbsolutePercentageError.js'
export { MeanSquaredError, meanSquaredError } from './meanSquaredError.js'
export { MeanSquaredLogarithmicError, meanSquaredLogarithmicError } from './meanSquaredLogarithmicError.js'
export { Poisson, poisson } from './poisson.js'
export type { LossWeights, Reduction } from './reduce.js'
export {
  SparseCategoricalCrossentropy,
  type SparseCrossentropyOptions,
  type SparseCrossentropySettings,
  sparseCategoricalCrossentropy,
} from './sparseCategoricalCrossentropy.js'
export { SquaredHinge, squaredHinge } from './squaredHinge.js'
export {
  type OverlapSettings,
  Tversky,
  type TverskyOptions,
  type TverskySettings,
  tversky,
} from './tversky.js'
