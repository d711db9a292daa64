import { describe, expect, it } from 'vitest'
import { layers, models, ops, type Tensor, type Variable } from '../index.js'

/** `factor x + shift` with a factor made in the constructor and a shift in `build`. */
class Line extends layers.Layer {
  readonly factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones' })
  readonly steps = this.addWeight({ name: 'steps', shape: [], initializer: 'zeros', trainable: false })
  shift: Variable | undefined

  override build([, size]: layers.BatchShape) {
    this.shift = this.addWeight({ name: 'shift', shape: [size ?? 1], initializer: 'zeros' })
  }

  override call(x: Tensor) {
    const scaled = ops.multiply(x, this.factor.value())
    return this.shift ? ops.add(scaled, this.shift.value()) : scaled
  }
}

class Offset extends models.Model {
  readonly offset = this.addWeight({ name: 'offset', shape: [2], initializer: 'ones' })
  readonly inner = layers.dense(2)

  override call(x: Tensor) {
    return ops.add(this.inner(x), this.offset.value())
  }
}

class GatedDense extends layers.Dense {
  readonly gate = this.addWeight({ name: 'gate', shape: [], initializer: 'ones' })

  override call(x: Tensor) {
    return ops.multiply(super.call(x), this.gate.value())
  }
}

const names = (layer: layers.AnyLayer) => layer.weights.map(({ name }) => name.split('/').at(-1))
const make = () => models.sequential([layers.input([2]), new Line()])
const values = async (model: models.Model) =>
  Promise.all((await model.getWeights()).map((each) => each.array()))

describe('weights made in a constructor', () => {
  it('are those of the layer, before those made in build', () => {
    const layer = new Line()
    expect(names(layer)).toEqual(['factor', 'steps'])
    layer.build([null, 3])
    expect(names(layer)).toEqual(['factor', 'shift', 'steps'])
    expect(layer.countParams()).toBe(5)
    expect(layer.trainableWeights).toEqual([layer.factor, layer.shift])
  })

  it('stay when the layer is built anew, or could not be built', () => {
    const layer = new Line()
    layer.build([null, 3])
    layer.build([null, 4])
    expect(names(layer)).toEqual(['factor', 'shift', 'steps'])
    expect(layer.weights[0]).toBe(layer.factor)
    expect(layer.countParams()).toBe(6)
    const dense = new GatedDense(2)
    expect(() => dense.build([null, null])).toThrow(/known number of inputs/)
    expect(names(dense)).toEqual(['gate'])
  })

  it('stand before the weights of a layer that is extended, which finds its own', async () => {
    const layer = new GatedDense(1, { kernelInitializer: 'ones' })
    expect(await layer([[1, 2]]).array()).toEqual([[3]])
    expect(names(layer)).toEqual(['gate', 'kernel', 'bias'])
  })

  it('are trained, of layers and models', async () => {
    for (const model of [make(), new Offset()]) {
      model.compile({ loss: 'mse', optimizer: 'sgd' })
      await model.fit([[1, 2]], [[5, 5]], { epochs: 1, verbose: 0 })
      const [first] = model.weights
      expect(await first?.data()).not.toEqual(new Float32Array(first?.size ?? 0).fill(1))
    }
  })

  it('are saved, loaded and cloned', async () => {
    const model = make()
    await model.setWeights([3, [4, 5], 6])
    for (const format of ['keras', 'h5'] as const) {
      const loaded = await models.loadModel(await model.toBytes(format), { customObjects: { Line } })
      expect(await values(loaded)).toEqual([3, [4, 5], 6])
    }
    for (const format of ['weights.h5', 'safetensors'] as const) {
      const copy = models.cloneModel(model)
      expect(await values(copy)).toEqual([1, [0, 0], 0])
      await copy.loadWeights(await model.toBytes(format))
      expect(await values(copy)).toEqual([3, [4, 5], 6])
    }
    const [own, other] = [new Offset(), new Offset()]
    for (const each of [own, other]) each.build([null, 2])
    await own.setWeights([
      [7, 8],
      [
        [1, 2],
        [3, 4],
      ],
      [5, 6],
    ])
    await other.loadWeights(await own.toBytes('weights.h5'))
    expect(await values(other)).toEqual(await values(own))
  })
})
