import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DataError, GradusError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { add } from '../ops/add.js'
import { keyFromSeed } from '../ops/hostRandom.js'
import { multiply } from '../ops/multiply.js'
import { tensor } from '../ops/tensor.js'
import { readJson, writeJson } from '../saving/json.js'
import { joinBytes } from '../saving/storedArray.js'
import { openZip, writeZip } from '../saving/zip.js'
import type { Config, ConfigValue } from '../utils/config.js'
import { RandomStream } from '../utils/randomStream.js'
import * as models from './index.js'

/** Files that the real Keras wrote; `makeKerasFiles.py` in this folder made them. */
const folder = resolve(fileURLToPath(import.meta.url), '../../../src/testing/kerasFiles')

interface Expected {
  readonly x: readonly (readonly number[])[]
  readonly y: readonly number[]
  readonly predictions: readonly number[]
  readonly weights: readonly (readonly number[])[]
}

const expectedOf = (version: string): Expected =>
  JSON.parse(readFileSync(join(folder, `keras-${version}.json`), 'utf8'))

type TwoInputs = models.Functional<readonly Tensor[]>

/** The furthest that numbers are from those expected. */
function distance(received: ArrayLike<number>, expected: readonly number[]): number {
  expect(received.length).toBe(expected.length)
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(received[i] - value)), 0)
}

const inputsOf = ({ x: [sequences, vectors] }: Expected) => [
  tensor(Float32Array.from(sequences), { shape: [6, 3, 2] }),
  tensor(Float32Array.from(vectors), { shape: [6, 4] }),
]

describe('Files of the real Keras', () => {
  const files = readdirSync(folder).filter((file) => /^keras-.*\.(keras|h5)$/.test(file))

  it('are of the newest Keras, 3.0 and 2.15', () => {
    expect(files.sort()).toEqual([
      'keras-2.15.h5',
      'keras-2.15.keras',
      'keras-3.0.keras',
      'keras-3.15.h5',
      'keras-3.15.keras',
    ])
  })

  it.each(files)("%s: gives Keras's predictions, and trains on as Keras does", async (file) => {
    const [, version] = /^keras-([\d.]+)\.\w+$/.exec(file) ?? []
    const expected = expectedOf(version)
    const model = await models.loadModel<TwoInputs>(join(folder, file))
    const x = inputsOf(expected)
    expect(distance(await (await model.predict(x)).data(), expected.predictions)).toBeLessThan(1e-6)

    const y = tensor(Float32Array.from(expected.y), { shape: [6, 1] })
    expect([...((await model.optimizer?.iterations.data()) ?? [])]).toEqual([2])
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y)
    const weights = await model.getWeights()
    for (const [i, weight] of weights.entries()) {
      expect(distance(await weight.data(), expected.weights[i]), `weight ${i}`).toBeLessThan(1e-5)
    }
  })

  it('weights alone, of Keras 2: read layer by layer, in order and by name', async () => {
    const expected = expectedOf('2.15')
    const whole = await models.loadModel<TwoInputs>(join(folder, 'keras-2.15.h5'))
    const model = models.cloneModel(whole)
    const x = inputsOf(expected)
    for (const byName of [false, true]) {
      await model.setWeights((await model.getWeights()).map((weight) => multiply(weight, 0)))
      await model.loadWeights(join(folder, 'weights-2.15.h5'), { byName })
      expect(distance(await (await model.predict(x)).data(), expected.predictions)).toBeLessThan(1e-6)
    }
  })
})

/** A `.keras` file whose config is another one. */
async function withConfig(change: (config: Config) => Config, metadata?: Config): Promise<Uint8Array> {
  const model = models.sequential([layers.input([2]), layers.dense(3, { name: 'first' })], { name: 'net' })
  model.compile({ loss: 'mse', optimizer: 'adam' })
  await model.trainOnBatch([[1, 2]], [[1, 2, 3]])
  const files = openZip(await model.toBytes('keras'), 'made')
  const read = async (name: string) => (await files.get(name)?.()) ?? new Uint8Array()
  const config = readJson(await read('config.json'), 'made')
  const text = (value: Config) => [new TextEncoder().encode(writeJson(value))]
  return joinBytes(
    await writeZip(
      new Map<string, readonly Uint8Array<ArrayBuffer>[]>([
        ['metadata.json', metadata ? text(metadata) : [await read('metadata.json')]],
        ['config.json', text(change(config))],
        ['model.weights.h5', [await read('model.weights.h5')]],
      ]),
    ),
  )
}

