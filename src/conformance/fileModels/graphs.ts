import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import * as layers from '../../layers/index.js'
import * as models from '../../models/index.js'
import * as ops from '../../ops/index.js'
import * as optimizers from '../../optimizers/index.js'
import type { Config } from '../../utils/config.js'
import { registerKerasSerializable } from '../../utils/registration.js'
import { bits, clashingIn30, type FileModel, normal, numbers } from './fileModel.js'

/** Models that are no chains: several inputs and outputs, shared layers, models within models, attention. */

const classes = { loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] } as const
const [vectors, values, labels] = [normal(6), normal(1), numbers(3)]
const adam = () => optimizers.adam({ learningRate: 0.01 })

/** A user's own layer: each feature by a factor that is learnt, and all of them by one that is given. */
export class Scale extends layers.Layer {
  static override readonly className = 'Scale'

  readonly factor: number
  private scale: Variable | undefined

  constructor({ factor = 1, ...options }: layers.LayerOptions & { readonly factor?: number } = {}) {
    super(options)
    this.factor = factor
  }

  override build(inputShape: layers.BatchShape): void {
    this.scale = this.addWeight({ name: 'scale', shape: [inputShape.at(-1) ?? 0], initializer: 'ones' })
  }

  override call(inputs: Tensor): Tensor {
    return this.scale ? ops.multiply(ops.multiply(inputs, this.scale.value()), this.factor) : inputs
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor }
  }
}

