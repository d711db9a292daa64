import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as activations from '../activations/index.js'
import { DataError, StateError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import * as layers from '../layers/index.js'
import * as losses from '../losses/index.js'
import * as metrics from '../metrics/index.js'
import { add } from '../ops/add.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { softmax } from '../ops/softmax.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import * as optimizers from '../optimizers/index.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import { registerKerasSerializable } from '../utils/registration.js'
import * as models from './index.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-save-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const any = (model: unknown) => model as models.AnyModel
const valuesOf = async (tensors: unknown): Promise<number[][]> =>
  Promise.all([tensors].flat().map(async (tensor) => [...(await (tensor as Tensor).data())]))

/** Shared layers, branches, state that is not trained, layers inside layers, and dropout. */
function makeModel() {
  const image = layers.input([6, 6, 1], { name: 'image' })
  const sequence = layers.input([3, 2], { name: 'sequence' })
  const features = models.sequential([
    layers.input([6, 6, 1]),
    layers.conv2d(2, 3, { activation: 'relu', kernelRegularizer: 'l2' }),
    layers.batchNormalization(),
    layers.flatten(),
  ])
  const steps = layers.bidirectional(layers.lstm(2, { returnSequences: true }))(sequence)
  const last = layers.gru(3)(steps)
  const shared = layers.dense(4, { activation: 'tanh' })
  const merged = layers.concatenate([shared(features(image)), shared(layers.dense(32)(last))])
  const dropped = layers.dropout(0.25)(merged)
  return models.functional({
    inputs: [image, sequence],
    outputs: {
      label: layers.dense(3, { activation: 'softmax', name: 'label' })(dropped),
      size: layers.dense(1, { name: 'size' })(dropped),
    },
  })
}

const x = [sampleTensor([4, 6, 6, 1]), sampleTensor([4, 3, 2], 2)] as const
const y = { label: [0, 2, 1, 1], size: [[1], [2], [3], [4]] }

function compiled() {
  const model = makeModel()
  model.compile({
    loss: { label: 'sparse_categorical_crossentropy', size: new losses.Huber({ delta: 0.5 }) },
    lossWeights: { label: 1, size: 0.5 },
    metrics: { label: ['accuracy'], size: [new metrics.MeanSquaredError({ name: 'spread' }), 'mae'] },
    optimizer: optimizers.adam({
      learningRate: optimizers.schedules.exponentialDecay(0.01, 2, 0.5),
      weightDecay: 0.01,
    }),
  })
  return model
}

describe('a layer class of your own', () => {
  class Scaled extends layers.Layer {
    static override readonly options = { ...layers.Layer.options, startFactor: true }
    readonly startFactor: number

    constructor(options: layers.LayerOptions & { readonly startFactor?: number } = {}) {
      super(options)
      this.startFactor = options.startFactor ?? 1
    }

    override call(x: Tensor) {
      return multiply(x, this.startFactor)
    }
  }
  class Written extends Scaled {
    override getConfig() {
      return { ...super.getConfig(), start_factor: this.startFactor }
    }
  }
  const modelOf = (layer: layers.Layer) => models.sequential([layers.input([2]), layer])

  it('is not saved or cloned without the settings that its options name', async () => {
    const message =
      /Layer 'scaled\w*' \(Scaled\): getConfig leaves out startFactor.*start_factor: this\.startFactor/
    const model = modelOf(new Scaled({ startFactor: 3 }))
    await expect(model.toBytes('keras')).rejects.toThrow(message)
    await expect(model.toBytes('h5')).rejects.toThrow(message)
    expect(() => models.cloneModel(model)).toThrow(message)
    await model.toBytes('weights.h5')
  })

  it('comes back with those that getConfig writes', async () => {
    const model = modelOf(new Written({ startFactor: 3 }))
    const loaded = await models.loadModel(await model.toBytes('keras'), { customObjects: { Written } })
    for (const each of [loaded, any(models.cloneModel(model))]) {
      expect(await valuesOf(await each.predict([[1, 2]]))).toEqual([[3, 6]])
    }
  })
})

describe('functions of your own', () => {
  it('are not saved under the names of others, which would stand in their places', async () => {
    const relu = (x: Tensor) => multiply(x, 5)
    const mse = (yTrue: Tensor, yPred: Tensor) => mean(square(subtract(yTrue, yPred)), { axis: -1 })
    const named = (activation: activations.ActivationLike, options: object) => {
      const model = models.sequential([layers.input([2]), layers.dense(1, { activation })])
      model.compile({ loss: 'mse', ...options })
      return model
    }
    const message = (name: string) => new RegExp(`^Your function '${name}' has the name of one of Gradus's`)
    await expect(named(relu, {}).toBytes('keras')).rejects.toThrow(message('relu'))
    expect(() => models.cloneModel(named(relu, {}))).toThrow(message('relu'))
    await expect(named('relu', { loss: mse }).toBytes('keras')).rejects.toThrow(message('mse'))
    await expect(named('relu', { metrics: [mse] }).toBytes('keras')).rejects.toThrow(message('mse'))
    const ours = {
      loss: losses.meanSquaredError,
      metrics: [metrics.meanSquaredError, metrics.binaryAccuracy],
    }
    await models.loadModel(await named(softmax, ours).toBytes('keras'))
    registerKerasSerializable(relu, { package: 'mine' })
    const again = await models.loadModel<models.Sequential>(await named(relu, {}).toBytes('keras'))
    expect((again.layers[0] as unknown as layers.Dense).activation).toBe(relu)
  })
})

describe('save', () => {
  it('says what it takes in place of a path', async () => {
    const model = models.sequential([layers.input([2]), layers.dense(1)])
    const message = /expected the path of a file, such as save\('model\.keras'\), received/
    await expect(model.save(undefined as never)).rejects.toThrow(message)
    await expect(model.save(new URL('file:///tmp/a.keras') as never)).rejects.toThrow(
      /give fileURLToPath\(url\)/,
    )
    await expect(model.saveWeights(3 as never)).rejects.toThrow(/such as saveWeights\('model\.weights\.h5'\)/)
  })
})

describe('save and loadModel', () => {
  it.each(['keras', 'h5'] as const)(
    '.%s: predictions are the same, and training goes on as it would have',
    async (format) => {
      const model = compiled()
      for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y)
      const path = join(folder, `model.${format}`)
      await model.save(path)
      const loaded = (await models.loadModel(path)) as unknown as typeof model

      expect(loaded.getConfig()).toEqual(model.getConfig())
      expect(await valuesOf(Object.values(await loaded.predict(x)))).toEqual(
        await valuesOf(Object.values(await model.predict(x))),
      )
      expect(loaded.optimizer?.learningRate).toBe(model.optimizer?.learningRate)
      for (let step = 0; step < 3; step++) {
        const expected = await model.testOnBatch(x, y)
        const logs = await loaded.testOnBatch(x, y)
        expect(logs).toEqual(expected)
        expect(Object.keys(logs).sort().join()).toBe(
          'label_accuracy,label_loss,loss,size_loss,size_mae,size_spread',
        )
        await model.trainOnBatch(x, y)
        // Of `.h5` files the older form does not know random numbers: what was drawn before is drawn again.
        if (format === 'h5') break
        await loaded.trainOnBatch(x, y)
        expect(await valuesOf(await loaded.getWeights())).toEqual(await valuesOf(await model.getWeights()))
      }
      expect(readdirSync(folder)).toContain(`model.${format}`)
    },
  )

  it('bytes of any kind are as good as a path', async () => {
    const model = compiled()
    const bytes = await model.toBytes('keras')
    const expected = await valuesOf(Object.values(await model.predict(x)))
    for (const source of [bytes, bytes.buffer, new Blob([bytes]), Buffer.from(bytes)]) {
      const loaded = (await models.loadModel(source)) as unknown as typeof model
      expect(await valuesOf(Object.values(await loaded.predict(x)))).toEqual(expected)
    }
    await expect(models.loadModel(3 as never)).rejects.toThrow(
      /Expected a path or the bytes of a file.*received 3/,
    )
  })

  it('a model that was not compiled, or is not to be', async () => {
    const plain = await models.loadModel(await makeModel().toBytes('keras'))
    expect(plain.optimizer).toBeUndefined()
    const model = compiled()
    const loaded = await models.loadModel(await model.toBytes('keras'), { compile: false })
    expect(loaded.optimizer).toBeUndefined()
    for (const format of ['keras', 'h5'] as const) {
      const bytes = await model.toBytes(format, { includeOptimizer: false })
      expect((await models.loadModel(bytes)).optimizer).toBeUndefined()
      expect(bytes.length).toBeLessThan((await model.toBytes(format)).length)
    }
  })

  it('one that was compiled and not trained, with an optimizer whose slots do not exist yet', async () => {
    const model = models.sequential([layers.input([2]), layers.dense(1)])
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.25, momentum: 0.5 }) })
    for (const format of ['keras', 'h5'] as const) {
      const loaded = await models.loadModel(await model.toBytes(format))
      expect(loaded.optimizer?.learningRate).toBe(0.25)
      expect(loaded.optimizer?.getConfig()).toEqual(model.optimizer?.getConfig())
    }
  })

  it('draws no initial weights for what it reads', async () => {
    let drawn = 0
    const counting = (shape: readonly number[]) => {
      drawn++
      return new Float32Array(shape.reduce((a, b) => a * b, 1))
    }
    registerKerasSerializable(counting, { package: 'test', name: 'counting' })
    const model = models.sequential([layers.input([2]), layers.dense(3, { kernelInitializer: counting })])
    expect(drawn).toBe(1)
    await models.loadModel(await model.toBytes('keras'))
    expect(drawn).toBe(1)
  })

  it('chooses the format by the ending, and replaces nothing unasked', async () => {
    const model = compiled()
    await expect(model.save(join(folder, 'model.bin'))).rejects.toThrow(/ends in \.keras or \.h5/)
    await expect(model.save(join(folder, 'x.weights.h5'))).rejects.toThrow(/written by saveWeights/)
    await expect(model.saveWeights(join(folder, 'x.keras'))).rejects.toThrow(
      /ends in \.weights\.h5 or \.safetensors/,
    )
    await expect(model.toBytes('tflite' as never)).rejects.toThrow(/toBytes: format/)
    const path = join(folder, 'kept.keras')
    writeFileSync(path, 'something')
    await expect(model.save(path, { overwrite: false })).rejects.toThrow(/there is such a file already/)
    expect(readFileSync(path, 'utf8')).toBe('something')
  })

  it('refuses a model that is not built', async () => {
    const model = models.sequential([layers.dense(1)])
    await expect(model.toBytes('keras')).rejects.toThrow(StateError)
    await expect(model.loadWeights(new Uint8Array(8))).rejects.toThrow(
      /is not built, so it has no weights to replace/,
    )
  })

  it('reads a sequential model without an input layer, and a model in a model', async () => {
    const inner = models.sequential([layers.dense(3), layers.dense(2)])
    const model = models.sequential([inner as unknown as layers.Layer, layers.dense(1)])
    model.build([null, 4])
    const loaded = await models.loadModel(await model.toBytes('keras'))
    expect(loaded.built).toBe(true)
    const given = sampleTensor([2, 4])
    expect(await valuesOf(await any(loaded).predict(given as never))).toEqual(
      await valuesOf(await model.predict(given)),
    )
  })
})

