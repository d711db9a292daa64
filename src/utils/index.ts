export { toCategorical } from '../data/toCategorical.js'
export { type GradientCheck, type GradientCheckOptions, gradientCheck } from './gradientCheck.js'
export { resetNames as clearSession } from './naming.js'
export { setRandomSeed } from './randomSeed.js'
