export {
  getRegularizer as get,
  type RegularizerLike,
  type RegularizerName,
  serializeRegularizer as serialize,
} from './get.js'
export { L1, l1 } from './l1.js'
export { L1L2, l1l2 } from './l1l2.js'
export { L2, l2 } from './l2.js'
export {
  OrthogonalRegularizer,
  type OrthogonalRegularizerOptions,
  orthogonalRegularizer,
} from './orthogonal.js'
export { Regularizer, type RegularizerFunction } from './regularizer.js'
