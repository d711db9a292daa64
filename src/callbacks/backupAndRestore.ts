import { ArgumentError, StateError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { BackgroundWrites } from './backgroundWrites.js'
import type { BackupFolder } from './backupFolder.node.js'
import { Callback, type Logs } from './callback.js'
import { BatchCount, type SaveFrequency } from './saveFrequency.js'
import type { CaptureState, SavedTraining, TrainingMoment } from './trainingState.js'
import { encodeState } from './trainingStateFile.js'

export interface BackupAndRestoreOptions {
  /** When the state is saved: after each epoch, `'epoch'`, or after every so many batches. Default: `'epoch'`. */
  readonly saveFreq?: SaveFrequency
  /** Whether the state before the last one is kept too, to fall back on if the last is damaged. Default: false. */
  readonly doubleCheckpoint?: boolean
  /** Whether the state is deleted when training has ended well. Default: true. */
  readonly deleteCheckpoint?: boolean
}

/** Saves the state of training, and goes on from it: see `backupAndRestore`. */
export class BackupAndRestore extends Callback {
  static override readonly className = 'BackupAndRestore'
  static readonly options: OptionKeys<BackupAndRestoreOptions> = {
    saveFreq: true,
    doubleCheckpoint: true,
    deleteCheckpoint: true,
  }
  override readonly asyncSafe = true

  readonly saveFreq: SaveFrequency
  readonly doubleCheckpoint: boolean
  readonly deleteCheckpoint: boolean
  private readonly count: BatchCount
  private readonly writes = new BackgroundWrites()
  private folder: BackupFolder | undefined

  constructor(
    readonly backupDir: string,
    options: BackupAndRestoreOptions = {},
  ) {
    super()
    checkOptions(options, this.className, '{ saveFreq: 100 }', new.target.options)
    if (typeof backupDir !== 'string' || backupDir === '') {
      throw new ArgumentError(
        `${this.className}: expected the path of a folder, received ${show(backupDir)}.`,
      )
    }
    this.saveFreq = options.saveFreq ?? 'epoch'
    this.doubleCheckpoint = options.doubleCheckpoint ?? false
    this.deleteCheckpoint = options.deleteCheckpoint ?? true
    this.count = new BatchCount(this.saveFreq, this.className)
  }

  override async restoreTraining(): Promise<SavedTraining | undefined> {
    this.folder = await openFolder(this.backupDir, this.doubleCheckpoint)
    return this.folder.read()
  }

  override async onTrainBegin(): Promise<void> {
    await this.folder?.open()
  }

  override onTrainBatchBegin(batch: number): void {
    this.count.begin(batch)
    this.writes.release()
  }

  override needsModelAfter(batch: number): boolean {
    return this.count.isDue(batch)
  }

  override async keepTraining(
    capture: CaptureState,
    moment: TrainingMoment,
    filesWritten: () => Promise<void>,
  ): Promise<void> {
    const { folder } = this
    if (!folder || !this.isDue(moment)) return
    const state = await capture()
    if (!state) return
    await this.writes.start(async () => {
      // Killed between the two, a run that goes on would remember a best model that was never written.
      await filesWritten()
      await folder.write(encodeState(state))
    })
  }

  private isDue(moment: TrainingMoment): boolean {
    switch (moment.kind) {
      case 'batch':
        return this.count.isDue(moment.batch)
      case 'epoch':
        return this.saveFreq === 'epoch' || (moment.isLast && !this.deleteCheckpoint)
      case 'interruption':
        return true
    }
  }

  override async onTrainEnd(_logs: Logs, failure?: unknown): Promise<void> {
    const isDone = failure === undefined && this.deleteCheckpoint
    // It would be deleted as soon as it is written.
    if (isDone) this.writes.drop()
    try {
      await this.writes.finish()
      if (isDone) await this.folder?.delete()
    } finally {
      await this.folder?.close()
    }
  }

  override getState(): unknown {
    return { seen: this.count.seen }
  }

  override setState({ seen }: { readonly seen: number }): void {
    this.count.seen = seen
  }
}

async function openFolder(path: string, keepsPrevious: boolean): Promise<BackupFolder> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new StateError(
      `BackupAndRestore: a page has no folder '${path}'. Keep await model.toBytes('keras') in a callback of your own.`,
    )
  }
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './backupFolder.node.js'
  const { BackupFolder } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./backupFolder.node.js')
  return new BackupFolder(path, keepsPrevious)
}

/**
 * Saves the state of training into a folder, and goes on from it when the same program is run again after it was killed, or
 * interrupted by its signal: `fit` then ends with the same weights, bit for bit, and the same `History` as if nothing had happened
 * (Keras's `BackupAndRestore`, which forgets the order of samples, dropout, other callbacks and the place within the epoch).
 *
 * The state is weights, the optimizer's slots and count of steps, the learning rate, epoch, step and sums of metrics, what is trainable, all
 * that is random, and what the other callbacks remember, wherever they stand in the list. It is copied between two steps and written while the next ones
 * run, whole or not at all. A run that its `signal` ends saves its state, whatever `saveFreq` says.
 *
 * The model must be made, compiled and fed as before. Data in memory may be shuffled; from a stream, batches that were taken
 * are drawn and left aside, so it must give the same ones again.
 *
 * @param backupDir a folder for this run alone
 * @throws DataError by `fit`, if the state is of another model, or damaged; nothing is overwritten
 * @throws StateError by `fit`, if another process works with the folder
 * @example
 * await model.fit(x, y, { epochs: 50, callbacks: [callbacks.backupAndRestore('./backup')] })
 */
export const backupAndRestore = (backupDir: string, options?: BackupAndRestoreOptions): BackupAndRestore =>
  new BackupAndRestore(backupDir, options)