/** The config of a model with another layer in the place of its second one. */
const withLayer = (layer: Config) =>
  withConfig((config) => {
    const inner = config.config as Config
    const [first] = inner.layers as Config[]
    return { ...config, config: { ...inner, layers: [first, layer] } }
  })

describe('models.deserialize', () => {
  it("takes names with '/', which Keras 2 gave to layers of its applications", () => {
    const named = (class_name: string, settings: Config): Config => ({ class_name, config: settings })
    const rnn = named('SimpleRNN', { name: 'block/rnn', units: 2 })
    const config = {
      name: 'net/one',
      layers: [
        named('InputLayer', { name: 'block/in', batch_shape: [null, 3, 2] }),
        named('SpatialDropout1D', { name: 'block/drop', rate: 0.5 }),
        named('Bidirectional', { name: 'block/both', layer: rnn }),
        named('Dense', { name: 'block/out', units: 1 }),
      ],
    }
    const model = models.deserialize({ class_name: 'Sequential', config }) as unknown as models.Sequential
    const copy = models.cloneModel(model)
    for (const each of [model, copy]) {
      expect([each, ...each.layers].map(({ name }) => name)).toEqual([
        'net/one',
        'block/drop',
        'block/both',
        'block/out',
      ])
    }
  })
})

describe('loadModel refuses', () => {
  const dense = (settings: Config): Config => ({
    class_name: 'Dense',
    config: { name: 'first', ...settings },
  })

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'an unknown class',
      () => withLayer({ class_name: 'Densee', config: {} }),
      /config\.json: layer: class 'Densee' is unknown\. Did you mean 'Dense'/,
    ],
    [
      'a newer form',
      () => withConfig((c) => c, { keras_version: '4.0.0' }),
      /was written by Keras 4\.0\.0, but Gradus reads the files of Keras 3/,
    ],
    [
      'no model',
      () => withConfig(() => dense({ units: 3 })),
      /config\.json: it describes no model, but Layer 'first'/,
    ],
    [
      'a misspelled setting',
      () => withLayer(dense({ units: 3, kernel_regularisation: {} })),
      /Layer 'first' \(Dense\): its config has no setting 'kernel_regularisation'\. Did you mean 'kernel_regularizer'/,
    ],
    ['an empty config', () => withConfig(() => ({})), /config\.json: /],
    ['numbers that are none', () => withLayer(dense({ units: 'three' })), /config\.json: .*units.*'three'/],
    [
      'lists that are none',
      () => withConfig((c) => ({ ...c, config: { ...(c.config as Config), layers: 3 } })),
      /config\.json: /,
    ],
    [
      'weights beyond all bounds',
      () => withLayer(dense({ units: 1e9 })),
      /weight 'kernel' has a shape of \[2, 1000000000\], but the file has room for \d+ numbers/,
    ],
    ['sizes beyond all bounds', () => withLayer(dense({ units: 1e300 })), /config\.json: /],
    [
      'other weights than it says',
      () => withLayer(dense({ units: 4 })),
      /model\.weights\.h5: 'layers\/dense\/vars\/0': expected float32 \[2, 4\] for the model's first\/kernel, found float32 \[2, 3\]/,
    ],
    [
      'fewer weights than it says',
      () => withLayer({ class_name: 'BatchNormalization', config: { name: 'norm' } }),
      /expected 4 weight\(s\) of Layer 'norm' \(BatchNormalization\) at 'layers\/batch_normalization', found none/,
    ],
    [
      'an unknown optimizer',
      () => withConfig((c) => ({ ...c, compile_config: { optimizer: { class_name: 'Adan', config: {} } } })),
      /config\.json: compile_config: optimizer: 'Adan' is unknown.*Load with \{ compile: false \}/s,
    ],
    [
      'Python code in a layer',
      () =>
        withLayer({
          class_name: 'Lambda',
          config: { name: 'own', function: { class_name: '__lambda__', config: { code: '4wEAAAA=' } } },
        }),
      /layer 'own' holds Python code.*runs no code from it.*\{ Lambda: /,
    ],
    [
      'Python code of Keras 2',
      () => withLayer({ class_name: 'Lambda', config: { name: 'own', function: ['4wEAAAA=', null, null] } }),
      /layer 'own' holds Python code/,
    ],
    [
      'Python code as an activation',
      () => withLayer(dense({ units: 3, activation: { class_name: '__lambda__', config: { value: 'x' } } })),
      /layer 'first' holds Python code/,
    ],
  ])('%s', async (_, make, message) => {
    const bytes = await make()
    await expect(models.loadModel(bytes)).rejects.toThrow(DataError)
    await expect(models.loadModel(bytes)).rejects.toThrow(/^The given file: /)
    await expect(models.loadModel(bytes)).rejects.toThrow(message)
  })

  it('but takes a function of yours in the place of Python code', async () => {
    const code = { class_name: '__lambda__', config: { code: '4wEAAAA=' } }
    const bytes = await withLayer({ class_name: 'Lambda', config: { name: 'own', function: code } })
    const model = await models.loadModel(bytes, {
      customObjects: {
        Lambda: (config: Config) => layers.lambda((x) => add(x, 1), { name: String(config.name) }),
      },
      compile: false,
    })
    expect([...(await (await model.predict([[1, 2]])).data())]).toEqual([2, 3])
  })
})

