import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { File as H5File, ready } from 'h5wasm'
import { describe, expect, it } from 'vitest'
import { ArgumentError, DataError, StateError } from '../errors.js'
import * as layers from '../layers/index.js'
import { tensor } from '../ops/tensor.js'
import { readJson } from '../saving/json.js'
import { openZip } from '../saving/zip.js'
import type { Config, ConfigValue } from '../utils/config.js'
import * as models from './index.js'

/** Files that the real Keras wrote; `makeSpecialFiles.py` in this folder made them. */
const folder = resolve(fileURLToPath(import.meta.url), '../../../src/testing/kerasFiles')
const fileOf = (name: string) => join(folder, `${name}.keras`)
const bytesOf = (name: string) => new Uint8Array(readFileSync(fileOf(name)))
const expected = JSON.parse(readFileSync(join(folder, 'special.json'), 'utf8'))
const x = tensor(Float32Array.from(expected.x), { shape: [4, 3] })
const y = [0, 1, 1, 0]

const partOf = async (file: Uint8Array<ArrayBuffer>, name: string) =>
  (await openZip(file, 'x').get(name)?.()) ?? new Uint8Array()

/** What a `.keras` file says of types, in order: of inputs, layers, and what layers are called on. */
async function typesIn(file: Uint8Array<ArrayBuffer>): Promise<ConfigValue[]> {
  const found: ConfigValue[] = []
  const visit = (value: ConfigValue): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value as Config)) {
      if (key === 'dtype') found.push(typeof item === 'string' ? item : (item as Config).config)
      else visit(item)
    }
  }
  visit(readJson(await partOf(file, 'config.json'), 'x').config)
  return found
}

/** HDF5's name for the type of a weight in a `.keras` file. */
async function typeOfWeight(file: Uint8Array<ArrayBuffer>, path: string): Promise<unknown> {
  const { FS } = await ready
  FS.writeFile('/policy.h5', await partOf(file, 'model.weights.h5'))
  const opened = new H5File('/policy.h5', 'r')
  const dataset = opened.get(path)
  const found = dataset && 'dtype' in dataset ? dataset.dtype : undefined
  opened.close()
  return found
}

const precisions = {
  ...{ mixed_float16: 3e-3, mixed_bfloat16: 2e-2, float16: 3e-3, bfloat16: 3e-2, float64: 1e-6 },
}
const policies = Object.entries(precisions)

describe('Models of other dtype policies', () => {
  it.each(policies)(
    '%s: predict what Keras does, as near as its type is exact',
    async (policy, precision) => {
      const model = await models.loadModel(fileOf(`policy-${policy}`))
      const predictions = await (await model.predict(x)).data()
      for (const [i, value] of expected[policy].entries()) {
        expect(Math.abs(predictions[i] - value)).toBeLessThan(precision)
      }
    },
  )

  it.each(policies)('%s: are saved with their policies, and weights exactly', async (policy) => {
    const theirs = bytesOf(`policy-${policy}`)
    const model = await models.loadModel(theirs)
    const ours = await model.toBytes('keras')
    expect(await typesIn(ours)).toEqual(await typesIn(theirs))
    for (const path of ['layers/dense/vars/0', 'layers/gru/cell/vars/1', 'layers/dense_1/vars/1']) {
      // The HDF5 library writes no floats of two bytes: float32 holds them exactly, and Keras reads it.
      expect(await typeOfWeight(ours, path)).toBe(policy === 'float64' ? '<d' : '<f')
    }
    // What float64 has beyond float32 is lost; all else is as it was.
    const weights = await Promise.all((await model.getWeights()).map((weight) => weight.data()))
    for (const bytes of [ours, await model.toBytes('h5')]) {
      const again = await models.loadModel(bytes)
      expect(again.layers.map((layer) => layer.dtypePolicy)).toEqual(
        model.layers.map((layer) => layer.dtypePolicy),
      )
      expect(await Promise.all((await again.getWeights()).map((weight) => weight.data()))).toEqual(weights)
    }
    const other = await models.loadModel(theirs)
    await other.loadWeights(await model.toBytes('safetensors'))
    expect(await Promise.all((await other.getWeights()).map((weight) => weight.data()))).toEqual(weights)
  })

  it.each(['mixed_float16', 'mixed_bfloat16'])(
    '%s: train on in float32, with the state of the optimizer whose losses were scaled',
    async (policy) => {
      const model = await models.loadModel(fileOf(`policy-${policy}`))
      expect(model.optimizer?.className).toBe('Adam')
      const before = await model.trainOnBatch(x, y)
      for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y)
      expect((await model.testOnBatch(x, y)).loss).toBeLessThan(before.loss)
      expect(await typesIn(await model.toBytes('keras'))).toEqual(await typesIn(bytesOf(`policy-${policy}`)))
    },
  )

  it.each(['float16', 'bfloat16', 'float64'])('%s: are trained as float32 or not at all', async (policy) => {
    const model = await models.loadModel(fileOf(`policy-${policy}`))
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(StateError)
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(
      `its weights are ${policy} in the file that it is from. Gradus predicts with such a model, but trains in float32 only. Load it with { dtypePolicy: 'float32' }`,
    )
    const plain = await models.loadModel(fileOf(`policy-${policy}`), { dtypePolicy: 'float32' })
    expect((await plain.trainOnBatch(x, y)).loss).toBeGreaterThan(0)
    expect(await typesIn(await plain.toBytes('keras'))).not.toContainEqual({ name: policy })
  })

  it('have inputs of types that Gradus feeds as the nearest of its own', () => {
    const config = { batch_shape: [null, 2], name: 'tokens', dtype: 'int64' }
    const read = layers.deserialize({ class_name: 'InputLayer', config }) as unknown as layers.InputLayer
    expect(read.dtype).toBe('int32')
    expect(read.getConfig()).toMatchObject(config)
    const text = { ...config, dtype: 'string' }
    expect(() => layers.deserialize({ class_name: 'InputLayer', config: text })).toThrow(
      /'tokens'.*dtype.*'string'/,
    )
  })

  it('of quantized weights or unknown types are refused', async () => {
    await expect(models.loadModel(fileOf('quantized'))).rejects.toThrow(DataError)
    await expect(models.loadModel(fileOf('quantized'))).rejects.toThrow(
      /quantized\.keras: config\.json: Layer 'dense.*is quantized.*Save the model in Keras before quantize/,
    )
    const config = { name: 'd', units: 2, dtype: 'float8' }
    expect(() => layers.deserialize({ class_name: 'Dense', config })).toThrow(ArgumentError)
    expect(() => layers.deserialize({ class_name: 'Dense', config })).toThrow(
      /expected a policy of float32, .*received 'float8'/,
    )
    await expect(models.loadModel(fileOf('quantized'), { dtypePolicy: 'float16' as never })).rejects.toThrow(
      /dtypePolicy/,
    )
  })
})
