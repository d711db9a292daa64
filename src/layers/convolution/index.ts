export {
  Conv1D,
  type Conv1DOptions,
  Conv2D,
  Conv3D,
  type ConvOptions,
  conv1d,
  conv2d,
  conv3d,
} from './conv.js'
export {
  Conv1DTranspose,
  Conv2DTranspose,
  Conv3DTranspose,
  type ConvTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from './convTranspose.js'
export {
  DepthwiseConv1D,
  DepthwiseConv2D,
  type DepthwiseOptions,
  depthwiseConv1d,
  depthwiseConv2d,
} from './depthwiseConv.js'
export {
  SeparableConv1D,
  SeparableConv2D,
  type SeparableConvOptions,
  separableConv1d,
  separableConv2d,
} from './separableConv.js'
