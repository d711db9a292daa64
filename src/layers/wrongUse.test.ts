import { describe, expect, it } from 'vitest'
import { layers, models, ops, type Tensor } from '../index.js'

const zeros = ops.zeros([2, 3])

describe('wrong use of layers is refused where it happens', () => {
  it('maxout of a size that does not divide, symbolically too', () => {
    expect(() => layers.maxout(3)(layers.input([4]))).toThrow(
      /Layer 'maxout.*divides by 3 pieces, received shape \[null, 4\]/,
    )
  })

  it('axes that there are not', () => {
    const wrong = /expected an axis from -2 to 1, received 7 for shape \[null, 2\]/
    expect(() => layers.softmax({ axis: 7 })(layers.input([2]))).toThrow(wrong)
    expect(() => layers.unitNormalization({ axis: 7 })(layers.input([2]))).toThrow(wrong)
  })

  it('activations that change the shape', () => {
    const wrong = /Layer '.*expected an activation that keeps the shape.*received one that gives/
    const activation = (x: Tensor) => ops.sum(x)
    expect(() => layers.dense(3, { activation })(zeros)).toThrow(wrong)
    expect(() => layers.conv1d(3, 1, { activation })(ops.zeros([2, 3, 1]))).toThrow(wrong)
    expect(() => layers.einsumDense('ab,bc->ac', 4, { activation })(zeros)).toThrow(wrong)
  })

  it('cells without their states', () => {
    expect(() => layers.gruCell(3)(zeros as never)).toThrow(
      /\(GRUCell\): expected a list of inputs and 1 state\(s\).*received one input/,
    )
    expect(() => layers.lstmCell(3)([zeros, zeros])).toThrow(/2 state\(s\).*received a list of 2/)
  })

  it('inputs one after another instead of a list', () => {
    const layer = layers.multiHeadAttention(1, 2)
    const wrong = /\(MultiHeadAttention\): expected several inputs as one list, called as layer\(\[a, b\]\)/
    const x = ops.zeros([1, 2, 3])
    expect(() => layer(x as never, x as never)).toThrow(wrong)
    expect(() => layer(layers.input([2, 3]) as never, layers.input([2, 3]) as never)).toThrow(wrong)
  })

  it('leaves names such as state to models of your own', async () => {
    class Own extends models.Model {
      readonly state = 3
      readonly inner = layers.dense(1)

      override call(x: Tensor) {
        return ops.multiply(this.inner(x), this.state)
      }
    }
    const model = new Own()
    model.compile({ loss: 'mse' })
    expect((await model.predict(zeros)).shape).toEqual([2, 1])
  })
})
