import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { layers, models, ops, tensor, Variable } from '../index.js'

describe('the console', () => {
  it('shows tensors with their elements, once they are known and not too many', () => {
    const small = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(inspect(small)).toBe('Tensor(float32 [2, 2]) [ [ 1, 2 ], [ 3, 4 ] ]')
    expect(inspect({ small: tensor(7) })).toBe('{ small: Tensor(float32 []) 7 }')
    expect(inspect(ops.add(small, 1))).toBe('Tensor(float32 [2, 2])')
    expect(inspect(tensor(new Uint8Array(28 * 28 * 2), { shape: [2, 28, 28] }))).toBe(
      'Tensor(uint8 [2, 28, 28])',
    )
  })

  it('shows layers, models, what stands in their graph, and variables by a line', () => {
    const input = layers.input([3], { name: 'in' })
    const dense = layers.dense(2, { name: 'd' })
    expect(inspect(dense)).toBe('<Dense name=d, built=false>')
    expect(inspect(dense(input))).toBe("SymbolicTensor('d' float32 [null, 2])")
    expect(inspect(input)).toBe('<InputLayer name=in, built=true>')
    expect(inspect(models.sequential([input, dense], { name: 's' }))).toBe('<Sequential name=s, built=true>')
    expect(inspect(dense.weights)).toBe('[ Variable(d/kernel float32 [3, 2]), Variable(d/bias float32 [2]) ]')
    expect(inspect(new Variable([0], [1]))).toBe('Variable(variable float32 [1])')
  })
})

it('writes tensors as JSON once their elements are known', async () => {
  const sum = ops.add(tensor([[1, 2]]), 1)
  expect(() => JSON.stringify(sum)).toThrow(/JSON.stringify\(await tensor.array\(\)\)/)
  await sum.data()
  expect(JSON.stringify({ sum })).toBe('{"sum":[[2,3]]}')
})
