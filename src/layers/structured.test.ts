import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import type { CallContext } from './callContext.js'
import * as layers from './index.js'
import { maskOf, withMask } from './masks.js'
import { SymbolicTensor } from './symbolic.js'
import type { ShapesOf } from './tensors.js'

/** Takes an object, gives a pair, and has a weight whose shape depends on both inputs. */
class Both extends layers.Layer<{ left: Tensor; right: Tensor }, readonly [Tensor, Tensor]> {
  override build({ left, right }: ShapesOf<{ left: Tensor; right: Tensor }>): void {
    const shape = [Math.max(Number(left.at(-1)), Number(right.at(-1)))]
    this.addWeight({ name: 'factor', shape, initializer: 'ones' })
  }

  override call({ left, right }: { left: Tensor; right: Tensor }): readonly [Tensor, Tensor] {
    const [factor] = this.weights
    return [add(left, right), multiply(left, factor.value())]
  }
}

const values = (x: Tensor) => Array.from(referenceValues(x))

describe('a layer of several inputs and outputs', () => {
  it('is called on an object, and built for all shapes in it', () => {
    const both = new Both()
    const [sum, product] = both({ left: tensor([[1, 2]]), right: [[3, 4]] })
    expect(values(sum)).toEqual([4, 6])
    expect(values(product)).toEqual([1, 2])
    expect(both.builtInputShape).toEqual({ left: [null, 2], right: [null, 2] })
    expect(both.countParams()).toBe(2)
    expect(both.outputShape).toEqual([
      [null, 2],
      [null, 2],
    ])
  })

  it('is called symbolically', () => {
    const [sum, product] = new Both()({ left: layers.input([3]), right: layers.input([3]) })
    expect(sum).toBeInstanceOf(SymbolicTensor)
    expect([sum.shape, product.shape]).toEqual([
      [null, 3],
      [null, 3],
    ])
    expect(sum.call).toBe(product.call)
    expect([sum.index, product.index]).toEqual([0, 1])
  })

  it('does not take a list where a layer wants one tensor', () => {
    const two = [tensor([[1, 2]]), tensor([[1, 2]])] as unknown as Tensor
    expect(() => layers.dense(1, { name: 'd' })(two)).toThrow(
      /Layer 'd' \(Dense\): expected one input.*received 2. Merge them first/,
    )
  })
})

describe('a symbolic call', () => {
  it('builds the layer, knows the shape and remembers the call', () => {
    const x = layers.input([4], { name: 'x' })
    const dense = layers.dense(3, { name: 'd' })
    const y = dense(x)
    expect(y.shape).toEqual([null, 3])
    expect(String(y)).toBe("SymbolicTensor('d' float32 [null, 3])")
    expect(dense.built).toBe(true)
    expect(dense.output).toBe(y)
    expect(dense.input).toBe(x.symbol)
    dense(layers.input([4]))
    expect(dense.calls).toHaveLength(2)
    expect(dense.output).toBe(y)
  })

  it('finds out which axes stay open, where a layer does not say', () => {
    class Twice extends layers.Layer {
      override call(x: Tensor): Tensor {
        return multiply(x, 2)
      }
    }
    expect(new Twice()(layers.input([null, 3])).shape).toEqual([null, null, 3])
    expect(new Twice().computeOutputShape([null, null])).toEqual([null, null])
    expect(new Twice()(layers.input([3], { dtype: 'int32' })).dtype).toBe('int32')
  })

  it('says what is wrong', () => {
    expect(() => layers.conv2d(2, 3, { name: 'c' })(layers.input([8]))).toThrow(ShapeError)
    expect(() => layers.conv2d(2, 3, { name: 'c' })(layers.input([8]))).toThrow(
      /Layer 'c' \(Conv2D\): expected an input of rank 4/,
    )
    const mixed = { left: layers.input([2]), right: [[1, 2]] }
    expect(() => new Both()(mixed as never)).toThrow(/'right'. A model's graph holds no data/)
    expect(() => layers.dense(2, { name: 'lonely' }).output).toThrow(/'lonely' \(Dense\) is in no graph yet/)
  })
})

describe('masks', () => {
  class Keeps extends layers.Layer {
    override supportsMasking = true
    seen: Tensor | undefined

    override call(x: Tensor, { mask }: CallContext): Tensor {
      this.seen = mask
      return multiply(x, 2)
    }
  }

  it('are seen by layers and handed on by those that support them', () => {
    const mask = tensor([[true, false]])
    const x = withMask(tensor([[[1], [2]]]), mask)
    const keeps = new Keeps()
    expect(maskOf(keeps(x))).toBe(mask)
    expect(keeps.seen).toBe(mask)
    expect(maskOf(layers.flatten()(x))).toBeUndefined()
  })
})

describe('layers.input', () => {
  it('takes open sizes and a batch size', () => {
    expect(layers.input([null, null, 3]).batchShape).toEqual([null, null, null, 3])
    const fixed = layers.input([4], { batchSize: 8, dtype: 'int32', name: 'i' })
    expect(fixed.symbol.shape).toEqual([8, 4])
    const again = layers.InputLayer.fromConfig(JSON.parse(JSON.stringify(fixed.getConfig())))
    expect(again.getConfig()).toEqual(fixed.getConfig())
    expect(() => layers.input([0])).toThrow(/at least 1/)
    expect(() => layers.input([1], { batchSize: 0.5 })).toThrow(/batchSize/)
  })
})
