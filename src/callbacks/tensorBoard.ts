import { ArgumentError, DataError } from '../errors.js'
import type { Elements } from '../graph/dtype.js'
import type { Shape } from '../graph/shape.js'
import { arrayPicture } from '../tensorboard/arrayPicture.js'
import type { EventFileSizes } from '../tensorboard/eventFile.node.js'
import { BUCKETS, histogramSummary } from '../tensorboard/histogram.js'
import { checkHyperParameters, type HyperParameters } from '../tensorboard/hparams.js'
import type { SummaryValue } from '../tensorboard/summaryValue.js'
import { SummaryWriter } from '../tensorboard/summaryWriter.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import { BackgroundWrites } from './backgroundWrites.js'
import { Callback, type Logs } from './callback.js'
import {
  confusionOf,
  type LabelledSamples,
  predictionsOf,
  type Write,
  writeInputs,
} from './tensorBoardSamples.js'
import type { CaptureState, TrainingMoment } from './trainingState.js'

export interface TensorBoardOptions {
  /** The folder to write into, which is made if there is none. Runs side by side in one folder are compared. Default: `'logs'`. */
  readonly logDir?: string
  /** After every how many epochs the weights are written as histograms; 0 for never. Default: 0. */
  readonly histogramFreq?: number
  /** Whether the model's layers are written, for the page of graphs. Default: true. */
  readonly writeGraph?: boolean
  /** Whether weights are written as pictures too, with their histograms. Default: false. */
  readonly writeImages?: boolean
  /**
   * A few samples and their labels. With the histograms of the weights, those of their gradients and of the layers' outputs on these
   * samples are written, and, of up to 16 of them, which classes the network takes them for; with `writeImages` also the samples
   * themselves, where they are pictures, and the first one's feature maps. Default: none.
   */
  readonly samples?: LabelledSamples
  /**
   * Samples of classes, and their labels: with the histograms it is written how many of each class were taken for which, as a table, and
   * with `writeImages` as a picture. They are predicted each time. Default: none.
   */
  readonly confusionSamples?: LabelledSamples
  /** What the classes are called in these tables. Default: their numbers. */
  readonly classNames?: readonly string[]
  /** Whether it is written how many steps a second takes. Default: false. */
  readonly writeStepsPerSecond?: boolean
  /** When loss and metrics are written: after each epoch, `'epoch'`, or besides after each batch, `'batch'`, or every so many. Default: `'epoch'`. */
  readonly updateFreq?: 'epoch' | 'batch' | number
  /** What was chosen for this run, for the page of hyper-parameters (TensorBoard's `hp.KerasCallback`). Default: none. */
  readonly hparams?: HyperParameters
  /** Keras's option; only 0 is allowed. `gradus profile` measures steps. */
  readonly profileBatch?: 0
  /** Keras's option; only 0 is allowed. */
  readonly embeddingsFreq?: 0
}

/**
 * Writes what TensorBoard shows of a run (Keras's `TensorBoard`), into `train/` and `validation/` of a folder:
 *
 * - `epoch_loss`, `epoch_accuracy`, ..., `epoch_learning_rate`, by epoch from 0, of training and of validation;
 * - `evaluation_loss_vs_iterations`, ..., of each evaluation, by steps taken;
 * - with `updateFreq`: `batch_loss`, ..., by batch from 1, counted over epochs: means over the epoch so far;
 * - with `writeStepsPerSecond`: `epoch_steps_per_second`, and `batch_steps_per_second` with `updateFreq`;
 * - with `histogramFreq`: each weight as a histogram, and with `writeImages` as a picture; with `samples` gradients, the layers' outputs and
 *   `predictions` too; with `confusionSamples` the `confusion_matrix`;
 * - the model's layers, and hyper-parameters.
 *
 * Writing goes on beside training. Each epoch is in the file soon after its end. A run that is resumed goes on in new files, and what was
 * written after the state that it goes on from is taken out of the old ones. It works in Node.
 *
 * @throws DataError, before the first batch, if the folder cannot be written
 * @example
 * await model.fit(x, y, { epochs: 5, callbacks: [callbacks.tensorBoard({ logDir: './logs' })] })
 */
export class TensorBoard extends Callback {
  static override readonly className = 'TensorBoard'
  static readonly options: OptionKeys<TensorBoardOptions> = {
    logDir: true,
    histogramFreq: true,
    writeGraph: true,
    writeImages: true,
    samples: true,
    confusionSamples: true,
    classNames: true,
    writeStepsPerSecond: true,
    updateFreq: true,
    hparams: true,
    profileBatch: true,
    embeddingsFreq: true,
  }
  override readonly asyncSafe = true