export const graphModels: readonly FileModel[] = [
  {
    name: 'wide_and_deep',
    x: [normal(5), normal(6)],
    y: [values, values],
    make() {
      const wide = layers.input([5], { name: 'wide_input' })
      const deep = layers.input([6], { name: 'deep_input' })
      const hidden = layers.dense(10, { activation: 'relu' })(layers.dense(10, { activation: 'relu' })(deep))
      const main = layers.dense(1, { name: 'main_output' })(layers.concatenate([wide, hidden]))
      const auxiliary = layers.dense(1, { name: 'aux_output' })(hidden)
      const outputs = [main, auxiliary] as const
      const model = models.functional({ inputs: [wide, deep], outputs, name: 'wide_and_deep' })
      const optimizer = optimizers.sgd({ learningRate: 0.05 })
      model.compile({ optimizer, loss: ['mse', 'mae'], lossWeights: [0.9, 0.1] })
      return model
    },
  },
  {
    // Inputs and outputs by name.
    name: 'named',
    x: { a: normal(5), b: normal(5) },
    y: { kind: numbers(4), size: values },
    since: '3.0',
    make() {
      const [a, b] = [layers.input([5], { name: 'a' }), layers.input([5], { name: 'b' })]
      const both = layers.average([
        layers.dense(8, { activation: 'relu' })(a),
        layers.dense(8, { activation: 'tanh' })(b),
      ])
      const kind = layers.dense(4, { activation: 'softmax', name: 'kind' })(both)
      const size = layers.dense(1, { name: 'size' })(both)
      const model = models.functional({ inputs: { a, b }, outputs: { kind, size }, name: 'named' })
      model.compile({
        optimizer: adam(),
        loss: { kind: 'sparse_categorical_crossentropy', size: 'mse' },
        lossWeights: { kind: 1, size: 0.5 },
        metrics: { kind: ['accuracy'] },
      })
      return model
    },
  },
  {
    // One layer used for both inputs.
    name: 'siamese',
    x: [vectors, normal(6)],
    y: bits(1),
    make() {
      const [left, right] = [layers.input([6], { name: 'left' }), layers.input([6], { name: 'right' })]
      const first = layers.dense(10, { activation: 'relu' })
      const second = layers.dense(5, { name: 'embedding' })
      const [one, other] = [second(first(left)), second(first(right))]
      const angle = layers.dot([one, other], 1, { normalize: true })
      const gap = layers.subtract([one, other])
      const outputs = layers.dense(1, { activation: 'sigmoid' })(layers.concatenate([angle, gap]))
      const model = models.functional({ inputs: [left, right], outputs, name: 'siamese' })
      model.compile({ optimizer: adam(), loss: 'binary_crossentropy', metrics: ['accuracy'] })
      return model
    },
  },
  {
    name: 'merged',
    x: [normal(5), normal(5)],
    y: values,
    make() {
      const [a, b] = [layers.input([5]), layers.input([5])]
      const pair = [layers.dense(6)(a), layers.dense(6)(b)]
      const { add, subtract, multiply, average, maximum, minimum } = layers
      const kinds = [add, subtract, multiply, average, maximum, minimum].map((merge) => merge(pair))
      const all = layers.concatenate(kinds, { axis: 1 })
      const model = models.functional({ inputs: [a, b], outputs: layers.dense(1)(all) })
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01, momentum: 0.9 }), loss: 'mse' })
      return model
    },
  },
  {
    // Models in place of layers, one of them used twice.
    name: 'nested',
    without: clashingIn30,
    x: [vectors, normal(6)],
    y: values,
    make() {
      const features = models.sequential(
        [layers.input([6]), layers.dense(8, { activation: 'relu' }), layers.dense(4)],
        { name: 'features' },
      )
      const inside = layers.input([4])
      const normalized = layers.layerNormalization()(inside)
      const outputs = layers.dense(3, { activation: 'tanh' })(normalized)
      const head = models.functional({ inputs: inside, outputs, name: 'head' })
      const [a, b] = [layers.input([6], { name: 'a' }), layers.input([6], { name: 'b' })]
      const both = layers.concatenate([head(features(a)), features(b)])
      const model = models.functional({ inputs: [a, b], outputs: layers.dense(1)(both), name: 'nested' })
      model.compile({ optimizer: adam(), loss: 'mse' })
      return model
    },
  },
  {
    // One layer in a model, in a chain, and outside of both, of which Keras 2.15 writes wrong calls.
    name: 'shared',
    since: '3.0',
    // Keras takes such a layer for several when it reads `.h5`.
    without: { newest: ['.h5'], '3.0': ['.h5'] },
    x: vectors,
    y: values,
    make() {
      const shared = layers.dense(6, { activation: 'tanh', name: 'shared' })
      const inside = layers.input([6])
      const outputs = layers.dense(4)(shared(shared(inside)))
      const inner = models.functional({ inputs: inside, outputs, name: 'inner' })
      const chain = models.sequential([layers.input([6]), layers.dense(6), shared, layers.dense(4)], {
        name: 'chain',
      })
      const a = layers.input([6], { name: 'a' })
      const all = layers.concatenate([inner(a), chain(a), shared(shared(a))])
      const model = models.functional({ inputs: a, outputs: layers.dense(1)(all), name: 'shared_model' })
      model.compile({ optimizer: adam(), loss: 'mse' })
      return model
    },
  },
  {
    name: 'transformer',
    without: clashingIn30,
    x: numbers(11, 8),
    y: labels,
    make() {
      const tokens = layers.input([8], { dtype: 'int32' })
      const embedded = layers.embedding(11, 8)(tokens)
      // Nothing depends on the bias of keys: from zeros on it would be rounding errors alone.
      const attend = layers.multiHeadAttention(2, 4, { biasInitializer: 'ones', name: 'attention' })
      const attended = layers.add([embedded, attend([embedded, embedded])])
      const x = layers.layerNormalization({ epsilon: 1e-6 })(attended)
      const forward = layers.dense(8)(layers.dense(16, { activation: 'gelu' })(x))
      const y = layers.layerNormalization({ epsilon: 1e-6 })(layers.add([x, forward]))
      const outputs = layers.dense(3, { activation: 'softmax' })(layers.globalAveragePooling1d()(y))
      const model = models.functional({ inputs: tokens, outputs, name: 'transformer' })
      const learningRate = optimizers.schedules.exponentialDecay(0.01, 5, 0.8)
      model.compile({ optimizer: optimizers.adam({ learningRate }), ...classes })
      return model
    },
  },
  {
    name: 'attentions',
    x: [normal(4, 6), normal(5, 6)],
    y: values,
    // Keras cannot read Attention from `.h5`: it takes the score 'dot' for the function of that name.
    without: { newest: ['.h5'], '3.0': ['.h5'] },
    since: '3.0',
    make() {
      const [query, value] = [layers.input([4, 6]), layers.input([5, 6])]
      const dot = layers.attention({ useScale: true })([query, value])
      const added = layers.additiveAttention()([query, value])
      const both = layers.concatenate([dot, added])
      const x = layers.einsumDense('abc,cd->abd', [4, 7], { biasAxes: 'd' })(both)
      const outputs = layers.dense(1)(layers.flatten()(x))
      const model = models.functional({ inputs: [query, value], outputs })
      model.compile({ optimizer: adam(), loss: 'mse' })
      return model
    },
  },
  {
    name: 'reshaped',
    x: normal(4, 6),
    y: normal(3, 2),
    make() {
      const inputs = layers.input([4, 6])
      const flat = layers.flatten()(layers.permute([2, 1])(inputs))
      const x = layers.reshape([3, 4])(layers.dense(12, { activation: 'relu' })(flat))
      const pooled = layers.globalMaxPooling1d()(inputs)
      const last = layers.repeatVector(3)(layers.dense(5, { activation: 'relu' })(pooled))
      const outputs = layers.dense(2)(layers.concatenate([x, last], { axis: -1 }))
      const model = models.functional({ inputs, outputs })
      model.compile({ optimizer: optimizers.rmsprop({ learningRate: 0.01, momentum: 0.9 }), loss: 'mse' })
      return model
    },
  },
  {
    name: 'custom',
    x: vectors,
    y: labels,
    make() {
      registerKerasSerializable(Scale, { package: 'conformance' })
      const inputs = layers.input([6])
      const x = new Scale({ factor: 0.5 })(layers.dense(8, { activation: 'relu' })(inputs))
      const model = models.functional({ inputs, outputs: layers.dense(3, { activation: 'softmax' })(x) })
      model.compile({ optimizer: adam(), ...classes })
      return model
    },
  },
  {
    // Layers that came late.
    name: 'newest',
    x: normal(6, 8),
    y: values,
    since: 'newest',
    // Keras writes Lamb into `.h5` by a name that it does not know itself.
    without: { newest: ['.h5'] },
    make() {
      const inputs = layers.input([6, 8])
      const attended = layers.groupQueryAttention(4, 4, 2, { useBias: false })([inputs, inputs])
      const normalized = layers.rmsNormalization()(layers.add([inputs, attended]))
      const pooled = layers.adaptiveAveragePooling1d(3)(normalized)
      const model = models.functional({ inputs, outputs: layers.dense(1)(layers.flatten()(pooled)) })
      model.compile({ optimizer: optimizers.lamb({ learningRate: 0.01 }), loss: 'mse' })
      return model
    },
  },
]
