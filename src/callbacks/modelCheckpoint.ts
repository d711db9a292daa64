import { ArgumentError } from '../errors.js'
import { makeFolderOf, writeFile } from '../saving/files.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { BackgroundWrites } from './backgroundWrites.js'
import type { CallbackModel, LoggedMetric, Logs, VerboseOption } from './callback.js'
import { formatPath, type PathField } from './formatPath.js'
import { MonitorCallback, type MonitorOptions } from './monitorCallback.js'
import { BatchCount, type SaveFrequency } from './saveFrequency.js'
import type { CaptureState, TrainingMoment } from './trainingState.js'

export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'>, VerboseOption {
  /** Whether only a model that is better than all before is saved. Default: false. */
  readonly saveBestOnly?: boolean
  /** Whether weights alone are saved, into a `.weights.h5` or `.safetensors` file. Default: false. */
  readonly saveWeightsOnly?: boolean
  /** After each epoch, `'epoch'`, or after every so many batches. Default: `'epoch'`. */
  readonly saveFreq?: SaveFrequency
  /** What is monitored must be better than this for the first save. Default: none. */
  readonly initialValueThreshold?: number
}

const formats = { model: ['keras', 'h5'], weights: ['weights.h5', 'safetensors'] } as const
type Format = (typeof formats)['model' | 'weights'][number]

/** A model of which a copy can be made between two steps, and a file of the copy while the next ones run. */
interface SavableModel extends CallbackModel {
  snapshot(format: Format): Promise<() => Promise<readonly Uint8Array[]>>
}

/** Saves the model while it is trained: see `modelCheckpoint`. */
export class ModelCheckpoint extends MonitorCallback<SavableModel> {
  static override readonly className = 'ModelCheckpoint'
  static override readonly options: OptionKeys<ModelCheckpointOptions> & typeof MonitorCallback.options = {
    ...MonitorCallback.options,
    verbose: true,
    saveBestOnly: true,
    saveWeightsOnly: true,
    saveFreq: true,
    initialValueThreshold: true,
    minDelta: false,
  }
  override readonly asyncSafe = true

  readonly saveBestOnly: boolean
  readonly saveWeightsOnly: boolean
  readonly saveFreq: SaveFrequency
  readonly verbose: 0 | 1
  private readonly count: BatchCount
  private readonly writes = new BackgroundWrites()
  private readonly format: Format
  private epoch = 0
  private keys: readonly string[] = []

  constructor(
    readonly filepath: string,
    options: ModelCheckpointOptions = {},
  ) {
    super(options, 0)
    this.saveBestOnly = options.saveBestOnly ?? false
    this.saveWeightsOnly = options.saveWeightsOnly ?? false
    this.saveFreq = options.saveFreq ?? 'epoch'
    this.verbose = options.verbose ?? 0
    this.best = options.initialValueThreshold
    this.count = new BatchCount(this.saveFreq, this.className)
    this.format = this.formatOf(filepath)
  }

  private formatOf(path: string): Format {
    const known = formats[this.saveWeightsOnly ? 'weights' : 'model']
    // `.weights.h5` ends in `.h5`.
    const ending = /\.(weights\.h5|[^.]+)$/.exec(String(path))?.[1]
    const format = known.find((each) => each === ending)
    if (format) return format
    const hint = this.saveWeightsOnly ? 'since saveWeightsOnly is set' : 'weights alone: set saveWeightsOnly'
    throw new ArgumentError(
      `${this.className}: expected a file that ends in .${known.join(' or .')} (${hint}), received ${show(path)}.`,
    )
  }

  /** @throws ArgumentError if the logs will not have what is monitored, or what stands in the file's name */
  override setMetrics(metrics: readonly LoggedMetric[]): void {
    const isPerBatch = this.saveFreq !== 'epoch'
    // At the end of a batch nothing is validated yet.
    const known = isPerBatch ? metrics.filter(({ key }) => !/^(val|train)_/.test(key)) : metrics
    if (this.saveBestOnly) super.setMetrics(known)
    this.keys = known.map(({ key }) => key)
    this.pathFor(0, isPerBatch ? 0 : undefined, {})
  }

  /**
   * A file is made and left alone: so HDF5's library, a quarter of a second of a processor, is loaded and lays it out in the first epoch,
   * whose steps are slow anyway, and none of the files needs it any more.
   */
  override async onTrainBegin(): Promise<void> {
    const makeFile = await this.model.snapshot(this.format)
    // What fails will be heard of when a file is wanted.
    makeFile().catch(() => {})
  }

