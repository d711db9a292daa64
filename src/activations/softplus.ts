export { softplus } from '../ops/softplus.js'
