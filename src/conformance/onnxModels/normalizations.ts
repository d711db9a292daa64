import * as layers from '../../layers/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain } from './layerModel.js'

/** Normalisations, preprocessing, and layers that do something in training alone. */
export const normalizationModels: readonly OnnxModel[] = [
  chain('BatchNormalization of features', [6], () => [layers.batchNormalization()]),
  chain('BatchNormalization of images', [5, 6, 3], () => [layers.conv2d(4, 2), layers.batchNormalization()]),
  chain('BatchNormalization along another axis', [3, 5, 4], () => [layers.batchNormalization({ axis: 1 })]),
  chain('BatchNormalization along the first axis of convolved images', [6, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.batchNormalization({ axis: 1 }),
    layers.conv2d(2, 2),
  ]),
  chain('BatchNormalization without scale', [5, 4], () => [
    layers.batchNormalization({ scale: false, epsilon: 0.01 }),
  ]),
  chain('BatchNormalization without centre', [5, 4], () => [layers.batchNormalization({ center: false })]),
  chain('LayerNormalization', [5, 4], () => [layers.layerNormalization()]),
  chain('LayerNormalization over two axes', [5, 4], () => [layers.layerNormalization({ axis: [1, 2] })]),
  chain('LayerNormalization over two axes of images', [6, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.layerNormalization({ axis: [1, 3] }),
    layers.conv2d(2, 2),
  ]),
  chain('LayerNormalization along the first axis', [5, 4], () => [layers.layerNormalization({ axis: 1 })]),
  chain('GroupNormalization of images', [4, 5, 6], () => [
    layers.conv2d(6, 2),
    layers.groupNormalization({ groups: 3 }),
  ]),
  chain('RMSNormalization', [5, 4], () => [layers.rmsNormalization()]),
  chain('UnitNormalization', [5, 4], () => [layers.unitNormalization()]),
  chain('LocalResponseNormalization', [4, 4, 6], () => [
    layers.localResponseNormalization({ depthRadius: 2 }),
  ]),
  chain('SpectralNormalization', [6], () => [layers.spectralNormalization(layers.dense(4))]),
  chain('Rescaling', [4, 4, 3], () => [layers.rescaling(1 / 128, { offset: -1 }), layers.conv2d(2, 3)]),
  chain('Normalization', [5], () => [
    layers.normalization({ mean: [1, 2, 3, 4, 5], variance: [1, 4, 9, 2, 3] }),
    layers.dense(3),
  ]),
  chain('Dropout and noise of all kinds', [4, 6], () => [
    layers.dropout(0.5),
    layers.spatialDropout1d(0.5),
    layers.gaussianNoise(1),
    layers.gaussianDropout(0.5),
    layers.alphaDropout(0.5),
    layers.activityRegularization({ l2: 0.1 }),
    layers.dense(3),
  ]),
]