  readonly logDir: string
  readonly histogramFreq: number
  readonly writeGraph: boolean
  readonly writeImages: boolean
  readonly writeStepsPerSecond: boolean
  readonly updateFreq: 'epoch' | number
  readonly samples: LabelledSamples | undefined
  readonly confusionSamples: LabelledSamples | undefined
  readonly classNames: readonly string[] | undefined
  readonly hparams: HyperParameters | undefined

  private readonly histograms = new BackgroundWrites()
  /** Of which epoch and of which weights they are. */
  private counted: { readonly epoch: number; readonly versions: readonly number[] } | undefined
  private writers: Writers
  private isTraining = false
  /** Whether what stands at the beginning of a run was written. */
  private hasBegun = false
  /** Batches of training, over epochs. */
  private batches = 0
  private epochBegan = { batches: 0, time: 0 }
  /** When steps were timed last, within the epoch. */
  private timed = { batches: 0, time: 0 }

  constructor(options: TensorBoardOptions = {}) {
    super()
    checkOptions(options, this.className, "{ logDir: './logs' }", new.target.options)
    const { logDir = 'logs', updateFreq = 'epoch' } = options
    if (typeof logDir !== 'string' || logDir === '') {
      throw new ArgumentError(
        `${this.className}: expected the path of a folder as logDir, received ${show(logDir)}.`,
      )
    }
    refuse(
      options.profileBatch,
      'profileBatch',
      'writes no profile. `gradus profile` shows where the time of a step goes',
    )
    refuse(
      options.embeddingsFreq,
      'embeddingsFreq',
      'writes nothing for the projector. Write the weights with model.saveWeights',
    )
    this.logDir = logDir
    this.histogramFreq = positiveInteger(options.histogramFreq ?? 0, `${this.className}: histogramFreq`, 0)
    this.writeGraph = options.writeGraph ?? true
    this.writeImages = options.writeImages ?? false
    this.writeStepsPerSecond = options.writeStepsPerSecond ?? false
    this.updateFreq = updateFreq === 'batch' ? 1 : updateFreq
    if (this.updateFreq !== 'epoch' && !(Number.isInteger(this.updateFreq) && this.updateFreq >= 1)) {
      throw new ArgumentError(
        `${this.className}: expected updateFreq 'epoch', 'batch' or a number of batches of at least 1, received ${show(updateFreq)}.`,
      )
    }
    this.samples = checkedSamples(options, 'samples')
    this.confusionSamples = checkedSamples(options, 'confusionSamples')
    this.classNames = checkedNames(options.classNames)
    if (options.hparams) checkHyperParameters(options.hparams, this.className)
    this.hparams = options.hparams
    this.writers = makeWriters(logDir, freshId())
  }

  override onTrainBegin(): void {
    this.isTraining = true
    this.hasBegun = false
    this.batches = 0
    this.writers = makeWriters(this.logDir, freshId())
  }

  override onEpochBegin(): void {
    this.epochBegan = { batches: this.batches, time: performance.now() }
    this.timed = this.epochBegan
  }

  override async onTrainBatchBegin(): Promise<void> {
    this.histograms.release()
    // Before the first of a run, the state that it goes on from has come back.
    if (this.hasBegun) return
    this.hasBegun = true
    const { train, root } = this.writers
    await train.open()
    if (this.writeGraph) await this.writeModel(train)
    if (this.hparams) await root.hparams(this.hparams)
    if (this.samples && this.writeImages) await writeInputs(train, this.samples, 0)
  }

  override async onTrainBatchEnd(_batch: number, logs: Logs): Promise<void> {
    const step = ++this.batches
    if (this.updateFreq === 'epoch' || step % this.updateFreq !== 0) return
    const { train } = this.writers
    if (this.writeStepsPerSecond) {
      await train.scalar('batch_steps_per_second', this.stepsPerSecond(this.timed), { step })
      this.timed = { batches: step, time: performance.now() }
    }
    await writeScalars(train, 'batch_', logs, step)
  }

  override async onTestEnd(logs: Logs, failure?: unknown): Promise<void> {
    const { optimizer } = this.model
    if (failure === undefined && optimizer) {
      const [step] = await optimizer.iterations.data()
      for (const [key, value] of Object.entries(logs)) {
        // The training samples, measured once more, stand beside those of validation.
        const isTraining = key.startsWith('train_')
        const writer = isTraining ? this.writers.train : this.writers.validation
        const name = isTraining ? key.slice('train_'.length) : key
        await writer.scalar(`evaluation_${name}_vs_iterations`, value, { step })
      }
    }
    if (!this.isTraining) await this.close()
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { train, validation } = this.writers
    const isValidation = ([key]: readonly [string, number]) => key.startsWith('val_')
    const entries = Object.entries(logs)
    const trainLogs = Object.fromEntries(entries.filter((entry) => !isValidation(entry)))
    if (this.model.optimizer) trainLogs.learning_rate = this.model.optimizer.learningRate
    if (this.writeStepsPerSecond) trainLogs.steps_per_second = this.stepsPerSecond(this.epochBegan)
    await writeScalars(train, 'epoch_', trainLogs, epoch)
    const measured = entries.filter(isValidation).map(([key, value]) => [key.slice('val_'.length), value])
    await writeScalars(validation, 'epoch_', Object.fromEntries(measured), epoch)
    if (this.histogramFreq === 0 || epoch % this.histogramFreq !== 0) return
    await this.look(epoch)
  }

