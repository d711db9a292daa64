import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import { referenceValues } from '../testing/referenceEvaluate.js'
import { resetNames } from '../utils/naming.js'
import type { BatchShape } from './batchShape.js'
import type { CallContext } from './callContext.js'
import { dense } from './dense.js'
import { Layer } from './layer.js'
import { concatenate } from './merging/concatenate.js'
import { spatialDropout1d } from './regularization/spatialDropout.js'

/** `x * factor`, with the factor a weight for each column. */
class Scale extends Layer {
  factor: Variable | undefined
  builds = 0

  override build(inputShape: BatchShape): void {
    this.builds++
    this.factor = this.addWeight({ name: 'factor', shape: [inputShape[1] ?? 0], initializer: 'ones' })
  }

  override call(x: Tensor): Tensor {
    return multiply(x, this.weights[0])
  }
}

/** Two layers in properties and one in a list; adds 100 in training. */
class Block extends Layer {
  first = new Scale({ name: 'first' })
  rest = [new Scale({ name: 'second' }), new Scale({ name: 'third' })]

  override call(x: Tensor, { training }: CallContext): Tensor {
    const y = this.rest.reduce((value, layer) => layer(value), this.first(x))
    return training ? add(y, 100) : y
  }
}

describe('a layer', () => {
  it('has no name that the paths of weights could not hold', () => {
    const message = /^Dense: name: expected text without '\/'.*received 'a\/b'/
    expect(() => dense(1, { name: 'a/b' })).toThrow(message)
    expect(() => spatialDropout1d(0.5, { name: 'a/b' })).toThrow(/^SpatialDropout1D: name: /)
    expect(() => dense(1, { name: 3 as never })).toThrow(/received 3/)
  })

  it('is a function with a name of its own', () => {
    resetNames()
    const layer = dense(3)
    expect(typeof layer).toBe('function')
    expect(layer).toBeInstanceOf(Layer)
    expect([layer.name, dense(3).name, dense(2, { name: 'mine' }).name]).toEqual(['dense', 'dense_1', 'mine'])
    expect(String(layer)).toBe('<Dense name=dense, built=false>')
    expect(layer.length).toBeUndefined()
  })

  it('is called on variables as on tensors', () => {
    const [one, two] = [new Variable([2, 3], [1, 2]), new Variable([4, 5], [1, 2])]
    expect(referenceValues(new Scale()(one))).toEqual([2, 3])
    expect(referenceValues(concatenate([one, two]))).toEqual([2, 3, 4, 5])
  })

  it('takes its class name from the source when it states none', () => {
    resetNames()
    expect(new Scale().name).toBe('scale')
    expect(new Scale().className).toBe('Scale')
  })

  it('is built once, at its first call', () => {
    const layer = new Scale()
    expect(layer.built).toBe(false)
    expect(() => layer.countParams()).toThrow(/Layer 'scale.*' \(Scale\) is not built/)
    layer(tensor([[1, 2, 3]]))
    layer(tensor([[1, 2, 3]]))
    expect(layer.builds).toBe(1)
    expect(layer.builtInputShape).toEqual([null, 3])
    expect(layer.countParams()).toBe(3)
  })

  it('owns the layers in its properties', () => {
    const block = new Block()
    expect(referenceValues(block(tensor([[1, 2]])))).toEqual([1, 2])
    expect(block.sublayers().map(({ name }) => name)).toEqual(['first', 'second', 'third'])
    expect(block.weights.map(({ name }) => name)).toEqual(['first/factor', 'second/factor', 'third/factor'])
    expect(block.outputShape).toEqual([null, 2])
  })

  it('hands the training flag on to layers inside', () => {
    const outer = new (class Outer extends Layer {
      inner = new Block()
      override call(x: Tensor): Tensor {
        return this.inner(x)
      }
    })()
    expect(referenceValues(outer(tensor([[1]]), { training: true }))).toEqual([101])
    expect(referenceValues(outer(tensor([[1]])))).toEqual([1])
  })

  it('can be frozen, and its layers with it', () => {
    const block = new Block()
    block(tensor([[1, 2]]))
    block.first.trainable = false
    expect(block.trainableWeights.map(({ name }) => name)).toEqual(['second/factor', 'third/factor'])
    expect(block.nonTrainableWeights.map(({ name }) => name)).toEqual(['first/factor'])
    block.trainable = false
    expect(block.rest[1].trainable).toBe(false)
    expect(block.trainableWeights).toEqual([])
  })

  it('reads and sets its weights, all or none', async () => {
    const layer = dense(2)
    layer.build([null, 1])
    await layer.setWeights([tensor([[5, 6]]), new Float32Array([7, 8])])
    const values = await layer.getWeights()
    expect(await Promise.all(values.map((value) => value.array()))).toEqual([[[5, 6]], [7, 8]])
    await expect(layer.setWeights([tensor([[0, 0]]), tensor([1, 2, 3])])).rejects.toThrow(
      /weight 1 \(dense.*bias\) has shape \[2\], received \[3\]/,
    )
    await expect(layer.setWeights([tensor([[0, 0]])])).rejects.toThrow(
      /expected a list of 2 arrays of weights, received 1/,
    )
    expect(await (await layer.getWeights())[0].array()).toEqual([[5, 6]])
  })
})
