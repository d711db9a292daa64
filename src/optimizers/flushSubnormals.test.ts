import { expect, it } from 'vitest'
import { createExecutor } from '../runtime/createExecutor.js'
import { walk } from '../testing/walkOptimizer.js'
import { sgd } from './sgd.js'

it('lets slots become 0 where they are subnormal, and keeps all else', async () => {
  const optimizer = sgd({ learningRate: 0, momentum: 0.9 })
  const smallest = 2 ** -126
  const before = [smallest, -smallest, 2 * smallest, 2 ** -149, Number.NaN, 1]
  const executor = await createExecutor({ threads: 1, target: 'wasm' })
  try {
    const slot = () => optimizer.variables[1]
    await walk(optimizer, { steps: 1, executor, before: () => slot().write(Float32Array.from(before)) })
    const after = [0, 0, Math.fround(2 * smallest * Math.fround(0.9)), 0, Number.NaN, Math.fround(0.9)]
    expect([...(await slot().data())].map((value) => value + 0)).toEqual(after)
  } finally {
    await executor.close()
  }
})
