import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { chain, normal, numbers } from './layerModel.js'

const merged = [layers.add, layers.subtract, layers.multiply, layers.average, layers.maximum, layers.minimum]

/** Axes in other places and of other sizes, merges, tables. */
export const shapeModels: readonly OnnxModel[] = [
  chain('Reshape', [4, 6], () => [layers.reshape([3, 8]), layers.dense(2)]),
  chain('Reshape of channels', [4, 6, 2], () => [
    layers.conv2d(4, 1),
    layers.reshape([24, 4]),
    layers.conv1d(3, 2),
  ]),
  chain('Permute', [4, 5, 3], () => [layers.permute([3, 1, 2]), layers.dense(2)]),
  chain('Permute between convolutions', [6, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.permute([2, 1, 3]),
    layers.conv2d(2, 2),
  ]),
  chain('Flatten of images', [4, 5, 3], () => [layers.conv2d(4, 2), layers.flatten(), layers.dense(2)]),
  chain('RepeatVector', [4], () => [layers.repeatVector(3), layers.dense(2)]),
  chain('Cropping1D', [8, 3], () => [layers.cropping1d([1, 2])]),
  chain('Cropping2D', [8, 7, 3], () => [
    layers.conv2d(4, 2),
    layers.cropping2d([
      [1, 2],
      [0, 1],
    ]),
  ]),
  chain('Cropping3D', [5, 6, 7, 2], () => [layers.cropping3d(1)]),
  chain('ZeroPadding1D', [8, 3], () => [layers.zeroPadding1d([1, 2]), layers.conv1d(2, 3)]),
  chain('ZeroPadding2D', [8, 7, 3], () => [
    layers.conv2d(4, 2),
    layers.zeroPadding2d([
      [1, 2],
      [0, 1],
    ]),
  ]),
  chain('ZeroPadding3D', [3, 4, 5, 2], () => [layers.zeroPadding3d(1)]),
  chain('UpSampling1D', [5, 3], () => [layers.upSampling1d(3)]),
  chain('UpSampling2D', [4, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.upSampling2d([2, 3]),
    layers.conv2d(2, 3),
  ]),
  chain('UpSampling2D bilinear', [4, 5, 3], () => [layers.upSampling2d(2, { interpolation: 'bilinear' })]),
  chain('UpSampling2D bilinear, by two factors, between convolutions', [4, 5, 3], () => [
    layers.conv2d(4, 2),
    layers.upSampling2d([3, 2], { interpolation: 'bilinear' }),
    layers.conv2d(2, 3),
  ]),
  chain('UpSampling3D', [2, 3, 4, 2], () => [layers.upSampling3d(2)]),
  chain('EinsumDense', [4, 6], () => [layers.einsumDense('abc,cde->abde', [null, 3, 5], { biasAxes: 'de' })]),
  chain('Dense of sequences', [4, 6], () => [layers.dense(5, { activation: 'relu' }), layers.dense(3)]),
  chain('TimeDistributed', [3, 5, 5, 2], () => [
    layers.timeDistributed(layers.conv2d(3, 2)),
    layers.timeDistributed(layers.flatten()),
  ]),
  {
    name: 'Embedding',
    x: numbers(9, 6),
    make: () => models.sequential([layers.input([6], { dtype: 'int32' }), layers.embedding(9, 4)]),
  },
  {
    name: 'Embedding of numbers beyond its table',
    x: numbers(14, 6),
    make() {
      const model = models.sequential([layers.input([6]), layers.embedding(9, 4)])
      model.compile({ guards: { indices: false } })
      return model
    },
  },
  {
    name: 'ReversibleEmbedding',
    x: numbers(9, 6),
    make() {
      const x = layers.input([6], { dtype: 'int32' })
      const table = layers.reversibleEmbedding(9, 4)
      return models.functional({ inputs: x, outputs: table(table(x), { reverse: true }) })
    },
  },
  ...merged.map((merge) => ({
    name: `merge: ${merge.name}`,
    x: [normal(5, 4), normal(5, 4)],
    make() {
      const [a, b] = [layers.input([5, 4]), layers.input([5, 4])]
      return models.functional({ inputs: [a, b], outputs: merge([a.symbol, layers.dense(4)(b)]) })
    },
  })),
  {
    name: 'merge: Add that broadcasts',
    x: [normal(5, 6, 4), normal(1, 1, 3)],
    make() {
      const [a, b] = [layers.input([5, 6, 4]), layers.input([1, 1, 3])]
      return models.functional({ inputs: [a, b], outputs: layers.add([layers.conv2d(3, 2)(a), b]) })
    },
  },
  {
    name: 'merge: Concatenate of images and along steps',
    x: [normal(5, 6, 4), normal(5, 6, 3)],
    make() {
      const [a, b] = [layers.input([5, 6, 4]), layers.input([5, 6, 3])]
      const channels = layers.concatenate([layers.conv2d(3, 2)(a), layers.conv2d(3, 2)(b)])
      const rows = layers.concatenate([layers.conv2d(3, 2)(a), layers.conv2d(3, 2)(b)], { axis: 1 })
      return models.functional({ inputs: [a, b], outputs: [channels, rows] })
    },
  },
  {
    name: 'merge: Dot, normalised',
    x: [normal(5, 4), normal(6, 4)],
    make() {
      const [a, b] = [layers.input([5, 4]), layers.input([6, 4])]
      return models.functional({ inputs: [a, b], outputs: layers.dot([a, b], 2, { normalize: true }) })
    },
  },
]