describe('Custom objects', () => {
  class Scale extends layers.Layer {
    static override readonly className = 'Scale'
    factor: Variable | undefined

    override build() {
      this.factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones' })
    }

    override call(inputs: Tensor) {
      const [factor] = this.weights
      return multiply(inputs, factor.value())
    }
  }
  class Distance extends losses.Loss {
    static readonly className = 'Distance'
    override call(yTrue: Tensor, yPred: Tensor) {
      return mean(square(subtract(yTrue, yPred)), { axis: -1 })
    }
  }
  const doubled = (inputs: Tensor) => add(inputs, inputs)
  const gap = (yTrue: Tensor, yPred: Tensor) => mean(subtract(yPred, yTrue), { axis: -1 })
  class Twice extends models.Model {
    static override readonly className = 'Twice'
    readonly hidden = layers.dense(2)
    readonly output1 = new Scale()

    override call(inputs: Tensor) {
      return this.output1(this.hidden(this.hidden(inputs)))
    }
  }
  const customObjects = { Scale, Distance, doubled, gap, Twice }

  function make() {
    const model = models.sequential([
      layers.input([2]),
      new Scale(),
      layers.dense(2, { activation: doubled }),
    ])
    model.compile({ loss: new Distance(), metrics: [gap], optimizer: 'adam' })
    return model
  }
  const given = sampleTensor([3, 2])

  it.each(['keras', 'h5'] as const)(
    '.%s: classes and functions of your own, by their names',
    async (format) => {
      const model = make()
      await model.trainOnBatch(given, given)
      const loaded = await models.loadModel(await model.toBytes(format), { customObjects })
      expect(loaded.layers[0]).toBeInstanceOf(Scale)
      expect(await any(loaded).testOnBatch(given as never, given as never)).toEqual(
        await model.testOnBatch(given, given),
      )
    },
  )

  it('name what is missing, the file and the place in it', async () => {
    const path = join(folder, 'own.keras')
    await make().save(path)
    await expect(models.loadModel(path)).rejects.toThrow(DataError)
    await expect(models.loadModel(path)).rejects.toThrow(
      /own\.keras: config\.json: layer: class 'Scale' is unknown/,
    )
    const { Distance: _, ...others } = customObjects
    await expect(models.loadModel(path, { customObjects: others })).rejects.toThrow(
      /own\.keras: config\.json: compile_config: .*'Distance' is unknown.*Load with \{ compile: false \}/s,
    )
    const loaded = await models.loadModel(path, { customObjects: others, compile: false })
    expect(loaded.layers).toHaveLength(2)
  })

  it('a model of a class of your own', async () => {
    const model = new Twice()
    model.compile({ loss: 'mse' })
    await model.trainOnBatch(given, given)
    const loaded = await models.loadModel(await model.toBytes('keras'), { customObjects })
    expect(loaded).toBeInstanceOf(Twice)
    expect(await valuesOf(await any(loaded).predict(given as never))).toEqual(
      await valuesOf(await model.predict(given)),
    )
  })
})

