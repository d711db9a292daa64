import { afterEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError, DataError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import * as models from './index.js'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => warn.mockClear())

const valuesOf = async (model: { getWeights(): Promise<Tensor[]> }): Promise<number[][]> =>
  Promise.all((await model.getWeights()).map(async (tensor) => [...(await tensor.data())]))

/** Two layers, `body` and a head of so many units. */
const network = (units: number, head = 'head', body = 'body') =>
  models.sequential([
    layers.input([2]),
    layers.dense(3, { name: body, biasInitializer: 'random_normal' }),
    layers.dense(units, { name: head, biasInitializer: 'random_normal' }),
  ])

const formats = ['weights.h5', 'keras', 'h5', 'safetensors'] as const

describe('loadWeights with skipMismatch', () => {
  it.each(formats)('.%s: takes the layers that fit, and warns of the others', async (format) => {
    const [saved, other] = [network(1), network(4)]
    const [, , kernel, bias] = await valuesOf(other)
    const bytes = await saved.toBytes(format)
    await expect(other.loadWeights(bytes)).rejects.toThrow(DataError)
    await other.loadWeights(bytes, { skipMismatch: true })
    const [bodyKernel, bodyBias] = await valuesOf(saved)
    expect(await valuesOf(other)).toEqual([bodyKernel, bodyBias, kernel, bias])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.lastCall?.[0]).toMatch(
      /^Warning: loadWeights: 1 layer\(s\) stay as they are:\n {2}The given file: .*expected float32 \[3, 4\].*found float32 \[3, 1\]/,
    )
  })

  it.each(formats)('.%s: takes no layer in halves', async (format) => {
    const biased = (units: number) => layers.dense(units, { biasInitializer: 'random_normal' })
    const taking = (size: number) => models.sequential([layers.input([size]), biased(2), biased(3)])
    // The kernel of the first layer does not fit, its bias would.
    const [saved, other] = [taking(4), taking(5)]
    const [kernel, bias] = await valuesOf(other)
    await other.loadWeights(await saved.toBytes(format), { skipMismatch: true })
    expect(await valuesOf(other)).toEqual([kernel, bias, ...(await valuesOf(saved)).slice(2)])
  })

  it.each(['weights.h5', 'keras', 'safetensors'] as const)(
    '.%s: passes over layers that the file does not have',
    async (format) => {
      const saved = network(1)
      const deeper = models.sequential([layers.input([2]), layers.dense(3), layers.dense(1), layers.dense(2)])
      const last = (await valuesOf(deeper)).slice(4)
      await deeper.loadWeights(await saved.toBytes(format), { skipMismatch: true })
      expect(await valuesOf(deeper)).toEqual([...(await valuesOf(saved)), ...last])
      expect(warn.mock.lastCall?.[0]).toMatch(/1 layer\(s\) stay as they are/)
    },
  )

  it.each(formats)('.%s: says nothing where all layers fit', async (format) => {
    const [saved, other] = [network(1), network(1)]
    await other.loadWeights(await saved.toBytes(format), { skipMismatch: true })
    expect(await valuesOf(other)).toEqual(await valuesOf(saved))
    expect(warn).not.toHaveBeenCalled()
  })

  it.each(formats)('.%s: refuses a file of which no layer fits, and changes nothing', async (format) => {
    const other = models.sequential([layers.input([5]), layers.dense(4), layers.dense(2)])
    const saved = network(1)
    // The state of an optimizer and of random numbers is no layer.
    for (const [model, x, y] of [
      [saved, [[1, 2]], [[1]]],
      [other, [[1, 2, 3, 4, 5]], [[1, 2]]],
    ] as const) {
      model.compile({ loss: 'mse', optimizer: 'sgd' })
      await model.trainOnBatch(x, y)
    }
    const before = await valuesOf(other)
    const loading = other.loadWeights(await saved.toBytes(format), { skipMismatch: true })
    await expect(loading).rejects.toThrow(/has weights for no layer of the model, so nothing was loaded\. /)
    expect(await valuesOf(other)).toEqual(before)
  })
})

describe('loadWeights with byName', () => {
  it('takes the layers of an older file whose names agree, and leaves the others', async () => {
    const saved = network(1, 'head')
    const bytes = await saved.toBytes('h5')
    const model = models.sequential([
      layers.input([2]),
      layers.dense(3, { name: 'body' }),
      layers.dense(6, { name: 'between' }),
      layers.dense(4, { name: 'own_head' }),
    ])
    const before = await valuesOf(model)
    await expect(model.loadWeights(bytes)).rejects.toThrow(/has 3 with weights .*\{ byName: true \}/)
    await model.loadWeights(bytes, { byName: true })
    expect(await valuesOf(model)).toEqual([...(await valuesOf(saved)).slice(0, 2), ...before.slice(2)])
    expect(warn).not.toHaveBeenCalled()
  })

  it('refuses a layer of the name with other shapes, unless it may be passed over', async () => {
    const [saved, other] = [network(1), network(4)]
    const bytes = await saved.toBytes('h5')
    const before = await valuesOf(other)
    await expect(other.loadWeights(bytes, { byName: true })).rejects.toThrow(
      /layer 'head': .*expected float32 \[3, 4\]/,
    )
    expect(await valuesOf(other)).toEqual(before)
    await other.loadWeights(bytes, { byName: true, skipMismatch: true })
    expect(await valuesOf(other)).toEqual([...(await valuesOf(saved)).slice(0, 2), ...before.slice(2)])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('refuses a file without a layer of these names', async () => {
    const bytes = await network(1).toBytes('h5')
    await expect(network(1, 'a', 'b').loadWeights(bytes, { byName: true })).rejects.toThrow(
      /expected one of b, a, found body, head\. Name the layers/,
    )
  })

  it.each(['weights.h5', 'keras', 'safetensors'] as const)(
    'refuses .%s, which has no names of layers',
    async (format) => {
      const loading = network(1).loadWeights(await network(1).toBytes(format), { byName: true })
      await expect(loading).rejects.toThrow(ArgumentError)
      await expect(loading).rejects.toThrow(/expected an older \.h5 file with byName/)
    },
  )
})

it('loadWeights refuses an option that it does not know', async () => {
  const bytes = await network(1).toBytes('h5')
  await expect(network(1).loadWeights(bytes, { skip_mismatch: true } as never)).rejects.toThrow(
    /Write 'skipMismatch'/,
  )
})
