import type { Tensor } from '../../graph/tensor.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import {
  argmax,
  argsort,
  cumulativeSum,
  einsum,
  flip,
  floorDivide,
  greater,
  mod,
  multiply,
  round,
  slice,
  sort,
  sum,
  takeAlongAxis,
} from '../../ops/index.js'
import type { OnnxModel } from '../compareOnnx.js'
import { HostTensor } from '../hostTensor.js'
import { normal } from './layerModel.js'

/** A model that is a class of its own, without a graph. */
class Gated extends models.Model {
  readonly gate = layers.dense(6, { activation: 'sigmoid', name: 'gate' })
  readonly out = layers.dense(3, { name: 'out' })

  override call(x: Tensor): Tensor {
    return this.out(multiply(this.gate(x), x))
  }
}

/** A residual block as in ResNet for CIFAR-10. */
function residualBlock(x: layers.SymbolicTensor, filters: number, strides: number): layers.SymbolicTensor {
  const first = layers.conv2d(filters, 3, { strides, padding: 'same', useBias: false })(x)
  const active = layers.relu()(layers.batchNormalization()(first))
  const second = layers.conv2d(filters, 3, { padding: 'same', useBias: false })(active)
  const normal = layers.batchNormalization()(second)
  const fits = strides === 1 && x.shape[3] === filters
  const skip = fits ? x : layers.conv2d(filters, 1, { strides, useBias: false })(x)
  return layers.relu()(layers.add([skip, normal]))
}

/** A ResNet with this many blocks in each of three stages. */
export function resNet(blocks: number): models.AnyModel {
  const input = layers.input([16, 16, 3])
  const first = layers.conv2d(8, 3, { padding: 'same', useBias: false })(input)
  let x = layers.relu()(layers.batchNormalization()(first))
  for (const [stage, filters] of [8, 16, 32].entries()) {
    for (let block = 0; block < blocks; block++) {
      x = residualBlock(x, filters, stage > 0 && block === 0 ? 2 : 1)
    }
  }
  const pooled = layers.globalAveragePooling2d()(x)
  return models.functional({ inputs: input, outputs: layers.dense(10, { activation: 'softmax' })(pooled) })
}

/** Depthwise and pointwise convolutions in turns, as in MobileNet. */
export function mobileNet(stages: readonly (readonly [filters: number, strides: number])[]): models.AnyModel {
  const steps = stages.flatMap(([filters, strides]) => [
    layers.depthwiseConv2d(3, { strides, padding: 'same', useBias: false }),
    layers.batchNormalization(),
    layers.relu({ maxValue: 6 }),
    layers.conv2d(filters, 1, { useBias: false }),
    layers.batchNormalization(),
    layers.relu({ maxValue: 6 }),
  ])
  return models.sequential([
    layers.input([16, 16, 3]),
    layers.zeroPadding2d([
      [0, 1],
      [0, 1],
    ]),
    layers.conv2d(8, 3, { strides: 2, useBias: false }),
    layers.batchNormalization(),
    layers.relu({ maxValue: 6 }),
    ...steps,
    layers.globalAveragePooling2d({ keepdims: true }),
    layers.dropout(0.001),
    layers.conv2d(10, 1),
    layers.reshape([10]),
    layers.softmax(),
  ])
}

/** Whole networks, and models that are put together in other ways than in a row. */
export const graphModels: readonly OnnxModel[] = [
  { name: 'ResNet-20', x: normal(16, 16, 3), make: () => resNet(3) },
  {
    name: 'MobileNet',
    x: normal(16, 16, 3),
    make: () =>
      mobileNet([
        [16, 1],
        [32, 2],
        [32, 1],
      ]),
  },
  { name: 'a model of its own class', x: normal(6), make: () => new Gated() },
  {
    name: 'a layer that is shared, in a model inside another',
    x: { left: normal(6), right: normal(6) },
    make() {
      const one = layers.input([6])
      const encoder = models.functional({
        inputs: one,
        outputs: layers.dense(4, { activation: 'tanh' })(one),
        name: 'encoder',
      })
      const [left, right] = [layers.input([6], { name: 'left' }), layers.input([6], { name: 'right' })]
      const [a, b] = [encoder(left), encoder(right)]
      const score = layers.dense(1, { name: 'score' })(layers.subtract([a, b]))
      return models.functional({ inputs: { left, right }, outputs: { score, encoded: a } })
    },
  },
  {
    name: 'a lambda',
    x: normal(5, 4),
    make: () =>
      models.sequential([
        layers.input([5, 4]),
        layers.lambda((x: Tensor) => sum(multiply(x, x), { axis: 1 })),
        layers.dense(2),
      ]),
  },
  {
    name: 'bytes, and whole numbers and truths as outputs',
    x: new HostTensor(
      'uint8',
      [5, 4, 4, 1],
      Uint8Array.from({ length: 80 }, (_, i) => (i * 89) % 256),
    ),
    make() {
      const image = layers.input([4, 4, 1], { dtype: 'uint8' })
      const numbers = layers.flatten()(layers.rescaling(1 / 32, { offset: -4 })(image))
      const scores = layers.dense(7)(numbers)
      const chosen = layers.lambda((x: Tensor) => argmax(x, { axis: -1 }))(scores)
      const positive = layers.lambda((x: Tensor) => greater(x, 0))(scores)
      return models.functional({ inputs: image, outputs: [scores, chosen, positive] })
    },
  },
  {
    name: 'sorted, counted, cut and turned round',
    x: normal(6, 3),
    make() {
      const x = layers.input([6, 3])
      const run = (compute: (x: Tensor) => Tensor) => layers.lambda(compute)(x)
      return models.functional({
        inputs: x,
        outputs: [
          run((each) => sort(each, { axis: 1 })),
          run((each) => argsort(each, { axis: 2, descending: true })),
          run((each) => cumulativeSum(each, { axis: 1, reverse: true, exclusive: true })),
          run((each) => flip(slice(each, [0, 1, 0], [-1, 3, -1]), 1)),
          run((each) => takeAlongAxis(each, argsort(each, { axis: 1 }), 1)),
          run((each) => mod(round(multiply(each, 7)), 3)),
          run((each) => floorDivide(each, 0.3)),
          run((each) => einsum('bij,bkj->bik', each, each)),
        ],
      })
    },
  },
  {
    name: 'steps whose number is open',
    x: normal(9, 3),
    make() {
      const x = layers.input([null, 3])
      const convolved = layers.conv1d(4, 3, { padding: 'causal', activation: 'relu' })(x)
      const states = layers.lstm(5, { returnSequences: true })(convolved)
      const turned = layers.bidirectional(layers.gru(3))(layers.masking()(states))
      const attended = layers.multiHeadAttention(2, 4)([states, states], { useCausalMask: false })
      return models.functional({
        inputs: x,
        outputs: [layers.dense(2)(turned), layers.globalMaxPooling1d()(attended), states],
      })
    },
  },
  {
    name: 'outputs that are inputs, or the same',
    x: [normal(3), normal(3)],
    make() {
      const [a, b] = [layers.input([3]), layers.input([3])]
      const sums = layers.add([a, b])
      return models.functional({ inputs: [a, b], outputs: [sums, sums, layers.identity()(a)] })
    },
  },
]