  override onEpochBegin(epoch: number): void {
    this.epoch = epoch
  }

  override onTrainBatchBegin(batch: number): void {
    this.count.begin(batch)
    this.writes.release()
  }

  override needsModelAfter(batch: number): boolean {
    return this.count.isDue(batch)
  }

  override async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    if (this.count.isDue(batch)) await this.save(logs, batch)
  }

  override async onEpochEnd(_epoch: number, logs: Logs): Promise<void> {
    if (this.saveFreq === 'epoch') await this.save(logs)
  }

  override keepTraining(_capture: CaptureState, moment: TrainingMoment): void {
    this.writes.releaseLast(moment)
  }

  override onTrainEnd(): Promise<void> {
    return this.writes.finish()
  }

  private async save(logs: Logs, batch?: number): Promise<void> {
    const path = this.pathFor(this.epoch, batch, logs)
    if (!this.isWanted(path, logs)) return
    const makeFile = await this.model.snapshot(this.format)
    const done = `Epoch ${this.epoch + 1}: finished saving model to ${path}`
    await this.writes.start(async () => {
      await makeFolderOf(path)
      await writeFile(path, await makeFile())
      if (this.verbose > 0) this.say(done)
    })
  }

  /** Whether the model of now is to be saved; remembers it as the best, if it is that. */
  private isWanted(path: string, logs: Logs): boolean {
    const title = `Epoch ${this.epoch + 1}:`
    const say = (text: string) => {
      if (this.verbose > 0) this.say(`${title} ${text}`)
    }
    if (!this.saveBestOnly) {
      say(`saving model to ${path}`)
      return true
    }
    const value = this.monitored(logs)
    // An epoch that was not validated.
    if (value === undefined) return false
    const before = this.best === undefined ? 'None' : this.best.toFixed(5)
    if (!this.isImprovement(value, this.best)) {
      say(`${this.monitor} did not improve from ${before}`)
      return false
    }
    say(`${this.monitor} improved from ${before} to ${value.toFixed(5)}, saving model to ${path}`)
    this.best = value
    return true
  }

  private pathFor(epoch: number, batch: number | undefined, logs: Logs): string {
    const measured = Object.fromEntries(
      this.keys.map((key): [string, PathField] => [
        key,
        { value: logs[key] ?? Number.NaN, isInteger: false },
      ]),
    )
    const fields = {
      ...measured,
      epoch: { value: epoch + 1, isInteger: true },
      ...(batch !== undefined && { batch: { value: batch + 1, isInteger: true } }),
    }
    return formatPath(this.filepath, fields, `${this.className}: filepath`)
  }

  override filesWritten(): Promise<void> {
    return this.writes.finish()
  }

  override getState(): ModelCheckpointState {
    return { best: this.best, seen: this.count.seen }
  }

  override setState({ best, seen }: ModelCheckpointState): void {
    this.best = best
    this.count.seen = seen
  }
}

interface ModelCheckpointState {
  readonly best: number | undefined
  readonly seen: number
}

/**
 * Saves the model while it is trained, into one file again and again, or into one for each save (Keras's `ModelCheckpoint`).
 *
 * The model is copied between two steps and written while the next ones run; each file is whole or not there. `models.loadModel`
 * opens it, and training can go on from it; to go on with an interrupted run as if nothing had happened, use `backupAndRestore`.
 *
 * Options and their defaults: `monitor` `'val_loss'`, `verbose` 0, `saveBestOnly` false, `saveWeightsOnly` false, `mode` `'auto'`,
 * `saveFreq` `'epoch'`, `initialValueThreshold` none. An epoch without the monitored number, as one that is not validated, is never the best.
 *
 * @param filepath ends in `.keras` or `.h5`, of weights in `.weights.h5` or `.safetensors`. `epoch`, `batch` and the keys of the logs may
 * stand in it in braces, with a format of Python's: `'{epoch:02d}-{val_loss:.2f}.keras'`. Its folder is made if it is missing.
 * @throws ArgumentError from `fit`, before the first batch, if the logs will not have what is monitored or named
 * @throws DataError from `fit`, if a file cannot be written; one that was there before is as it was
 * @example
 * const best = callbacks.modelCheckpoint('best.keras', { saveBestOnly: true })
 * await model.fit(x, y, { epochs: 20, validationSplit: 0.1, callbacks: [best] })
 */
export const modelCheckpoint = (filepath: string, options?: ModelCheckpointOptions): ModelCheckpoint =>
  new ModelCheckpoint(filepath, options)