describe('Readers of model files', () => {
  const fixtures = ['keras-3.15.keras', 'keras-3.15.h5', 'keras-2.15.h5', 'keras-3.0.keras']

  it.each(fixtures)(
    'give a model or a GradusError for changed bytes: %s',
    async (file) => {
      const bytes = new Uint8Array(readFileSync(join(folder, file)))
      const random = new RandomStream(keyFromSeed(7))
      const below = (limit: number) => Math.floor(random.uniform() * limit)
      // A worker is started for each file that is looked into, and one in which the library hangs is given half a minute.
      const rounds = process.env.GRADUS_VERIFY ? 500 : 25
      let refused = 0
      for (let round = 0; round < rounds; round++) {
        const mutated = bytes.slice(0, round % 10 === 0 ? below(bytes.length) : bytes.length)
        for (let edit = below(6); edit >= 0; edit--)
          mutated[below(mutated.length)] = round % 3 ? below(256) : 255
        try {
          await models.loadModel(mutated)
        } catch (error) {
          if (!(error instanceof GradusError)) throw error
          refused++
        }
      }
      // Of `.h5` files most bytes are weights, of which any will do.
      expect(refused).toBeGreaterThan(rounds / 20)
    },
    600_000,
  )

  /** A value of JSON with one part of it replaced by something else. */
  function mutate(value: ConfigValue, random: RandomStream): ConfigValue {
    const below = (limit: number) => Math.floor(random.uniform() * limit)
    const junk: ConfigValue[] = [
      null,
      true,
      -1,
      0,
      1e300,
      2.5,
      '',
      'Dense',
      'relu',
      [],
      {},
      [[]],
      [1, 2],
      { class_name: 'Dense', config: {} },
    ]
    if (random.uniform() < 0.15 || typeof value !== 'object' || value === null)
      return junk[below(junk.length)]
    if (Array.isArray(value)) {
      const at = below(Math.max(value.length, 1))
      if (random.uniform() < 0.1) return value.filter((_, i) => i !== at)
      return value.map((item: ConfigValue, i) => (i === at ? mutate(item, random) : item))
    }
    const keys = Object.keys(value)
    const chosen = keys[below(keys.length)]
    const entries = Object.entries(value as Config)
    if (random.uniform() < 0.1) return Object.fromEntries(entries.filter(([key]) => key !== chosen))
    return Object.fromEntries(
      entries.map(([key, item]) => [key, key === chosen ? mutate(item, random) : item]),
    )
  }

  it('give a model or a GradusError for changed configs', async () => {
    const archive = openZip(new Uint8Array(readFileSync(join(folder, 'keras-3.15.keras'))), 'x')
    const read = async (name: string) => (await archive.get(name)?.()) ?? new Uint8Array()
    const [metadata, weights] = [await read('metadata.json'), await read('model.weights.h5')]
    const config = readJson(await read('config.json'), 'x')
    const random = new RandomStream(keyFromSeed(9))
    const rounds = process.env.GRADUS_VERIFY ? 500 : 50
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      let mutated: ConfigValue = config
      for (let edit = 0; edit <= round % 3; edit++) mutated = mutate(mutated, random)
      const bytes = joinBytes(
        await writeZip(
          new Map([
            ['metadata.json', [metadata]],
            ['config.json', [new TextEncoder().encode(writeJson(mutated))]],
            ['model.weights.h5', [weights]],
          ]),
        ),
      )
      try {
        await models.loadModel(bytes)
      } catch (error) {
        if (!(error instanceof GradusError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(rounds / 4)
  }, 600_000)
})
