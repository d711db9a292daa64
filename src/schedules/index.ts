export { CosineDecay, type CosineDecayOptions, cosineDecay } from './cosineDecay.js'
export {
  CosineDecayRestarts,
  type CosineDecayRestartsOptions,
  cosineDecayRestarts,
} from './cosineDecayRestarts.js'
export { type DecayOptions, ExponentialDecay, exponentialDecay } from './exponentialDecay.js'
export { deserializeSchedule as deserialize, serializeSchedule as serialize } from './get.js'
export { InverseTimeDecay, inverseTimeDecay } from './inverseTimeDecay.js'
export { OneCycle, type OneCycleOptions, oneCycle } from './oneCycle.js'
export { PiecewiseConstantDecay, piecewiseConstantDecay } from './piecewiseConstantDecay.js'
export { PolynomialDecay, type PolynomialDecayOptions, polynomialDecay } from './polynomialDecay.js'
export { PowerDecay, type PowerDecayOptions, powerDecay } from './powerDecay.js'
export { LearningRateSchedule, type ScheduleFunction, type ScheduleOptions } from './schedule.js'
