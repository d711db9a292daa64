import * as convolution from './convolution/index.js'
import * as pooling from './pooling/index.js'

// Keras's other names. Saved files never contain them.

export {
  Conv1D as Convolution1D,
  Conv1DTranspose as Convolution1DTranspose,
  Conv2D as Convolution2D,
  Conv2DTranspose as Convolution2DTranspose,
  Conv3D as Convolution3D,
  Conv3DTranspose as Convolution3DTranspose,
  SeparableConv1D as SeparableConvolution1D,
  SeparableConv2D as SeparableConvolution2D,
} from './convolution/index.js'
export {
  AveragePooling1D as AvgPool1D,
  AveragePooling2D as AvgPool2D,
  AveragePooling3D as AvgPool3D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
  GlobalMaxPooling1D as GlobalMaxPool1D,
  GlobalMaxPooling2D as GlobalMaxPool2D,
  GlobalMaxPooling3D as GlobalMaxPool3D,
  MaxPooling1D as MaxPool1D,
  MaxPooling2D as MaxPool2D,
  MaxPooling3D as MaxPool3D,
} from './pooling/index.js'

/** See `Conv1D`. */
export const convolution1d = convolution.conv1d
/** See `Conv2D`. */
export const convolution2d = convolution.conv2d
/** See `Conv3D`. */
export const convolution3d = convolution.conv3d
/** See `Conv1DTranspose`. */
export const convolution1dTranspose = convolution.conv1dTranspose
/** See `Conv2DTranspose`. */
export const convolution2dTranspose = convolution.conv2dTranspose
/** See `Conv3DTranspose`. */
export const convolution3dTranspose = convolution.conv3dTranspose
/** See `SeparableConv1D`. */
export const separableConvolution1d = convolution.separableConv1d
/** See `SeparableConv2D`. */
export const separableConvolution2d = convolution.separableConv2d
/** See `MaxPooling1D`. */
export const maxPool1d = pooling.maxPooling1d
/** See `MaxPooling2D`. */
export const maxPool2d = pooling.maxPooling2d
/** See `MaxPooling3D`. */
export const maxPool3d = pooling.maxPooling3d
/** See `AveragePooling1D`. */
export const avgPool1d = pooling.averagePooling1d
/** See `AveragePooling2D`. */
export const avgPool2d = pooling.averagePooling2d
/** See `AveragePooling3D`. */
export const avgPool3d = pooling.averagePooling3d
/** See `GlobalMaxPooling1D`. */
export const globalMaxPool1d = pooling.globalMaxPooling1d
/** See `GlobalMaxPooling2D`. */
export const globalMaxPool2d = pooling.globalMaxPooling2d
/** See `GlobalMaxPooling3D`. */
export const globalMaxPool3d = pooling.globalMaxPooling3d
/** See `GlobalAveragePooling1D`. */
export const globalAvgPool1d = pooling.globalAveragePooling1d
/** See `GlobalAveragePooling2D`. */
export const globalAvgPool2d = pooling.globalAveragePooling2d
/** See `GlobalAveragePooling3D`. */
export const globalAvgPool3d = pooling.globalAveragePooling3d
