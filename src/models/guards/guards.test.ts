import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CallbackLike } from '../../callbacks/index.js'
import { useExecutor } from '../../graph/executor.js'
import {
  callbacks,
  configure,
  getExecutor,
  layers,
  losses,
  metrics,
  models,
  NumericError,
  ops,
  optimizers,
  utils,
} from '../../index.js'
import { ReferenceExecutor } from '../../testing/referenceExecutor.js'

const { sequential, functional } = models
const { divide, log, multiply, sqrt, subtract } = ops

/** The guards look at numbers of steps that ran, so they are tested where these are float64, and as users run them. */
const executors = {
  'the float64 reference': async () => useExecutor(new ReferenceExecutor()),
  WebAssembly: () => configure({ target: 'wasm', threads: 2 }),
}

const silent = { verbose: 0 } as const
let warnings: string[] = []

beforeEach(() => {
  utils.setRandomSeed(1)
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((message: string) => {
    warnings.push(message)
  })
})
afterEach(() => vi.restoreAllMocks())
afterAll(async () => (await getExecutor()).close())

const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i)])
const labels = x.map((_, i) => i % 3)

describe.each(Object.entries(executors))('on %s', (_, choose) => {
  beforeEach(choose)

  describe('the guard of logits', () => {
    const classifier = (activation: 'softmax' | 'linear') =>
      sequential([layers.input([2]), layers.dense(3, { activation, name: 'out' })], { name: 'm' })
    const fromLogits = () => new losses.SparseCategoricalCrossentropy({ fromLogits: true })

    it('refuses a softmax before a loss that expects logits', async () => {
      const model = classifier('softmax')
      model.compile({ loss: fromLogits() })
      await expect(model.fit(x, labels, silent)).rejects.toThrow(
        /Model 'm': the loss sparse_categorical_crossentropy expects logits, but the layer 'out' ends with a softmax/,
      )
      await expect(model.evaluate(x, labels, silent)).rejects.toThrow(/ends with a softmax/)
      model.compile({ loss: fromLogits(), guards: { logits: false } })
      expect((await model.fit(x, labels, silent)).epoch).toEqual([0])
    })

    it('sees a softmax that is a layer, and a sigmoid', async () => {
      const model = sequential([layers.input([2]), layers.dense(3), layers.activation('softmax')])
      model.compile({ loss: fromLogits() })
      await expect(model.fit(x, labels, silent)).rejects.toThrow(/ends with a softmax/)
      const binary = sequential([layers.input([2]), layers.dense(1, { activation: 'sigmoid' })])
      binary.compile({ loss: new losses.BinaryCrossentropy({ fromLogits: true }) })
      await expect(
        binary.fit(
          x,
          labels.map((label) => label % 2),
          silent,
        ),
      ).rejects.toThrow(/ends with a sigmoid/)
    })

    it('lets logits pass, and probabilities to a loss that expects them', async () => {
      const logits = classifier('linear')
      logits.compile({ loss: fromLogits(), metrics: ['accuracy'] })
      expect((await logits.fit(x, labels, silent)).epoch).toEqual([0])
      const probabilities = classifier('softmax')
      probabilities.compile({ loss: 'sparse_categorical_crossentropy' })
      expect((await probabilities.fit(x, labels, silent)).epoch).toEqual([0])
    })

    it('refuses metrics that need probabilities beside a loss of logits', async () => {
      const model = sequential([layers.input([2]), layers.dense(1)])
      const loss = new losses.BinaryCrossentropy({ fromLogits: true })
      const binary = labels.map((label) => label % 2)
      model.compile({ loss, metrics: [new metrics.AUC({ name: 'auc' })] })
      await expect(model.fit(x, binary, silent)).rejects.toThrow(
        /the metric auc needs probabilities.*fromLogits/,
      )
      model.compile({ loss, metrics: [new metrics.AUC()], guards: { logits: false } })
      expect((await model.fit(x, binary, silent)).epoch).toEqual([0])
      model.compile({ loss, metrics: [new metrics.BinaryAccuracy({ threshold: 0 })] })
      expect((await model.fit(x, binary, silent)).epoch).toEqual([0])
    })
  })

  describe('the guard of outputs', () => {
    const binary = labels.map((label) => label % 2)
    const ending = (units: number, options: layers.DenseOptions) =>
      sequential([layers.input([2]), layers.dense(units, { name: 'out', ...options })], { name: 'm' })

    it('refuses a softmax over one unit, which is always 1', async () => {
      const model = ending(1, { activation: 'softmax' })
      const message =
        /Model 'm': the layer 'out' ends with a softmax over 1 unit, which gives 1 for every input.*sigmoid/
      for (const loss of ['binary_crossentropy', 'mse'] as const) {
        model.compile({ loss })
        await expect(model.fit(x, binary, silent)).rejects.toThrow(message)
        await expect(model.evaluate(x, binary, silent)).rejects.toThrow(message)
        await expect(model.trainOnBatch(x, binary)).rejects.toThrow(message)
      }
      model.compile({ loss: 'binary_crossentropy', guards: { outputs: false } })
      expect((await model.fit(x, binary, silent)).epoch).toEqual([0])
    })

    it('refuses logits before a loss that needs probabilities', async () => {
      const kernelInitializer = (shape: readonly number[]) => new Float32Array(shape[0] * shape[1]).fill(2)
      const logits = ending(3, { kernelInitializer })
      const message =
        /Model 'm': the loss sparse_categorical_crossentropy needs probabilities, but the output 'out' gives .*fromLogits of the loss to true/
      logits.compile({ loss: 'sparse_categorical_crossentropy' })
      await expect(logits.fit(x, labels, silent)).rejects.toThrow(message)
      await expect(logits.fit(() => [[x, labels]], silent)).rejects.toThrow(message)
      const rectified = ending(1, { kernelInitializer, activation: 'relu' })
      rectified.compile({ loss: 'binary_crossentropy' })
      await expect(rectified.fit(x, binary, silent)).rejects.toThrow(
        /the loss binary_crossentropy needs probabilities.*sigmoid/,
      )
      logits.compile({ loss: 'sparse_categorical_crossentropy', guards: { outputs: false } })
      expect((await logits.fit(x, labels, silent)).epoch).toEqual([0])
    })

    it('says nothing of probabilities, however they are made, nor of losses that need none', async () => {
      const input = layers.input([2])
      const softmax = () => layers.dense(3, { activation: 'softmax' })(input)
      const mean = functional({ inputs: input, outputs: layers.average([softmax(), softmax()]) })
      mean.compile({ loss: 'sparse_categorical_crossentropy' })
      expect((await mean.fit(x, labels, silent)).epoch).toEqual([0])
      const hard = ending(1, { activation: 'hard_sigmoid' })
      hard.compile({ loss: 'binary_crossentropy' })
      expect((await hard.fit(x, binary, silent)).epoch).toEqual([0])
      const linear = ending(1, {})
      for (const loss of ['mse', 'hinge', new losses.BinaryCrossentropy({ fromLogits: true })] as const) {
        linear.compile({ loss })
        expect((await linear.fit(x, binary, silent)).epoch).toEqual([0])
      }
      expect(warnings).toEqual([])
    })
  })

  describe('the guard of labels', () => {
    const classifier = () => sequential([layers.input([2]), layers.dense(3, { activation: 'softmax' })])
    const oneHot = labels.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))

    it('refuses one-hot labels where class numbers are expected, and the reverse', async () => {
      const model = classifier()
      model.compile({ loss: 'sparse_categorical_crossentropy' })
      await expect(model.fit(x, oneHot, silent)).rejects.toThrow(
        /received y of shape \[12, 3\], which looks one-hot. Use the loss categorical_crossentropy/,
      )
      await expect(model.evaluate(x, oneHot, silent)).rejects.toThrow(/looks one-hot/)
      await expect(model.fit(x, labels, { ...silent, validationData: [x, oneHot] })).rejects.toThrow(
        /received validationData\[1\] of shape \[12, 3\], which looks one-hot/,
      )
      model.compile({ loss: 'categorical_crossentropy' })
      await expect(model.fit(x, labels, silent)).rejects.toThrow(
        /received y of shape \[12\], which looks like class numbers. Use the loss sparse_categorical_crossentropy/,
      )
      expect((await model.fit(x, oneHot, silent)).epoch).toEqual([0])
    })

    it('refuses classes that the model has no unit for, unless it is off', async () => {
      const model = classifier()
      model.compile({ loss: 'sparse_categorical_crossentropy' })
      const far = labels.map((label) => label + 1)
      await expect(model.fit(x, far, silent)).rejects.toThrow(/expected labels from 0 to 2/)
      model.compile({ loss: 'sparse_categorical_crossentropy', guards: { labels: false, nonFinite: false } })
      expect((await model.fit(x, far, silent)).epoch).toEqual([0])
    })
  })

  describe('the guard of indices', () => {
    const words = [
      [0, 1, 4],
      [2, 3, 1],
    ]
    const far = [
      [0, 1, 4],
      [2, 5, 1],
    ]
    const ys = [0, 1]
    const reader = () => {
      const made = sequential(
        [layers.input([3]), layers.embedding(5, 2, { name: 'words' }), layers.flatten(), layers.dense(1)],
        { name: 'm' },
      )
      made.compile({ loss: 'mse', optimizer: 'sgd' })
      return made
    }

    it('refuses numbers that an embedding has no row for', async () => {
      const model = reader()
      const message =
        /Model 'm': layer 'words' \(Embedding\) takes numbers from 0 to 4, received 5 in x, sample 1. .* at least 6/
      await expect(model.fit(far, ys, silent)).rejects.toThrow(message)
      await expect(model.evaluate(far, ys, silent)).rejects.toThrow(message)
      await expect(model.predict(far, silent)).rejects.toThrow(message)
      await expect(model.trainOnBatch(far, ys)).rejects.toThrow(message)
      await expect(model.fit(() => [[far, ys]], silent)).rejects.toThrow(/received 5/)
      await expect(model.fit(words, ys, { ...silent, validationData: [far, ys] })).rejects.toThrow(
        /received 5 in validationData\[0\], sample 1/,
      )
      await expect(model.predict([[0, -1, 2]], silent)).rejects.toThrow(/received -1 in x, sample 0/)
      expect((await model.fit(words, ys, silent)).epoch).toEqual([0])
      model.compile({ loss: 'mse', optimizer: 'sgd', guards: { indices: false } })
      expect((await model.fit(far, ys, silent)).epoch).toEqual([0])
    })

    it('looks again when a layer was added', async () => {
      const model = sequential([layers.input([2]), layers.activation('linear')])
      expect((await model.predict([[0, 7]], silent)).shape).toEqual([1, 2])
      model.add(layers.embedding(5, 3))
      await expect(model.predict([[0, 7]], silent)).rejects.toThrow(/takes numbers from 0 to 4, received 7/)
    })

    it('sees which columns of the data an embedding takes, and leaves alone what is computed', async () => {
      const input = layers.input([2])
      const column = (at: number) =>
        layers.lambda((pairs) => ops.slice(pairs, [0, at], [pairs.shape[0], 1]), { name: `column${at}` })(
          input,
        )
      const user = layers.embedding(3, 2, { name: 'users' })(column(0))
      const film = layers.embedding(300, 2, { name: 'films' })(column(1))
      const outputs = layers.dense(1)(layers.flatten()(layers.multiply([user, film])))
      const model = functional({ inputs: input, outputs, name: 'm' })
      const pairs = new Int32Array([0, 299, 2, 7])
      expect((await model.predict(pairs, silent)).shape).toEqual([2, 1])
      await expect(model.predict(new Int32Array([0, 299, 3, 7]), silent)).rejects.toThrow(
        /layer 'users' \(Embedding\) takes numbers from 0 to 2, received 3 in x, sample 1/,
      )
      await expect(model.predict(new Int32Array([0, 300, 2, 7]), silent)).rejects.toThrow(
        /layer 'films' .* received 300 in x, sample 0/,
      )
      const shifted = sequential([
        layers.input([2]),
        layers.lambda((numbers) => subtract(numbers, 10)),
        layers.embedding(3, 2),
      ])
      expect((await shifted.predict([[11, 20]], silent)).shape).toEqual([1, 2, 2])
    })
  })

  describe('the guard of scaling', () => {
    const bytes = new Uint8Array(8 * 16).map((_, i) => (i * 37) % 256)
    const targets = new Float32Array(8)
    const train = async (...stack: layers.Layer[]) => {
      const model = sequential([layers.input([16]), ...stack, layers.dense(1, { name: 'last' })], {
        name: 'm',
      })
      model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e-9 }) })
      await model.fit(bytes, targets, silent)
      return model
    }

    it('warns of bytes that reach the first weights of an untrained model, once', async () => {
      const model = await train(layers.dense(4, { name: 'first' }))
      expect(warnings).toEqual([
        expect.stringMatching(
          /Model 'm': layer 'first' \(Dense\) receives numbers up to 255.*rescaling\(1 \/ 255\)/,
        ),
      ])
      await model.fit(bytes, targets, silent)
      expect(warnings).toHaveLength(1)
    })

    it('is silent where the model scales them, or does not mind', async () => {
      await train(layers.rescaling(1 / 255))
      await train(layers.batchNormalization())
      await train(layers.lambda((values) => divide(values, 255)))
      const tokens = sequential([
        layers.input([16]),
        layers.embedding(256, 2),
        layers.flatten(),
        layers.dense(1),
      ])
      tokens.compile({ loss: 'mse' })
      await tokens.fit(bytes, targets, silent)
      expect(warnings).toEqual([])
    })

    it('is silent for other data, after training, with weights that were set, and when it is off', async () => {
      const model = sequential([layers.input([16]), layers.dense(1)])
      model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e-9 }) })
      await model.fit(
        Float32Array.from(bytes, (value) => value / 255),
        targets,
        silent,
      )
      await model.fit(bytes, targets, silent)
      const loaded = sequential([layers.input([16]), layers.dense(1)])
      await loaded.setWeights(await model.getWeights())
      loaded.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e-9 }) })
      await loaded.fit(bytes, targets, silent)
      const off = sequential([layers.input([16]), layers.dense(1)])
      off.compile({
        loss: 'mse',
        optimizer: optimizers.sgd({ learningRate: 1e-9 }),
        guards: { scaling: false },
      })
      await off.fit(bytes, targets, silent)
      expect(warnings).toEqual([])
    })
  })

  describe('the guard of classes', () => {
    const sorted = [...labels].sort()
    const classifier = (guards?: boolean) => {
      const model = sequential([layers.input([2]), layers.dense(3, { activation: 'softmax', name: 'out' })], {
        name: 'm',
      })
      model.compile({ loss: 'sparse_categorical_crossentropy', guards })
      return model
    }

    it('warns of a class that only training sees, as with sorted data', async () => {
      await classifier().fit(x, sorted, { ...silent, validationSplit: 0.5 })
      expect(warnings).toEqual([
        expect.stringMatching(
          /Model 'm': class 0 of output 'out' is trained on but missing in the validation part.*'stratified'/,
        ),
      ])
      await classifier(false).fit(x, sorted, { ...silent, validationSplit: 0.5 })
      expect(warnings).toHaveLength(1)
    })

    it('looks at one-hot labels, and at validation data of their own', async () => {
      const model = sequential([layers.input([2]), layers.dense(3, { activation: 'softmax' })])
      model.compile({ loss: 'categorical_crossentropy' })
      const oneHot = labels.map((label) => [0, 1, 2].map((each) => (each === label ? 1 : 0)))
      const [someX, some] = [x, oneHot].map((rows) => rows.filter((_, i) => labels[i] === 1))
      await model.fit(x, oneHot, { ...silent, validationData: [someX, some] })
      expect(warnings).toEqual([
        expect.stringMatching(/classes 0, 2 of output .* are trained on but missing/),
      ])
      model.compile({ loss: 'categorical_crossentropy', guards: { classes: false } })
      await model.fit(x, oneHot, { ...silent, validationData: [someX, some] })
      await model.fit(someX, some, { ...silent, validationData: [x, oneHot] })
      expect(warnings).toHaveLength(1)
    })

    it('has nothing to say of a stratified split, which has the same part of each class', async () => {
      const seen: number[] = []
      const callback: CallbackLike = { onEpochEnd: (_, logs) => void seen.push(logs.val_loss) }
      await classifier().fit(x, sorted, {
        ...silent,
        validationSplit: 0.5,
        validationSplitBy: 'stratified',
        callbacks: [callback],
      })
      expect(warnings).toEqual([])
      expect(seen[0]).toBeGreaterThan(0)
      await expect(
        classifier().fit(x, sorted, { ...silent, validationSplit: 0.5, validationSplitBy: 'head' as never }),
      ).rejects.toThrow(/validationSplitBy: expected 'tail' or/)
    })
  })

  describe('the guard of numbers that are not finite', () => {
    const failure = (run: Promise<unknown>) =>
      run.then(
        () => undefined,
        (error: unknown) => error,
      )
    const weightsOf = async (model: { getWeights(): Promise<{ data(): Promise<unknown> }[]> }) =>
      Promise.all((await model.getWeights()).map((weight) => weight.data()))

    /** log(x - limit) in the middle: NaN where x is below the limit, a layer named `log`. */
    const model = (limit: number) => {
      const input = layers.input([1], { name: 'x' })
      const hidden = layers.dense(1, { name: 'first', kernelInitializer: 'ones' })(input)
      const logarithm = layers.lambda((values) => log(subtract(values, limit)), { name: 'log' })(hidden)
      const made = functional({
        inputs: input,
        outputs: layers.dense(1, { name: 'last' })(logarithm),
        name: 'm',
      })
      made.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e-3 }) })
      return made
    }
    const values = [[5], [6], [7], [8], [1], [9]]
    const targets = values.map(() => [0])
    const options = { ...silent, batchSize: 2, epochs: 2, shuffle: false }

    it('names the first layer and the batch, and keeps the weights of before', async () => {
      const whole = model(3)
      const error = await failure(whole.fit(values, targets, options))
      expect(error).toBeInstanceOf(NumericError)
      expect(String(error)).toMatch(
        /Model 'm': the loss became NaN in epoch 1 of 2, batch 3 of 3. The first layer whose output is not finite is 'log' \(Lambda\)/,
      )
      // As if training had ended before the third batch.
      const part = model(3)
      await part.setWeights(await model(3).getWeights())
      utils.setRandomSeed(1)
      const [a, b] = [model(3), model(3)]
      await b.setWeights(await a.getWeights())
      await failure(a.fit(values, targets, options))
      await b.fit(values.slice(0, 4), targets.slice(0, 4), { ...options, epochs: 1 })
      expect(await weightsOf(a)).toEqual(await weightsOf(b))
      expect((await a.fit(values.slice(0, 4), targets.slice(0, 4), options)).epoch).toEqual([0, 1])
    })

    it('sees infinities, single batches and streams', async () => {
      const infinite = targets.map((row, i) => (i === 5 ? [3e38] : row))
      expect(String(await failure(model(0).fit(values, infinite, options)))).toMatch(
        /the loss became Infinity in epoch 1 of 2, batch 3 of 3. .*it is the loss itself that is not/,
      )
      expect(String(await failure(model(3).trainOnBatch([[7], [1]], [[0], [0]])))).toMatch(
        /Model 'm': the loss became NaN. The first layer whose output is not finite is 'log'/,
      )
      const stream = function* () {
        for (let i = 0; i < values.length; i += 2)
          yield [values.slice(i, i + 2), targets.slice(i, i + 2)] as const
      }
      expect(String(await failure(model(3).fit(stream, { ...silent, epochs: 2 })))).toMatch(
        /the loss became NaN in epoch 1 of 2, batch 3. The first layer whose output is not finite is 'log'/,
      )
    })

    it('names data that is not finite', async () => {
      const poisoned = targets.map((row, i) => (i === 3 ? [Number.NaN] : row))
      expect(String(await failure(model(0).fit(values, poisoned, options)))).toMatch(
        /batch 2 of 3. The first thing in this batch that is not finite is in its data: y holds NaN in sample 1 of the batch/,
      )
    })

    /** sqrt(z^2) on a scale that is trained: the gradient of the root is infinite where z is 0, its value is 0. */
    const rooted = () => {
      const input = layers.input([1])
      const first = layers.dense(1, { name: 'first', useBias: false, kernelInitializer: 'ones' })(input)
      const root = layers.lambda((z) => sqrt(multiply(z, z)), { name: 'root' })(first)
      const beside = layers.dense(1, { name: 'beside' })(first)
      const outputs = layers.add([layers.dense(1, { name: 'last' })(root), beside])
      const made = functional({ inputs: input, outputs, name: 'm' })
      made.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate: 0.01 }) })
      return made
    }
    const withZero = [[5], [6], [7], [8], [0], [9]]
    const stateOf = async (made: ReturnType<typeof rooted>) => [
      ...(await weightsOf(made)),
      ...(await Promise.all(made.optimizer?.variables.map((variable) => variable.data()) ?? [])),
    ]

    it('names the layer and the batch in which gradients began to be not finite, and keeps the state of before', async () => {
      const [a, b] = [rooted(), rooted()]
      await b.setWeights(await a.getWeights())
      const error = await failure(a.fit(withZero, targets, options))
      expect(error).toBeInstanceOf(NumericError)
      expect(String(error)).toMatch(
        /Model 'm': gradients became NaN or infinite in epoch 1 of 2, batch 3 of 3, where the loss is \d[\d.]*\. Going back from the loss, gradients are first not finite in layer 'root' \(Lambda\)\./,
      )
      expect(String(error)).toMatch(/The model is as it was before this batch\./)
      // As if training had ended before the third batch: the optimizer's state too.
      await b.fit(withZero.slice(0, 4), targets.slice(0, 4), { ...options, epochs: 1 })
      expect(await stateOf(a)).toEqual(await stateOf(b))
      expect((await a.fit(withZero.slice(0, 4), targets.slice(0, 4), options)).epoch).toEqual([0, 1])
    })

    it('sees gradients in the last batch, in single batches, and under TerminateOnNaN', async () => {
      const last = { ...options, epochs: 1, batchSize: 6 }
      expect(String(await failure(rooted().fit(withZero, targets, last)))).toMatch(
        /batch 1 of 1.*layer 'root'/,
      )
      expect(String(await failure(rooted().trainOnBatch([[0]], [[0]])))).toMatch(
        /gradients became NaN or infinite, where the loss is .*layer 'root'/,
      )
      const guard = callbacks.terminateOnNan()
      const output = { isTerminal: false, write: () => {} }
      const { epoch } = await rooted().fit(withZero, targets, { ...options, output, callbacks: [guard] })
      expect(epoch).toEqual([0])
      expect(guard.failure?.message).toMatch(/epoch 1 of 2, batch 3 of 3.*layer 'root'/)
    })

    it('names the weight whose gradient is not finite, inside recurrent layers too', async () => {
      const made = sequential(
        [
          layers.input([3, 1]),
          layers.lstm(2, { name: 'lstm' }),
          layers.lambda((z) => multiply(z, 1e30), { name: 'large' }),
          layers.dense(1, { name: 'dense', kernelInitializer: 'zeros', useBias: false }),
        ],
        { name: 'm' },
      )
      made.compile({ loss: new losses.Huber({ delta: 1e10 }), optimizer: optimizers.sgd() })
      const sequences = [[[1], [2], [3]]]
      expect(String(await failure(made.fit(sequences, [[1e20]], silent)))).toMatch(
        /gradients became NaN or infinite.*layer 'dense' \(Dense\) for dense\/kernel\./,
      )
    })

    it('names weights that an update made infinite', async () => {
      const made = sequential([layers.input([1]), layers.dense(1, { name: 'only' })], { name: 'm' })
      made.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 1e38 }) })
      expect(
        String(await failure(made.fit(values, targets, { ...options, batchSize: 6, epochs: 1 }))),
      ).toMatch(
        /the last batch's update was too large: weights are not finite any more, first only\/kernel of layer 'only' \(Dense\)/,
      )
      expect(String(await failure(made.fit(values, targets, options)))).toMatch(
        /the loss became \S+ in epoch 1 of 2, batch 1 of 3. Before this batch weights were not finite any more, first only\/kernel/,
      )
    })

    it('ends training instead, where a callback takes it', async () => {
      const taken: NumericError[] = []
      const callback: CallbackLike = { onNonFinite: (error) => void taken.push(error) }
      const { epoch } = await model(3).fit(values, targets, { ...options, callbacks: [callback] })
      expect(epoch).toEqual([0])
      expect(taken.map(String)).toEqual([expect.stringMatching(/'log' \(Lambda\)/)])
    })

    it('ends training with the same report under TerminateOnNaN', async () => {
      const thrown = await failure(model(3).fit(values, targets, options))
      const guard = callbacks.terminateOnNan()
      const written: string[] = []
      const output = { isTerminal: false, write: (text: string) => void written.push(text) }
      const { epoch } = await model(3).fit(values, targets, { ...options, output, callbacks: [guard] })
      expect(epoch).toEqual([0])
      expect(String(guard.failure)).toBe(String(thrown))
      expect(written).toEqual([`${guard.failure?.message}\n`])
    })

    it('is off when told so: training goes on as in Keras', async () => {
      const off = model(3)
      off.compile({ loss: 'mse', optimizer: 'sgd', guards: { nonFinite: false } })
      const { history } = await off.fit(values, targets, options)
      expect(history.loss).toEqual([Number.NaN, Number.NaN])
      expect(() => off.compile({ loss: 'mse', guards: { nonfinite: false } as never })).toThrow(
        /Did you mean 'nonFinite'/,
      )
    })
  })
})
