export {
  ActivityRegularization,
  type ActivityRegularizationOptions,
  activityRegularization,
} from './activityRegularization.js'
export {
  AlphaDropout,
  alphaDropout,
  GaussianDropout,
  GaussianNoise,
  gaussianDropout,
  gaussianNoise,
  type NoiseOptions,
} from './noise.js'
export {
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  type SpatialDropoutOptions,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from './spatialDropout.js'
