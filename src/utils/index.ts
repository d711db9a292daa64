export { toCategorical } from '../data/toCategorical.js'
export { resetNames as clearSession } from './naming.js'
export { setRandomSeed } from './randomSeed.js'
