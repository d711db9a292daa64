export { Adam, type AdamOptions, adam } from './adam.js'
export {
  getOptimizer as get,
  type OptimizerLike,
  type OptimizerName,
  serializeOptimizer as serialize,
} from './get.js'
export { Optimizer, type OptimizerOptions, type UpdateContext } from './optimizer.js'
export { SGD, type SgdOptions, sgd } from './sgd.js'
