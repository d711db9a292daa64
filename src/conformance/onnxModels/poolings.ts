import * as layers from '../../layers/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain } from './layerModel.js'

const same = { padding: 'same' } as const

/** All poolings. Averages do not count what is padded. */
export const poolingModels: readonly OnnxModel[] = [
  chain('MaxPooling1D', [9, 3], () => [layers.maxPooling1d(2)]),
  chain('MaxPooling1D same', [9, 3], () => [layers.maxPooling1d(3, { ...same, strides: 2 })]),
  chain('MaxPooling2D', [7, 9, 3], () => [layers.maxPooling2d([2, 3])]),
  chain('MaxPooling2D same, overlapping', [7, 9, 3], () => [layers.maxPooling2d(3, { ...same, strides: 2 })]),
  chain('MaxPooling3D same', [4, 5, 6, 2], () => [layers.maxPooling3d(2, same)]),
  chain('AveragePooling1D', [9, 3], () => [layers.averagePooling1d(2)]),
  chain('AveragePooling1D same', [9, 3], () => [layers.averagePooling1d(4, { ...same, strides: 3 })]),
  chain('AveragePooling2D', [7, 9, 3], () => [layers.averagePooling2d([2, 3])]),
  chain('AveragePooling2D same', [7, 9, 3], () => [layers.averagePooling2d(3, { ...same, strides: 2 })]),
  chain('AveragePooling3D same', [4, 5, 6, 2], () => [layers.averagePooling3d(3, { ...same, strides: 2 })]),
  chain('GlobalMaxPooling1D', [9, 3], () => [layers.globalMaxPooling1d()]),
  chain('GlobalMaxPooling2D, axes kept', [5, 6, 3], () => [
    layers.conv2d(4, 2),
    layers.globalMaxPooling2d({ keepdims: true }),
    layers.conv2d(2, 1),
  ]),
  chain('GlobalMaxPooling3D', [4, 5, 3, 2], () => [layers.globalMaxPooling3d()]),
  chain('GlobalAveragePooling1D', [9, 3], () => [layers.globalAveragePooling1d()]),
  chain('GlobalAveragePooling2D', [5, 6, 3], () => [
    layers.conv2d(4, 2),
    layers.globalAveragePooling2d(),
    layers.dense(2),
  ]),
  chain('GlobalAveragePooling3D, axes kept', [4, 5, 3, 2], () => [
    layers.globalAveragePooling3d({ keepdims: true }),
  ]),
  chain('AdaptiveAveragePooling2D', [7, 9, 3], () => [layers.adaptiveAveragePooling2d([3, 4])]),
  chain('AdaptiveMaxPooling1D', [7, 3], () => [layers.adaptiveMaxPooling1d(3)]),
]
