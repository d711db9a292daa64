import type { ActivationName } from '../../activations/get.js'
import * as activations from '../../activations/index.js'
import * as layers from '../../layers/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain } from './layerModel.js'

const names: readonly ActivationName[] = [
  'celu',
  'elu',
  'exponential',
  'gelu',
  'glu',
  'hard_shrink',
  'hard_sigmoid',
  'hard_silu',
  'hard_tanh',
  'leaky_relu',
  'linear',
  'log_sigmoid',
  'log_softmax',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'silu',
  'soft_shrink',
  'softmax',
  'softplus',
  'softsign',
  'sparse_plus',
  'sparse_sigmoid',
  'sparsemax',
  'squareplus',
  'step',
  'tanh',
  'tanh_shrink',
]

/** Every activation, and the layers that are activations. */
export const activationModels: readonly OnnxModel[] = [
  ...names.map((name) => chain(`activation ${name}`, [6], () => [layers.dense(8), layers.activation(name)])),
  ...names
    .filter((name) => name !== 'glu' && name !== 'sparsemax')
    .map((name) =>
      chain(`activation ${name} of images`, [6, 6, 3], () => [
        layers.conv2d(4, 3, { activation: name }),
        layers.conv2d(2, 3),
      ]),
    ),
  chain('activation gelu, approximate', [7], () => [
    layers.activation((x) => activations.gelu(x, { approximate: true })),
  ]),
  chain('activation swish with a scale', [7], () => [
    layers.activation((x) => activations.swish(x, { beta: 1.7 })),
  ]),
  chain('layer ReLU with all options', [9], () => [
    layers.relu({ maxValue: 0.8, negativeSlope: 0.1, threshold: 0.2 }),
  ]),
  chain('layer ReLU, cut at 6', [9], () => [layers.rescaling(6), layers.relu({ maxValue: 6 })]),
  chain('layer LeakyReLU', [9], () => [layers.leakyRelu(0.05)]),
  chain('layer ELU', [9], () => [layers.elu(0.7)]),
  chain('layer PReLU', [4, 5], () => [layers.prelu()]),
  chain('layer PReLU with shared axes', [5, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.prelu({ sharedAxes: [1, 2] }),
    layers.conv2d(2, 2),
  ]),
  chain('layer PReLU of which one axis is shared', [5, 4, 3], () => [layers.prelu({ sharedAxes: [2] })]),
  chain('layer Softmax over two axes', [4, 5], () => [layers.softmax({ axis: [1, 2] })]),
  chain('layer Softmax over channels of images', [4, 4, 3], () => [layers.conv2d(5, 2), layers.softmax()]),
  chain('layer Maxout', [8], () => [layers.dense(12), layers.maxout(3)]),
  chain('layer RReLU', [8], () => [layers.rrelu()]),
]
