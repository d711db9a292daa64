export { toCategorical } from '../data/toCategorical.js'
export { customObjectScope } from './customObjects.js'
export { type GradientCheck, type GradientCheckOptions, gradientCheck } from './gradientCheck.js'
export { resetNames as clearSession } from './naming.js'
export { setRandomSeed } from './randomSeed.js'
export {
  type CustomObject,
  type CustomObjects,
  type RegistrationOptions,
  registerKerasSerializable,
} from './registration.js'
export {
  type SplitArray,
  type SplitsOf,
  type TrainTestSplitOptions,
  trainTestSplit,
} from './trainTestSplit.js'
