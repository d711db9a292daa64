export { Constant, constant, Ones, ones, Zeros, zeros } from './constant.js'
export {
  getInitializer as get,
  type InitializerFunction,
  type InitializerLike,
  type InitializerName,
  serializeInitializer as serialize,
} from './get.js'
export { GlorotNormal, GlorotUniform, glorotNormal, glorotUniform } from './glorot.js'
export { HeNormal, HeUniform, heNormal, heUniform } from './he.js'
export { Identity, identity } from './identity.js'
export { Initializer, RandomInitializer, type SeededOptions } from './initializer.js'
export { LecunNormal, LecunUniform, lecunNormal, lecunUniform } from './lecun.js'
export { Orthogonal, type OrthogonalOptions, orthogonal } from './orthogonal.js'
export {
  type NormalOptions,
  RandomNormal,
  RandomUniform,
  randomNormal,
  randomUniform,
  TruncatedNormal,
  truncatedNormal,
  type UniformOptions,
} from './random.js'
export { STFT, type STFTOptions, stft } from './stft.js'
export {
  computeFans,
  type FanMode,
  type FanOptions,
  type ScalingDistribution,
  VarianceScaling,
  type VarianceScalingOptions,
  varianceScaling,
} from './varianceScaling.js'
export type { WindowName } from './windows.js'
