import { beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import * as initializers from '../initializers/index.js'
import { Initializer } from '../initializers/initializer.js'
import * as models from '../models/index.js'
import { abs, add, maximum, multiply, square, sum } from '../ops/index.js'
import { Regularizer } from '../regularizers/regularizer.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import type { Config } from '../utils/config.js'
import { customObjectScope } from '../utils/customObjects.js'
import type { CustomObjects } from '../utils/registration.js'
import { registerKerasSerializable } from '../utils/registration.js'
import * as layers from './index.js'
import { layerFromConfig } from './registry.js'
import { serializeLayer } from './serializeLayer.js'

/** Multiplies by a number: a layer that takes a setting by position. */
class Scale extends layers.Layer {
  static override readonly positional = ['factor']

  constructor(
    readonly factor: number,
    options: layers.LayerOptions = {},
  ) {
    super(options)
  }

  override call(x: Tensor): Tensor {
    return multiply(x, this.factor)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor }
  }
}

/** A running mean, the slower the larger the `keep`. */
class Decay extends layers.RecurrentCell {
  override readonly stateSizes = [3]

  override call([x, h]: readonly Tensor[]): readonly Tensor[] {
    const next = add(multiply(h, 0.9), multiply(x, 0.1))
    return [next, next]
  }
}

class Sevens extends Initializer {
  override generate(shape: readonly number[]): ArrayLike<number> {
    return new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(7)
  }
}

class Weighted extends Regularizer {
  static override readonly positional = ['weight']

  constructor(readonly weight = 1) {
    super()
  }

  override call(x: Tensor): Tensor {
    return multiply(sum(square(x)), this.weight)
  }

  override getConfig(): Config {
    return { weight: this.weight }
  }
}

const folded = (x: Tensor): Tensor => abs(x)
const atLeastOne = (x: Tensor): Tensor => maximum(x, 1)
const custom: CustomObjects = { Scale, Decay, Sevens, Weighted, folded, atLeastOne }

/** A layer from the JSON of another one's config. */
const again = <L extends layers.AnyLayer>(layer: L, objects?: CustomObjects): L =>
  layerFromConfig(JSON.parse(JSON.stringify(serializeLayer(layer))), objects) as unknown as L

/** Layers in which something of the user's own stands somewhere inside. */
const nested: Record<string, () => layers.Layer> = {
  'a layer in a wrapper': () => layers.timeDistributed(new Scale(2)),
  'an activation': () => layers.dense(3, { activation: folded, kernelInitializer: 'ones' }),
  "an activation in a recurrent layer's cell": () => layers.lstm(3, { activation: folded }),
  'a layer as activation': () => layers.dense(3, { activation: new Scale(2), kernelInitializer: 'ones' }),
  'an activation in a layer in a wrapper': () =>
    layers.timeDistributed(layers.dense(3, { activation: folded, kernelInitializer: 'ones' })),
  'an initializer class': () => layers.dense(3, { kernelInitializer: new Sevens() }),
  'a regularizer class and a constraint': () =>
    layers.dense(3, {
      kernelInitializer: 'ones',
      kernelRegularizer: new Weighted(0.5),
      biasConstraint: atLeastOne,
    }),
  'a cell': () => layers.rnn(new Decay(), { returnSequences: true }),
  'a cell among stacked ones': () => layers.rnn([new Decay(), new Decay()]),
  'a cell in both directions': () => layers.bidirectional(layers.rnn(new Decay())),
  'a model in a wrapper': () =>
    layers.timeDistributed(models.sequential([layers.input([3]), new Scale(3), layers.flatten()])),
}

