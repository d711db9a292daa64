import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { decodeSafetensors, encodeSafetensors } from '../saving/safetensors.js'
import { joinBytes } from '../saving/storedArray.js'
import * as models from './index.js'
import { readVariables, stateVariables, writeVariables } from './modelState.js'

function make(units = 3) {
  const model = models.sequential([
    layers.input([2]),
    layers.dense(units),
    layers.dropout(0.5),
    layers.dense(1),
  ])
  model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.05 }) })
  return model
}
const any = (model: unknown) => model as models.AnyModel
const x = [
  [1, 2],
  [3, 4],
  [5, 6],
]
const y = [[1], [2], [3]]
const weightsOf = async (model: models.AnyModel) =>
  (await Promise.all(model.weights.map((weight) => weight.data()))).map((data) => [...data])

describe('Variable.snapshot', () => {
  it('is one array for all who ask before the variable changes, and stays as it is', async () => {
    const model = make()
    await model.trainOnBatch(x, y)
    const [kernel] = model.weights
    const before = await kernel.snapshot()
    expect(await kernel.snapshot()).toBe(before)
    expect(before).toEqual(await kernel.data())
    const copy = [...before]
    await model.trainOnBatch(x, y)
    const after = await kernel.snapshot()
    expect([...before]).toEqual(copy)
    expect([...after]).not.toEqual(copy)
    kernel.write(copy)
    expect([...(await kernel.snapshot())]).toEqual(copy)
    expect([...after]).not.toEqual(copy)
  })
})

describe('stateVariables', () => {
  it('through a file into a new model: training goes on as if it had never stopped', async () => {
    const first = make()
    for (let step = 0; step < 3; step++) await first.trainOnBatch(x, y)
    const arrays = await readVariables(stateVariables(any(first)))
    const bytes = joinBytes(encodeSafetensors({ arrays, metadata: {} }))

    const second = make()
    writeVariables(stateVariables(any(second)), decodeSafetensors(bytes, 'state').arrays, 'state')
    for (let step = 0; step < 3; step++) {
      await first.trainOnBatch(x, y)
      await second.trainOnBatch(x, y)
    }
    expect(await weightsOf(any(second))).toEqual(await weightsOf(any(first)))
  })

  it('has names that do not depend on automatic ones', () => {
    const names = [...stateVariables(any(make())).keys()]
    expect(names).toEqual([...stateVariables(any(make())).keys()])
    expect(names.slice(0, 4)).toEqual([
      'layers/dense/kernel',
      'layers/dense/bias',
      'layers/dense_1/kernel',
      'layers/dense_1/bias',
    ])
    expect(names.slice(4)).toEqual([
      'optimizer/iteration',
      ...names
        .slice(0, 4)
        .flatMap((name) => ['momentum', 'velocity'].map((slot) => `optimizer/${name}/${slot}`)),
      'random/key',
      'random/counter',
    ])
  })
})

describe('writeVariables', () => {
  it('changes nothing when one array does not fit, is missing or unknown', async () => {
    const model = make()
    const variables = stateVariables(any(model))
    const before = await readVariables(variables)
    const other = await readVariables(stateVariables(any(make(4))))
    expect(() => writeVariables(variables, other, 'run/state')).toThrow(
      /^run\/state: array 'layers\/dense\/kernel': expected float32 \[2, 3\].*found float32 \[2, 4\]/,
    )
    const missing = new Map(before)
    missing.delete('optimizer/iteration')
    expect(() => writeVariables(variables, missing, 's')).toThrow(/s: holds no array 'optimizer\/iteration'/)
    const extra = new Map([...before, ['layers/dense_2/kernel', other.values().next().value ?? before]])
    expect(() => writeVariables(variables, extra as typeof before, 's')).toThrow(
      /no use to the model\. Did you mean/,
    )
    expect(await readVariables(variables)).toEqual(before)
  })
})
