import { describe, expect, it } from 'vitest'
import { layers, models, ops, type Tensor, type Variable } from '../index.js'

class Forgetful extends layers.Layer {
  override call(x: Tensor) {
    return ops.multiply(x, this.addWeight({ name: 'factor', shape: [] }).value())
  }
}

class ForgetfulModel extends models.Model {
  override call(x: Tensor) {
    return ops.multiply(x, this.addWeight({ name: 'factor', shape: [] }).value())
  }
}

class ForgetfulCell extends layers.RecurrentCell {
  readonly stateSizes = [2]

  override call([x, state]: readonly Tensor[]) {
    const factor = this.addWeight({ name: 'factor', shape: [] })
    const next = ops.add(ops.multiply(state ?? 0, factor.value()), x ?? 0)
    return [next, next]
  }
}

describe('addWeight in call', () => {
  const refused = /\(Forgetful\): addWeight in call would make another weight.*in build/

  it('is refused, of data and symbolically', () => {
    const layer = new Forgetful()
    expect(() => layer([[1, 2]])).toThrow(refused)
    expect(() => layer([[1, 2]])).toThrow(refused)
    expect(() => new Forgetful()(layers.input([2]))).toThrow(refused)
    expect(layer.weights).toEqual([])
  })

  it('is refused in models, and in cells that another layer runs', async () => {
    await expect(new ForgetfulModel().predict([[1, 2]])).rejects.toThrow(
      /Model 'forgetful_model'.*addWeight in call/,
    )
    expect(() =>
      layers.rnn(new ForgetfulCell())([
        [
          [1, 2],
          [3, 4],
        ],
      ]),
    ).toThrow(/ForgetfulCell.*addWeight in call/)
  })

  it('is allowed in the build of a layer that is called there for the first time', () => {
    class Factor extends layers.Layer {
      factor: Variable | undefined

      override build() {
        this.factor = this.addWeight({ name: 'factor', shape: [] })
      }

      override call(x: Tensor) {
        return this.factor ? ops.multiply(x, this.factor.value()) : x
      }
    }
    class Twice extends models.Model {
      readonly factors = [new Factor(), new Factor()]

      override call(x: Tensor) {
        return this.factors.reduce((value, factor) => factor(value), x)
      }
    }
    const model = new Twice()
    model.build([null, 2])
    expect(model.countParams()).toBe(2)
  })
})

describe('a layer that is made in call', () => {
  it('is refused if it has weights, which nobody would train', async () => {
    class Loose extends models.Model {
      override call(x: Tensor) {
        return layers.dense(1, { name: 'loose' })(x)
      }
    }
    const refused = /Model 'loose.*call builds Layer 'loose' \(Dense\), which is no part of it.*properties/
    const model = new Loose()
    await expect(model.predict([[1, 2]])).rejects.toThrow(refused)
    await expect(model.predict([[1, 2]])).rejects.toThrow(refused)
    const inside = models.sequential([layers.dense(1, { name: 'loose' })])
    expect(() => layers.lambda((x) => inside(x))(layers.input([2]))).toThrow(/Lambda.*call builds.*'loose'/)
  })

  it('does as long as it has none, or belongs to the layer', async () => {
    class Lazy extends models.Model {
      readonly blocks: layers.Layer[] = []

      override call(x: Tensor) {
        if (this.blocks.length === 0) this.blocks.push(layers.dense(2), models.sequential([layers.dense(3)]))
        const outputs = this.blocks.map((block) => block(x))
        return layers.concatenate([layers.flatten()(x), ...outputs])
      }
    }
    const model = new Lazy()
    expect((await model.predict([[1, 2]])).shape).toEqual([1, 7])
    expect(model.countParams()).toBe(15)
  })

  it('does if it was built before: its weights are those of another', async () => {
    const shared = layers.dense(2)
    shared.build([null, 2])
    const model = models.sequential([layers.input([2]), layers.lambda((x) => shared(x))])
    expect((await model.predict([[1, 2]])).shape).toEqual([1, 2])
  })
})