  override keepTraining(_capture: CaptureState, moment: TrainingMoment): void {
    this.histograms.releaseLast(moment)
  }

  override async onTrainEnd(_logs: Logs, failure?: unknown): Promise<void> {
    this.isTraining = false
    try {
      await this.histograms.finish()
      if (this.hparams && this.hasBegun) await this.writers.root.endHparams(failure === undefined)
    } finally {
      await this.close()
    }
  }

  override async filesWritten(): Promise<void> {
    const { root, train, validation } = this.writers
    await Promise.all([root, train, validation].map((writer) => writer.flush()))
  }

  /** Training does not wait for histograms: a run that goes on from here counts them itself, as it finds the weights that they are of. */
  override async getState(): Promise<TensorBoardState> {
    const histogramsOf = this.uncountedEpoch()
    if (histogramsOf === null) await this.histograms.finish()
    const { id, ...writers } = this.writers
    const [root, train, validation] = await Promise.all(
      [writers.root, writers.train, writers.validation].map((writer) => writer.getState()),
    )
    const files = { root, train, validation }
    return { id, batches: this.batches, hasBegun: this.hasBegun, histogramsOf, files }
  }

  /** The epoch of whose histograms nothing is written, if the weights are still those that they are of. */
  private uncountedEpoch(): number | null {
    const { counted, model } = this
    if (!counted || !this.histograms.isWaiting) return null
    return model.weights.every(({ version }, i) => version === counted.versions[i]) ? counted.epoch : null
  }

  override async setState({ id, batches, hasBegun, histogramsOf, files }: TensorBoardState): Promise<void> {
    this.batches = batches
    this.hasBegun = hasBegun
    this.epochBegan = { ...this.epochBegan, batches }
    this.timed = this.epochBegan
    this.writers = makeWriters(this.logDir, id)
    const { root, train, validation } = this.writers
    await root.setState(files.root)
    await train.setState(files.train)
    await validation.setState(files.validation)
    // A state of before this was kept has none.
    if (typeof histogramsOf === 'number') await this.look(histogramsOf)
  }

  private stepsPerSecond({ batches, time }: { readonly batches: number; readonly time: number }): number {
    return (this.batches - batches) / ((performance.now() - time) / 1000)
  }

  /** The layers of a model that is put together of them; where one has no config, a warning stands for Keras's graph. */
  private async writeModel(writer: SummaryWriter): Promise<void> {
    if (!graphClasses.includes(this.model.className)) return
    await writer.layerGraph(await this.model.layerNodes())
    try {
      await writer.kerasModel(await this.model.toJson())
    } catch (error) {
      if (error instanceof DataError) throw error
      console.warn(
        `Warning: ${this.className}: the conceptual graph of ${this.model.title} is left out:`,
        error,
      )
    }
  }

  /**
   * Classes are predicted, the weights as of now are copied, and what comes of the samples is counted where it lies; all is written while the
   * next epoch runs, with histograms and pictures of the weights.
   */
  private async look(epoch: number): Promise<void> {
    const { model, samples, confusionSamples, classNames, writeImages: isDrawn } = this
    const writes: Write[] = []
    if (samples) writes.push(await predictionsOf(model, samples, { step: epoch, classNames }))
    if (confusionSamples) {
      writes.push(await confusionOf(model, confusionSamples, { step: epoch, classNames, isDrawn }))
    }
    const { weights } = model
    const versions = weights.map(({ version }) => version)
    const names = uniqueNames(weights.map(({ name }) => name))
    const arrays = await Promise.all(weights.map((weight) => weight.snapshot()))
    const inspected = samples ? await this.inspect(samples, names) : []
    const { train } = this.writers
    await this.histograms.start(async () => {
      for (const write of writes) await write(train)
      for (const [i, { shape }] of weights.entries()) {
        await train.summary(histogramOf(names[i], arrays[i]), epoch)
        if (this.writeImages) await writePicture(train, { name: names[i], shape, data: arrays[i] }, epoch)
      }
      for (const { histogram, map } of inspected) {
        await train.summary(histogram, epoch)
        if (map) await writePicture(train, map, epoch)
      }
    })
    this.counted = { epoch, versions }
  }