describe('saveWeights and loadWeights', () => {
  it.each(['weights.h5', 'safetensors'] as const)(
    '.%s: into a model made in the same way',
    async (format) => {
      const model = compiled()
      for (let step = 0; step < 2; step++) await model.trainOnBatch(x, y)
      const path = join(folder, `w.${format}`)
      await model.saveWeights(path)
      const other = compiled()
      await other.loadWeights(path)
      expect(await valuesOf(await other.getWeights())).toEqual(await valuesOf(await model.getWeights()))
      // Of the two, Keras's own format has the optimizer's state as well.
      await model.trainOnBatch(x, y)
      await other.trainOnBatch(x, y)
      const [ours, theirs] = [
        await valuesOf(await other.getWeights()),
        await valuesOf(await model.getWeights()),
      ]
      if (format === 'weights.h5') expect(ours).toEqual(theirs)
      else expect(ours).not.toEqual(theirs)
    },
  )

  it.each(['keras', 'h5'] as const)('reads the weights in a whole model, .%s', async (format) => {
    const model = makeModel()
    const other = makeModel()
    await other.loadWeights(await model.toBytes(format))
    expect(await valuesOf(await other.getWeights())).toEqual(await valuesOf(await model.getWeights()))
  })

  it.each(['weights.h5', 'keras', 'h5', 'safetensors'] as const)(
    '.%s of another model: an error that names layer, weight and shapes, and nothing changes',
    async (format) => {
      const model = (units: number) =>
        models.sequential([
          layers.input([2]),
          layers.dense(3, { name: 'first' }),
          layers.dense(units, { name: 'second' }),
        ])
      const bytes = await model(4).toBytes(format)
      const other = model(5)
      const before = await valuesOf(await other.getWeights())
      const shapes = /second\/kernel.*\[3, 5\].*\[3, 4\]|\[3, 5\].*second\/kernel.*\[3, 4\]/
      await expect(other.loadWeights(bytes)).rejects.toThrow(DataError)
      await expect(other.loadWeights(bytes)).rejects.toThrow(/^The given file: /)
      await expect(other.loadWeights(bytes)).rejects.toThrow(shapes)
      const fewer = models.sequential([layers.input([2]), layers.dense(3)])
      if (format !== 'weights.h5' && format !== 'keras')
        await expect(fewer.loadWeights(bytes)).rejects.toThrow(DataError)
      const more = models.sequential([layers.input([2]), layers.dense(3), layers.dense(4), layers.dense(1)])
      await expect(more.loadWeights(bytes)).rejects.toThrow(DataError)
      expect(await valuesOf(await other.getWeights())).toEqual(before)
    },
  )

  it('passes over the state of another optimizer', async () => {
    const [model, other] = [compiled(), compiled()]
    await model.trainOnBatch(x, y)
    other.compile({
      loss: { label: 'sparse_categorical_crossentropy', size: 'mse' },
      optimizer: optimizers.sgd(),
    })
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await other.loadWeights(await model.toBytes('weights.h5'))
    expect(warned).toHaveBeenCalledWith(expect.stringMatching(/are not the 1 of SGD.*passed over/))
    warned.mockRestore()
    expect(await valuesOf(await other.getWeights())).toEqual(await valuesOf(await model.getWeights()))
    expect([...((await other.optimizer?.iterations.data()) ?? [])]).toEqual([0])
  })
})

