export { Cropping1D, Cropping2D, Cropping3D, cropping1d, cropping2d, cropping3d } from './cropping.js'
export type { Margins } from './margins.js'
export { Permute, permute } from './permute.js'
export { RepeatVector, repeatVector } from './repeatVector.js'
export { Reshape, reshape } from './reshape.js'
export {
  UpSampling1D,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  upSampling1d,
  upSampling2d,
  upSampling3d,
} from './upSampling.js'
export {
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
} from './zeroPadding.js'
