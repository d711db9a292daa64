export { Activation, activation } from './activation.js'
export type { BatchShape } from './batchShape.js'
export type { CallContext, CallOptions, RandomKeys } from './callContext.js'
export type { PerAxis } from './checks.js'
export { Conv2D, type ConvOptions, conv2d } from './conv2d.js'
export { Dense, type DenseOptions, dense } from './dense.js'
export { Dropout, type DropoutOptions, dropout } from './dropout.js'
export { Flatten, flatten } from './flatten.js'
export { InputLayer, type InputOptions, input } from './input.js'
export type { InputSpec } from './inputSpec.js'
export { Layer, type LayerOptions, type WeightOptions, type WeightValues } from './layer.js'
export {
  AveragePooling2D,
  averagePooling2d,
  MaxPooling2D,
  maxPooling2d,
  type PoolingOptions,
} from './pooling2d.js'
export { layerFromConfig as deserialize } from './registry.js'
export { Rescaling, type RescalingOptions, rescaling } from './rescaling.js'