describe('Foreign files', () => {
  it.each([
    ['net.weights.h5', /net\.weights\.h5: is no HDF5 file/],
    ['net.keras', /net\.keras: is no ZIP file/],
    ['net.safetensors', /net\.safetensors: is no safetensors file/],
  ])('%s: are taken for what they are called', async (name, message) => {
    const path = join(folder, name)
    for (const bytes of ['', 'something else']) {
      writeFileSync(path, bytes)
      await expect(makeModel().loadWeights(path)).rejects.toThrow(DataError)
      await expect(makeModel().loadWeights(path)).rejects.toThrow(message)
    }
  })

  it('are refused with a reason', async () => {
    const model = makeModel()
    const keras = await model.toBytes('keras')
    const cases: [Uint8Array, RegExp][] = [
      [new TextEncoder().encode('hello'), /no model file: it begins neither as a \.keras file/],
      [new Uint8Array(0), /no model file/],
      [keras.slice(0, -100), /is cut off: the list of files at its end is missing/],
      [await model.toBytes('weights.h5'), /holds no model, only weights.*model\.loadWeights/],
    ]
    for (const [bytes, message] of cases) {
      await expect(models.loadModel(bytes)).rejects.toThrow(DataError)
      await expect(models.loadModel(bytes)).rejects.toThrow(message)
    }
    await expect(models.loadModel(keras, { safeMode: false })).rejects.toThrow(
      /would run Python code.*Gradus never does/,
    )
  })
})
