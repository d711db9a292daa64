export { Constraint, type ConstraintFunction } from './constraint.js'
export {
  type ConstraintLike,
  type ConstraintName,
  getConstraint as get,
  serializeConstraint as serialize,
} from './get.js'
export { MaxNorm, maxNorm } from './maxNorm.js'
export { MinMaxNorm, type MinMaxNormOptions, minMaxNorm } from './minMaxNorm.js'
export { NonNeg, nonNeg } from './nonNeg.js'
export type { NormAxisOptions } from './norm.js'
export { UnitNorm, unitNorm } from './unitNorm.js'
