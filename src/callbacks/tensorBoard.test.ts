import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ArgumentError, DataError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import { type FitOptions, Model, sequential } from '../models/index.js'
import { tensor } from '../ops/tensor.js'
import * as optimizers from '../optimizers/index.js'
import { type ReadEvent, readEvents } from '../testing/readEvents.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { backupAndRestore } from './backupAndRestore.js'
import type { CallbackLike } from './callback.js'
import { type TensorBoardOptions, tensorBoard } from './tensorBoard.js'

let folder = ''
beforeEach(() => {
  useExecutor(new ReferenceExecutor())
  folder = mkdtempSync(join(tmpdir(), 'gradus-tensorboard-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const x = Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a, b]) => [a * b])

function makeModel(learningRate: optimizers.OptimizerOptions['learningRate'] = 0.05) {
  const model = sequential(
    [
      layers.input([2], { name: 'in' }),
      layers.dense(3, { name: 'hidden' }),
      layers.dense(1, { name: 'out' }),
    ],
    {
      seed: 1,
      name: 'm',
    },
  )
  model.compile({ loss: 'mse', optimizer: optimizers.adam({ learningRate }), metrics: ['mae'] })
  return model
}

const fitOptions = { epochs: 3, batchSize: 4, validationSplit: 0.25, seed: 2, verbose: 0 } as const

async function train(
  options: TensorBoardOptions = {},
  fit: FitOptions<Tensor, Tensor> = {},
  others: readonly CallbackLike[] = [],
) {
  const model = makeModel()
  const board = tensorBoard({ logDir: folder, ...options })
  const { history } = await model.fit(x, y, { ...fitOptions, ...fit, callbacks: [board, ...others] })
  return { model, board, history }
}

/** What stands in a folder's event files, in the order in which TensorBoard reads them. */
function events(name: string): ReadEvent[] {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  const files = readdirSync(path).filter((each) => each.startsWith('events'))
  return files.sort().flatMap((file) => readEvents(join(path, file)))
}

/** The curves of a folder: step and value, by tag. */
function curves(name: string): Record<string, (readonly [number, number])[]> {
  const found: Record<string, (readonly [number, number])[]> = {}
  for (const { tag, step, plugin, elements } of events(name)) {
    if (plugin !== 'scalars') continue
    found[tag] ??= []
    found[tag].push([step, Number(elements[0])])
  }
  return found
}

const byEpoch = (values: readonly number[]) => values.map((value, epoch) => [epoch, Math.fround(value)])

describe('TensorBoard', () => {
  it("writes Keras's curves of epochs and evaluations", async () => {
    const { history } = await train()
    const steps = (values: readonly number[]) => values.map((value, i) => [3 * (i + 1), Math.fround(value)])
    expect(curves('train')).toEqual({
      epoch_loss: byEpoch(history.loss),
      epoch_mae: byEpoch(history.mae),
      epoch_learning_rate: byEpoch([0.05, 0.05, 0.05]),
    })
    expect(curves('validation')).toEqual({
      epoch_loss: byEpoch(history.val_loss),
      epoch_mae: byEpoch(history.val_mae),
      evaluation_loss_vs_iterations: steps(history.val_loss),
      evaluation_mae_vs_iterations: steps(history.val_mae),
    })
    expect(readdirSync(folder)).toEqual(['train', 'validation'])
  })

  it('makes no folder for a validation that there is not', async () => {
    await train({}, { validationSplit: 0 })
    expect(readdirSync(folder)).toEqual(['train'])
  })

  it('writes batches by their number over epochs, every so many', async () => {
    const told: [number, number][] = []
    const listens: CallbackLike = {
      onTrainBatchEnd: (_, { loss }) => void told.push([told.length + 1, Math.fround(loss)]),
    }
    await train({ updateFreq: 'batch' }, {}, [listens])
    expect(told).toHaveLength(9)
    expect(curves('train').batch_loss).toEqual(told)
    rmSync(join(folder, 'train'), { recursive: true })
    await train({ updateFreq: 2, writeStepsPerSecond: true })
    const { batch_loss: losses, batch_mae: errors, batch_steps_per_second: rates, ...rest } = curves('train')
    expect(losses).toEqual(told.filter(([step]) => step % 2 === 0))
    expect(errors.map(([step]) => step)).toEqual([2, 4, 6, 8])
    expect(rates.map(([step]) => step)).toEqual([2, 4, 6, 8])
    expect(rest.epoch_steps_per_second.map(([step]) => step)).toEqual([0, 1, 2])
    for (const [, rate] of [...rates, ...rest.epoch_steps_per_second]) expect(rate).toBeGreaterThan(0)
  })

  it('lets steps overlap', async () => {
    let [begun, most] = [0, 0]
    const counts: CallbackLike = {
      asyncSafe: true,
      onTrainBatchBegin() {
        begun++
        most = Math.max(most, begun)
      },
      onTrainBatchEnd: () => void begun--,
    }
    await train({ updateFreq: 'batch' }, {}, [counts])
    expect(most).toBe(2)
  })

  it('writes the learning rate that a schedule has come to', async () => {
    const model = makeModel((step: number) => 0.1 / (1 + step))
    await model.fit(x, y, { ...fitOptions, epochs: 2, callbacks: [tensorBoard({ logDir: folder })] })
    expect(curves('train').epoch_learning_rate).toEqual(byEpoch([0.1 / 4, 0.1 / 7]))
  })

  it('puts the training samples, measured once more, beside those of validation', async () => {
    const { history } = await train({}, { evaluateTraining: true })
    expect(curves('train').epoch_train_loss).toEqual(byEpoch(history.train_loss))
    expect(curves('train').evaluation_loss_vs_iterations.map(([, value]) => value)).toEqual(
      history.train_loss.map(Math.fround),
    )
  })

  it('writes an evaluation of its own', async () => {
    const { model, board } = await train()
    const before = curves('validation').evaluation_loss_vs_iterations
    const { loss } = await model.evaluate(x, y, { callbacks: [board] })
    expect(curves('validation').evaluation_loss_vs_iterations).toEqual([...before, [9, Math.fround(loss)]])
  })

  it('writes weights as histograms and pictures, as they are at the end of the epoch', async () => {
    const { model } = await train({ histogramFreq: 2, writeImages: true })
    const found = events('train').filter(({ plugin }) => plugin === 'histograms' || plugin === 'images')
    const names = ['hidden/kernel', 'hidden/bias', 'out/kernel', 'out/bias']
    expect(found.map(({ tag, step }) => [tag, step])).toEqual(
      [0, 2].flatMap((step) =>
        names.flatMap((name) => [
          [`${name}/histogram`, step],
          [`${name}/image`, step],
        ]),
      ),
    )
    const [kernel] = await Promise.all(model.weights.map((weight) => weight.data()))
    const last = found.findLast(({ tag }) => tag === 'hidden/kernel/histogram')?.elements ?? []
    expect(last[0]).toBe(Math.min(...kernel))
    expect(last.at(-2)).toBe(Math.max(...kernel))
    expect(last.filter((_, i) => i % 3 === 2).reduce((sum: number, n) => sum + Number(n), 0)).toBe(
      kernel.length,
    )
    expect(found.find(({ tag }) => tag === 'hidden/kernel/image')?.elements.slice(0, 2)).toEqual(['3', '2'])
  })

  it('writes the last histograms while other callbacks write their files', async () => {
    const isWritten = () => events('train').some(({ tag }) => tag === 'out/bias/histogram')
    const others = { onTrainEnd: () => vi.waitFor(() => expect(isWritten()).toBe(true), { timeout: 20_000 }) }
    const callbacks = [others, tensorBoard({ logDir: folder, histogramFreq: 1 })]
    await makeModel().fit(x, y, { ...fitOptions, epochs: 1, callbacks })
  })

  it('writes gradients and outputs of layers on samples, and changes nothing by that', async () => {
    const samples = [x.slice(0, 4), y.slice(0, 4)] as const
    const { model } = await train({ histogramFreq: 1, samples, writeImages: true })
    const tags = (plugin: string) =>
      events('train').flatMap((event) => (event.plugin === plugin && event.step === 2 ? [event.tag] : []))
    const weights = ['hidden/kernel', 'hidden/bias', 'out/kernel', 'out/bias']
    const gradients = weights.map((name) => `${name}/gradient`)
    const outputsOfLayers = ['hidden/activations', 'out/activations']
    const counted = [...weights, ...gradients, ...outputsOfLayers]
    expect(tags('histograms')).toEqual(counted.map((name) => `${name}/histogram`))
    expect(tags('images')).toEqual([...weights, ...outputsOfLayers].map((name) => `${name}/image`))
    // The last layer's outputs, with the weights at the end.
    const outputs = await (await model.predict(samples[0])).data()
    const found = events('train').findLast(({ tag }) => tag === 'out/activations/histogram')?.elements ?? []
    expect(found[0]).toBeCloseTo(Math.min(...outputs), 6)
    expect(found.at(-2)).toBeCloseTo(Math.max(...outputs), 6)

    const { model: without } = await train()
    const [a, b] = await Promise.all([model, without].map(({ weights: [kernel] }) => kernel.data()))
    expect(a).toEqual(b)
  })

  describe('with samples of classes', () => {
    const pictures = Array.from({ length: 20 }, (_, i) => [
      [Math.sin(i), i],
      [Math.cos(i), -i],
    ])
    const classes = pictures.map((_, i) => i % 3)
    const texts = (tag: string) =>
      events('train').flatMap((event) => (event.tag === tag ? [event.elements] : []))

    async function trainClasses(
      options: TensorBoardOptions,
      units = 3,
      loss: 'mse' | 'sparse_categorical_crossentropy' = 'sparse_categorical_crossentropy',
    ) {
      const activation = loss === 'mse' ? 'linear' : 'softmax'
      const model = sequential(
        [layers.input([2, 2]), layers.flatten(), layers.dense(units, { activation })],
        {
          seed: 4,
        },
      )
      model.compile({ loss, optimizer: 'adam' })
      await model.fit(pictures, classes, {
        ...{ epochs: 2, batchSize: 10, verbose: 0, seed: 1 },
        callbacks: [tensorBoard({ logDir: folder, histogramFreq: 1, ...options })],
      })
      return model
    }

    it('writes in a run that is resumed what was seen before it was broken off', async () => {
      const samples = [pictures, classes] as const
      const run = async (...others: CallbackLike[]) => {
        const dense = layers.dense(3, { activation: 'softmax' })
        const model = sequential([layers.input([2, 2]), layers.flatten(), dense], { seed: 4 })
        model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam' })
        const board = tensorBoard({ logDir: folder, histogramFreq: 1, samples, confusionSamples: samples })
        const callbacks = [board, backupAndRestore(join(folder, 'backup')), ...others]
        await model.fit(pictures, classes, { epochs: 2, batchSize: 10, verbose: 0, seed: 1, callbacks })
      }
      const breaks: CallbackLike = {
        onEpochBegin(epoch) {
          if (epoch === 1) throw new Error('killed')
        },
      }
      await expect(run(breaks)).rejects.toThrow('killed')
      const before = [...texts('confusion_matrix'), ...texts('predictions')]
      expect(before).toHaveLength(2)
      await run()
      const [tables, predictions] = [texts('confusion_matrix'), texts('predictions')]
      expect([tables[0], predictions[0]]).toEqual(before)
      expect([tables.length, predictions.length]).toEqual([2, 2])
    })

    it('writes the pictures once, and each time what the network takes them for', async () => {
      const model = await trainClasses({ samples: [pictures, classes], writeImages: true })
      const [[width, height, ...files], ...more] = texts('inputs/image')
      expect([width, height, files.length, more.length]).toEqual(['2', '2', 16, 0])
      const outputs = await (await model.predict(pictures)).data()
      const rows = Array.from({ length: 16 }, (_, i) => {
        const row = [...outputs.subarray(3 * i, 3 * i + 3)]
        const greatest = Math.max(...row)
        return [`${i % 3}`, `${row.indexOf(greatest)}`, greatest.toPrecision(4)]
      })
      expect(texts('predictions')).toHaveLength(2)
      expect(texts('predictions')[1]).toEqual(['label', 'predicted', 'output', ...rows.flat()])
    })

    it('counts which classes were taken for which', async () => {
      const model = await trainClasses({
        confusionSamples: [tensor(pictures), classes],
        classNames: ['cat', 'dog', 'cow'],
        writeImages: true,
      })
      const outputs = await (await model.predict(pictures)).data()
      const counts = [0, 1, 2].map(() => [0, 0, 0])
      classes.forEach((label, i) => {
        const row = [...outputs.subarray(3 * i, 3 * i + 3)]
        counts[label][row.indexOf(Math.max(...row))]++
      })
      const names = ['cat', 'dog', 'cow']
      const table = [
        ['label \\ predicted', ...names],
        ...counts.map((row, i) => [names[i], ...row.map(String)]),
      ]
      expect(texts('confusion_matrix')).toHaveLength(2)
      expect(texts('confusion_matrix')[1]).toEqual(table.flat())
      expect(texts('confusion_matrix/image')[1].slice(0, 2)).toEqual(['177', '177'])
    })

    it('takes one-hot labels, and a single unit for two classes', async () => {
      const oneHot = classes.map((label) => [0, 1, 2].map((each) => Number(each === label)))
      await trainClasses({ confusionSamples: [pictures, oneHot] })
      const matrix = texts('confusion_matrix')[1]
        .slice(4)
        .filter((_, i) => i % 4 > 0)
        .map(Number)
      expect([0, 3, 6].map((i) => matrix[i] + matrix[i + 1] + matrix[i + 2])).toEqual([7, 7, 6])
      rmSync(join(folder, 'train'), { recursive: true })
      const halves = classes.map((label) => Number(label > 0))
      await trainClasses({ confusionSamples: [pictures, halves] }, 1, 'mse')
      expect(texts('confusion_matrix')[0]).toHaveLength(9)
      expect(texts('confusion_matrix/image')).toEqual([])
    })

    it('writes no predictions of a regression, and says that there is no matrix of one', async () => {
      const heights = classes.map((label) => label / 7)
      await trainClasses({ samples: [pictures, heights] }, 1, 'mse')
      expect(texts('predictions')).toEqual([])
      const failure = trainClasses({ confusionSamples: [pictures, heights] }, 1, 'mse')
      await expect(failure).rejects.toThrow(
        /confusionSamples need a network with one output of 1 to 100 classes/,
      )
      const strange = trainClasses({ confusionSamples: [pictures, classes.map((label) => label + 1)] })
      await expect(strange).rejects.toThrow(
        /expected labels from 0 to 2 for outputs of shape \[20, 3\], received 3/,
      )
    })
  })

  it('writes the layers of models that are put together of them', async () => {
    const { model } = await train()
    const graph = () => events('train').filter(({ tag }) => tag === 'keras' || tag === 'graph_def')
    expect(graph()).toEqual([
      { tag: 'graph_def', step: 0, plugin: '', elements: [] },
      { tag: 'keras', step: 0, plugin: 'graph_keras_model', elements: [await model.toJson()] },
    ])
    expect(JSON.parse(String(graph()[1].elements[0])).config.layers).toHaveLength(3)
    rmSync(join(folder, 'train'), { recursive: true })
    await train({ writeGraph: false })
    expect(graph()).toEqual([])

    class Own extends Model {
      readonly out = layers.dense(1)
      override call(input: Tensor) {
        return this.out(input)
      }
    }
    const own = new Own()
    own.compile({ loss: 'mse', optimizer: 'sgd' })
    await own.fit(x, y, { ...fitOptions, callbacks: [tensorBoard({ logDir: folder })] })
    expect(graph()).toEqual([])
  })

  it('writes hyper-parameters, and how the run ended', async () => {
    await train({ hparams: { units: 3, optimizer: 'adam' } })
    const tags = () => events('.').map(({ tag, plugin }) => [tag, plugin])
    const whole = [
      ['_hparams_/session_start_info', 'hparams'],
      ['_hparams_/session_end_info', 'hparams'],
    ]
    expect(tags()).toEqual(whole)
    const breaks: CallbackLike = { onEpochEnd: () => Promise.reject(new Error('broken')) }
    await expect(train({ hparams: { units: 3 } }, {}, [breaks])).rejects.toThrow('broken')
    expect(tags()).toEqual([...whole, ...whole])
  })

  it('has all in whole files when training fails', async () => {
    const breaks: CallbackLike = {
      onEpochEnd(epoch) {
        if (epoch === 1) throw new Error('broken')
      },
    }
    await expect(train({ updateFreq: 'batch', histogramFreq: 1 }, {}, [breaks])).rejects.toThrow('broken')
    expect(curves('train').batch_loss).toHaveLength(6)
    expect(curves('train').epoch_loss).toHaveLength(2)
    expect(events('train').filter(({ plugin }) => plugin === 'histograms')).toHaveLength(8)
  })

  it.each([2, 'epoch'] as const)(
    'goes on after an interruption without gaps or repetitions, saved by %s',
    async (saveFreq) => {
      const options = { updateFreq: 'batch', histogramFreq: 1, hparams: { units: 3 } } as const
      const keep = () => backupAndRestore(join(folder, 'backup'), { saveFreq })
      // Histograms are written beside training: between which batches is chance.
      const byTag = (found: ReadEvent[]) =>
        found.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0))
      await train(options, {}, [keep()])
      const whole = { train: byTag(events('train')), validation: events('validation') }
      for (const name of ['train', 'validation']) rmSync(join(folder, name), { recursive: true })

      const breaksAt = (epoch: number, batch: number): CallbackLike => {
        let now = -1
        return {
          onEpochBegin(begun) {
            now = begun
          },
          onTrainBatchEnd(ended) {
            if (now === epoch && ended === batch) throw new Error('killed')
          },
        }
      }
      // The second attempt is broken off before it could keep anything; the state is still that of the first.
      for (const [epoch, batch] of [
        [1, 1],
        [1, 1],
        [2, 0],
      ] as const) {
        await expect(train(options, {}, [keep(), breaksAt(epoch, batch)])).rejects.toThrow('killed')
      }
      await train(options, {}, [keep()])
      expect(events('validation')).toEqual(whole.validation)
      expect(byTag(events('train'))).toEqual(whole.train)
    },
  )

  it('lets training go on before its histograms are counted, where a run that is resumed can count them', async () => {
    const states: unknown[] = []
    const keeps: CallbackLike = {
      async keepTraining(capture, { kind }) {
        if (kind === 'epoch') states.push((await capture())?.callbacks.tensor_board)
      },
    }
    const options = { histogramFreq: 2 }
    const { board } = await train(options, {}, [keeps])
    // Behind the last epoch there is no training that would wait for them.
    expect(states).toMatchObject([{ histogramsOf: 0 }, { histogramsOf: null }, { histogramsOf: null }])
    expect(await board.getState()).toMatchObject({ histogramsOf: null })
    states.length = 0
    // Weights that are others by the time that the state is kept.
    const changes: CallbackLike & { model?: ReturnType<typeof makeModel> } = {
      setModel(model) {
        this.model = model as ReturnType<typeof makeModel>
      },
      onEpochEnd() {
        this.model?.weights[1].write([1, 2, 3])
      },
    }
    await train({ ...options, logDir: join(folder, 'other') }, {}, [changes, keeps])
    expect(states).toMatchObject([{ histogramsOf: null }, { histogramsOf: null }, { histogramsOf: null }])
  })

  it('says before the first batch that a folder cannot be written', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const batch: CallbackLike = { onTrainBatchEnd: () => Promise.reject(new Error('a batch was run')) }
    const error = await train({ logDir: file }, {}, [batch]).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(DataError)
    expect(String(error)).toMatch(/file\/train: events cannot be written: .* Give the name of a folder/)
  })

  it.each([
    [{ logDir: '' }, /expected the path of a folder as logDir, received ''/],
    [{ updateFreq: 0 }, /updateFreq 'epoch', 'batch' or a number of batches of at least 1, received 0/],
    [{ histogramFreq: -1 }, /histogramFreq: expected an integer of at least 0/],
    [{ profileBatch: 5 }, /profileBatch: expected 0, received 5: Gradus writes no profile. `gradus profile`/],
    [{ embeddingsFreq: 1 }, /embeddingsFreq: expected 0/],
    [{ hparams: { a: [1] } }, /numbers, texts or booleans/],
    [{ samples: [x] }, /expected samples as a pair \[x, y\]/],
    [{ confusionSamples: [x, y] }, /confusionSamples are looked at with the histograms. Set histogramFreq/],
    [
      { classNames: 'cat' },
      /expected classNames as a list of texts, such as \['cat', 'dog'\], received 'cat'/,
    ],
    [{ samples: [x, y] }, /samples are looked at with the histograms. Set histogramFreq/],
    [{ log_dir: 'logs' }, /Write 'logDir'/],
    ['logs', /expected an object of options, such as \{ logDir: '.\/logs' \}/],
  ])('refuses %j', (options, message) => {
    expect(() => tensorBoard(options as TensorBoardOptions)).toThrow(ArgumentError)
    expect(() => tensorBoard(options as TensorBoardOptions)).toThrow(message)
    expect(tensorBoard({ profileBatch: 0, embeddingsFreq: 0 }).logDir).toBe('logs')
  })
})
