export { relu } from '../ops/relu.js'