  /** Gradients, which are as many numbers as weights, and look like noise, are not drawn; of the layers' outputs the first sample's are. */
  private inspect([x, y]: LabelledSamples, names: readonly string[]): Promise<InspectedArray[]> {
    const { weights } = this.model
    return this.model.inspectInPlace(x, y, ({ gradients, activations }) => {
      const layers = uniqueNames(activations.map(({ layer }) => layer))
      return [
        ...gradients.map(({ weight, values }) => ({
          histogram: histogramOf(`${names[weights.indexOf(weight)]}/gradient`, values.data),
        })),
        ...activations.map(({ values: { shape, data } }, i) => {
          const name = `${layers[i]}/activations`
          const first = data.slice(0, data.length / shape[0])
          const map = this.writeImages ? { name, shape: shape.slice(1), data: first } : undefined
          return { histogram: histogramOf(name, data), map }
        }),
      ]
    })
  }

  private async close(): Promise<void> {
    const { root, train, validation } = this.writers
    const closed = await Promise.allSettled([root, train, validation].map((writer) => writer.close()))
    for (const each of closed) if (each.status === 'rejected') throw each.reason
  }
}

/** Models of which it is known how their layers are joined. */
const graphClasses: readonly string[] = ['Sequential', 'Functional']

interface TensorBoardState {
  readonly id: string
  readonly batches: number
  readonly hasBegun: boolean
  /** The epoch whose histograms are missing in the files; null if none are. */
  readonly histogramsOf: number | null
  readonly files: { readonly [Name in 'root' | 'train' | 'validation']: EventFileSizes }
}

/** The writers of a run, whose files bear its id in their names. */
interface Writers {
  readonly id: string
  readonly root: SummaryWriter
  readonly train: SummaryWriter
  readonly validation: SummaryWriter
}

function makeWriters(logDir: string, id: string): Writers {
  const writer = (folder: string) => new SummaryWriter(`${logDir}${folder}`, { filenameSuffix: `.${id}.v2` })
  return { id, root: writer(''), train: writer('/train'), validation: writer('/validation') }
}

const freshId = (): string => crypto.randomUUID().slice(0, 8)

async function writeScalars(writer: SummaryWriter, prefix: string, logs: Logs, step: number): Promise<void> {
  for (const [key, value] of Object.entries(logs)) await writer.scalar(`${prefix}${key}`, value, { step })
}

/** What is shown of an array that was computed for the samples. */
interface InspectedArray {
  readonly histogram: SummaryValue
  readonly map?: NamedArray
}

/** An array to be drawn. */
interface NamedArray {
  readonly name: string
  readonly shape: Shape
  readonly data: Elements
}

const histogramOf = (name: string, numbers: Elements): SummaryValue =>
  histogramSummary(`${name}/histogram`, numbers, BUCKETS)

async function writePicture(
  writer: SummaryWriter,
  { name, shape, data }: NamedArray,
  step: number,
): Promise<void> {
  const picture = arrayPicture(shape, data)
  if (picture) await writer.picture(`${name}/image`, picture, { step })
}

/** Names, from the second of its kind on with a number that no other has. */
function uniqueNames(names: readonly string[]): string[] {
  const [seen, taken] = [new Set<string>(), new Set(names)]
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name)
      return name
    }
    let number = 1
    while (taken.has(`${name}_${number}`)) number++
    taken.add(`${name}_${number}`)
    return `${name}_${number}`
  })
}

/** @throws ArgumentError for what is no pair, and where they would never be looked at */
function checkedSamples(
  options: TensorBoardOptions,
  option: 'samples' | 'confusionSamples',
): LabelledSamples | undefined {
  const samples = options[option]
  if (samples === undefined) return undefined
  if (!Array.isArray(samples) || samples.length !== 2) {
    throw new ArgumentError(`TensorBoard: expected ${option} as a pair [x, y], received ${show(samples)}.`)
  }
  if (options.histogramFreq) return samples as unknown as LabelledSamples
  throw new ArgumentError(
    `TensorBoard: ${option} are looked at with the histograms. Set histogramFreq, for example to 1.`,
  )
}

function checkedNames(names: TensorBoardOptions['classNames']): readonly string[] | undefined {
  if (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    return names
  }
  throw new ArgumentError(
    `TensorBoard: expected classNames as a list of texts, such as ['cat', 'dog'], received ${show(names)}.`,
  )
}

function refuse(value: unknown, option: string, reason: string): void {
  if (value === undefined || value === 0) return
  throw new ArgumentError(`TensorBoard: ${option}: expected 0, received ${show(value)}: Gradus ${reason}.`)
}

/** See `TensorBoard`. */
export const tensorBoard = (options?: TensorBoardOptions): TensorBoard => new TensorBoard(options)
