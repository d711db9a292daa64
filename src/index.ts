/**
 * Gradus: deep learning for TypeScript. The names, defaults and formulas are Keras 3's; what Keras users pass by
 * position is positional, everything else stands in one options object in camelCase.
 */
export * as activations from './activations/index.js'
export * as callbacks from './callbacks/index.js'
export * as constraints from './constraints/index.js'
export * as datasets from './data/datasets/index.js'
export {
  ArgumentError,
  DataError,
  GradusError,
  InternalError,
  NumericError,
  ShapeError,
  StateError,
} from './errors.js'
export type { DType, TypedArray } from './graph/dtype.js'
export {
  configure,
  type ExecutorOptions,
  type ExecutorStatistics,
  getExecutor,
  type TuningOptions,
  type TuningProgress,
} from './graph/executor.js'
export type { Shape } from './graph/shape.js'
export { type NestedArray, Tensor } from './graph/tensor.js'
export { trace } from './graph/trace.js'
export { type InitialValues, Variable, type VariableOptions } from './graph/variable.js'
export * as initializers from './initializers/index.js'
export * as layers from './layers/index.js'
export * as losses from './losses/index.js'
export * as metrics from './metrics/index.js'
export * as models from './models/index.js'
export { grad, valueAndGrad } from './ops/gradient.js'
export * as ops from './ops/index.js'
export { stopGradient } from './ops/stopGradient.js'
export { type TensorLike, type TensorOptions, tensor } from './ops/tensor.js'
export * as optimizers from './optimizers/index.js'
export * as plot from './plot/index.js'
export * as regularizers from './regularizers/index.js'
export * as summary from './tensorboard/index.js'
export * as utils from './utils/index.js'
