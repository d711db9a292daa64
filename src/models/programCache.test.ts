import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Tensor } from '../graph/tensor.js'
import { Layer } from '../layers/layer.js'
import { add } from '../ops/add.js'
import { sequential } from './sequential.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('lets go of the graph that a step was compiled from', async () => {
  const tensors: WeakRef<Tensor>[] = []
  class AddOne extends Layer {
    override call(x: Tensor): Tensor {
      const sum = add(x, 1)
      if (sum instanceof Tensor) tensors.push(new WeakRef(sum))
      return add(sum, 1)
    }
  }
  const model = sequential([new AddOne()])
  const predict = async () => (await model.predict(new Float32Array([1, 2]))).data()
  expect([...(await predict())]).toEqual([3, 4])
  const traced = tensors.length
  expect(traced).toBeGreaterThan(0)
  const left = () => {
    collectGarbage()
    return tensors.filter((tensor) => tensor.deref()).length
  }
  await expect.poll(left, { timeout: 10_000 }).toBe(0)
  expect([...(await predict())]).toEqual([3, 4])
  // Compiled once.
  expect(tensors.length).toBe(traced)
})
