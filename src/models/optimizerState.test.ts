import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import type { AnyModel } from './model.js'
import { takeOptimizerState } from './optimizerState.js'
import { PendingValues } from './pendingValues.js'
import { sequential } from './sequential.js'

describe('takeOptimizerState', () => {
  const compiled = () => {
    const model = sequential([layers.input([1]), layers.dense(1), layers.dense(1)])
    model.compile({ optimizer: optimizers.adam(), loss: 'mse' })
    return model as unknown as AnyModel
  }

  async function take(names: readonly string[]): Promise<Record<string, number>> {
    const model = compiled()
    const stored = names.map((name, i) => {
      const shape = name.includes('kernel') ? [1, 1] : name.includes('bias') ? [1] : []
      const data = name.includes('iter') ? Int32Array.of(i) : Float32Array.of(i)
      const dtype = name.includes('iter') ? ('int32' as const) : ('float32' as const)
      return { name, where: name, array: { dtype, shape, data } }
    })
    const pending = new PendingValues('model.h5')
    takeOptimizerState(model, stored, pending, 'model.h5')
    pending.write()
    const variables = model.optimizer?.variables ?? []
    return Object.fromEntries(
      await Promise.all(variables.map(async (variable) => [variable.name, (await variable.data())[0]])),
    )
  }

  it('finds the slots of older optimizers by their names, in whichever order they stand', async () => {
    const weights = ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias']
    const slots = ['m', 'v'].flatMap((slot) => weights.map((weight) => `Adam/${weight}/${slot}:0`))
    const bySlot = Object.values(await take(['Adam/iter:0', ...slots]))
    expect(bySlot).toEqual([0, 1, 5, 2, 6, 3, 7, 4, 8])
    const pairs = weights.flatMap((weight) => ['m', 'v'].map((slot) => `Adam/${weight}/${slot}:0`))
    expect(Object.values(await take(['Adam/iter:0', ...pairs]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    const current = weights.flatMap((weight) =>
      ['momentum', 'velocity'].map((slot) => `Adam/${weight}_${slot}`),
    )
    expect(Object.values(await take(['Adam/iteration', ...current]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })
})
