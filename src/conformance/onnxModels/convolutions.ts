import * as layers from '../../layers/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain } from './layerModel.js'

/** All convolutions, with all ways to pad, to step and to group. */
export const convolutionModels: readonly OnnxModel[] = [
  chain('Conv1D valid', [11, 3], () => [layers.conv1d(4, 3)]),
  chain('Conv1D same, strided', [11, 3], () => [layers.conv1d(4, 4, { padding: 'same', strides: 2 })]),
  chain('Conv1D causal, dilated', [11, 3], () => [
    layers.conv1d(4, 3, { padding: 'causal', dilationRate: 2 }),
  ]),
  chain('Conv1D causal, strided', [11, 3], () => [layers.conv1d(4, 3, { padding: 'causal', strides: 3 })]),
  chain('Conv1D grouped, without bias', [11, 4], () => [layers.conv1d(6, 3, { groups: 2, useBias: false })]),
  chain('Conv2D valid', [7, 8, 3], () => [layers.conv2d(4, [2, 3])]),
  chain('Conv2D same, strided', [7, 8, 3], () => [layers.conv2d(4, 4, { padding: 'same', strides: [2, 3] })]),
  chain('Conv2D same, dilated', [9, 8, 3], () => [layers.conv2d(4, 3, { padding: 'same', dilationRate: 2 })]),
  chain('Conv2D grouped', [7, 8, 6], () => [layers.conv2d(9, 3, { groups: 3, padding: 'same' })]),
  chain('Conv2D after one of 1x1', [7, 8, 6], () => [layers.conv2d(5, 1), layers.conv2d(9, 3)]),
  chain('Conv3D valid', [4, 5, 6, 2], () => [layers.conv3d(3, [2, 3, 2])]),
  chain('Conv3D same, strided', [4, 5, 6, 2], () => [layers.conv3d(3, 3, { padding: 'same', strides: 2 })]),
  chain('Conv1DTranspose valid, strided', [6, 3], () => [layers.conv1dTranspose(4, 3, { strides: 2 })]),
  chain('Conv1DTranspose, wider strides than kernel', [6, 3], () => [
    layers.conv1dTranspose(4, 2, { strides: 4 }),
  ]),
  chain('Conv2DTranspose same, strided', [5, 4, 3], () => [
    layers.conv2dTranspose(4, 3, { strides: 2, padding: 'same' }),
  ]),
  chain('Conv2DTranspose with output padding', [5, 4, 3], () => [
    layers.conv2dTranspose(4, 3, { strides: 2, outputPadding: 1 }),
  ]),
  chain('Conv2DTranspose same, even kernel, output padding', [5, 4, 3], () => [
    layers.conv2dTranspose(4, 4, { strides: 3, padding: 'same', outputPadding: [0, 2] }),
  ]),
  chain('Conv2DTranspose dilated', [5, 4, 3], () => [layers.conv2dTranspose(4, 3, { dilationRate: 2 })]),
  chain('Conv3DTranspose same, strided', [3, 4, 3, 2], () => [
    layers.conv3dTranspose(3, 3, { strides: 2, padding: 'same' }),
  ]),
  chain('DepthwiseConv1D', [9, 3], () => [layers.depthwiseConv1d(3, { depthMultiplier: 2 })]),
  chain('DepthwiseConv2D same, strided', [7, 8, 3], () => [
    layers.depthwiseConv2d(3, { padding: 'same', strides: 2 }),
  ]),
  chain('DepthwiseConv2D same, strided, several filters', [8, 7, 4], () => [
    layers.depthwiseConv2d(4, { padding: 'same', strides: 2, depthMultiplier: 3 }),
  ]),
  chain('DepthwiseConv2D dilated, several filters', [7, 8, 3], () => [
    layers.depthwiseConv2d(3, { dilationRate: 2, depthMultiplier: 3, activation: 'relu' }),
  ]),
  chain('SeparableConv1D strided', [9, 3], () => [layers.separableConv1d(5, 3, { strides: 2 })]),
  chain('SeparableConv2D dilated', [9, 8, 3], () => [
    layers.separableConv2d(5, [2, 3], { dilationRate: [2, 3], padding: 'same', depthMultiplier: 2 }),
  ]),
  chain('SeparableConv2D same', [7, 8, 3], () => [
    layers.separableConv2d(5, 3, { padding: 'same', depthMultiplier: 2, activation: 'relu' }),
  ]),
]
