export { exp as exponential } from '../ops/exp.js'