describe('objects of your own in configs', () => {
  const x = sampleTensor([2, 4, 3])

  it.each(Object.entries(nested))('come back wherever they stand: %s', (_, make) => {
    const layer = make()
    layer(x)
    // A wrapped model is one more class that only models know.
    const copy = models.deserialize(JSON.parse(JSON.stringify(models.serialize(layer))), custom)
    expect(copy.getConfig()).toEqual(layer.getConfig())
    const penalties = (one: layers.AnyLayer) => one.regularizationLosses().flatMap(referenceValues)
    const [before, after] = [layer, copy as unknown as layers.Layer].map((one) => {
      one.build(x.shape)
      one.weights.forEach((weight, i) => weight.write(referenceValues(sampleTensor(weight.shape, 20 + i))))
      return [...referenceValues(one(x)), ...penalties(one)]
    })
    expect(after).toEqual(before)
  })

  it('come back in models', () => {
    const input = layers.input([4, 3])
    const scaled = layers.timeDistributed(new Scale(2))(input)
    const model = models.functional({ inputs: input, outputs: layers.rnn(new Decay())(scaled) })
    const copy = models.deserialize(JSON.parse(JSON.stringify(models.serialize(model))), custom)
    expect(referenceValues((copy as unknown as typeof model)(x))).toEqual(referenceValues(model(x)))
  })

  it('are known inside a scope, and not behind it', () => {
    const layer = layers.timeDistributed(new Scale(2))
    expect(customObjectScope({ Scale }, () => again(layer)).layer).toBeInstanceOf(Scale)
    expect(() => again(layer)).toThrow(
      /class 'Scale' is unknown.*Give a class of your own as a custom object, \{ Scale \}, or make it known with utils\.registerKerasSerializable\(Scale\)/,
    )
  })

  it('overrule what Gradus knows by the same name', () => {
    const lambda = layers.timeDistributed(layers.lambda((z) => square(z), { name: 'squares' }))
    const Lambda = ({ name }: Config) => layers.lambda((z) => square(z), { name: String(name) })
    expect(() => again(lambda)).toThrow(/Layer 'squares' \(Lambda\): a function cannot be read/)
    expect(again(lambda, { Lambda }).layer.name).toBe('squares')
  })

  it('say what does not fit', () => {
    expect(() => again(layers.dense(2, { activation: folded }))).toThrow(/activation: 'folded' is unknown/)
    expect(() => again(new Scale(2), { Scale: () => 3 })).toThrow(
      /expected the custom object 'Scale'.*received 3/,
    )
    expect(() =>
      registerKerasSerializable(
        (
          () => () =>
            1
        )(),
      ),
    ).toThrow(/a class or function with a name/)
  })

  it('need no registration to be copied within a program', () => {
    const model = models.sequential([
      layers.input([4, 3]),
      layers.bidirectional(layers.rnn(new Decay())),
      new Scale(2),
    ])
    expect(models.cloneModel(model).getConfig()).toEqual(model.getConfig())
  })

  it('are not mixed up with layers that share their names', () => {
    const layer = layers.dense(3, { kernelInitializer: 'identity' })
    expect(again(layer).kernelSettings.initializer).toBeInstanceOf(initializers.Identity)
  })

  it('read layers as activations, of which Keras writes the whole config', () => {
    const layer = layers.dense(2, { activation: layers.leakyRelu(0.1) })
    expect(again(layer).activation).toBeInstanceOf(layers.LeakyReLU)
    expect(models.cloneModel(models.sequential([layer])).layers[0].getConfig()).toEqual(layer.getConfig())
  })

  describe('once registered', () => {
    class Shift extends Scale {
      override call(input: Tensor): Tensor {
        return add(input, this.factor)
      }
    }
    const halved = (input: Tensor): Tensor => multiply(input, 0.5)

    beforeAll(() => {
      registerKerasSerializable(Shift, { package: 'mine' })
      registerKerasSerializable(halved)
    })

    it('are known everywhere', () => {
      const layer = layers.timeDistributed(new Shift(2))
      expect(layer.getConfig().layer).toMatchObject({ class_name: 'Shift', registered_name: 'mine>Shift' })
      expect(again(layer).layer).toBeInstanceOf(Shift)
      const dense = layers.dense(2, { activation: halved })
      expect(dense.getConfig().activation).toMatchObject({ class_name: 'function', config: 'Custom>halved' })
      expect(again(dense).activation).toBe(halved)
    })
  })
})
