import { ArgumentError, StateError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { show } from '../utils/show.js'
import { Callback, type Logs } from './callback.js'
import type { LogFile } from './logFile.node.js'
import { pythonText } from './pythonText.js'

export interface CsvLoggerOptions {
  /** What stands between the values of a row: one character. Default: `','`. */
  readonly separator?: string
  /** Whether rows go behind those that the file has, rather than in their place. Default: false. */
  readonly append?: boolean
}

/**
 * Writes the logs of each epoch into a file, one row an epoch (Keras's `CSVLogger`, in its format): `epoch`, counted from 0, then the
 * keys in alphabetical order, then, if the first epoch has none, a column `val_...` for each; `NA` where an epoch has no value. Each row
 * is in the file when its epoch has ended. In a run that is resumed the rows of epochs that are done once more are replaced.
 *
 * It works in Node; in a page, use `History` or a callback of your own.
 *
 * @throws DataError, before the first batch, if the file cannot be written
 * @example
 * await model.fit(x, y, { epochs: 5, callbacks: [callbacks.csvLogger('log.csv', { append: true })] })
 */
export class CSVLogger extends Callback {
  static override readonly className = 'CSVLogger'
  static readonly options: OptionKeys<CsvLoggerOptions> = { separator: true, append: true }
  private readonly separator: string
  private readonly append: boolean
  private file: LogFile | undefined
  /** The columns behind `epoch`, once the first epoch has shown them. */
  private keys: readonly string[] | undefined
  /** Where the next row goes, in bytes. What lies behind is dropped with it. */
  private position = 0

  /** @param filename the file; its folder must exist */
  constructor(
    readonly filename: string,
    options: CsvLoggerOptions = {},
  ) {
    super()
    checkOptions(options, this.className, '{ append: true }', new.target.options)
    const { separator = ',', append = false } = options
    if (typeof filename !== 'string' || filename === '') {
      throw new ArgumentError(`${this.className}: expected the path of a file, received ${show(filename)}.`)
    }
    if (typeof separator !== 'string' || [...separator].length !== 1) {
      throw new ArgumentError(
        `${this.className}: expected a separator of one character, received ${show(separator)}.`,
      )
    }
    this.separator = separator
    this.append = append
  }

  override async onTrainBegin(): Promise<void> {
    const file = await openLogFile(this.filename)
    this.file = file
    this.keys = undefined
    this.position = this.append ? await file.size() : 0
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { file } = this
    if (!file)
      throw new StateError(`${this.className}: ${this.filename} is not open: onTrainBegin was not called.`)
    this.keys ??= columnsOf(logs)
    const values = this.keys.map((key) => (key in logs ? pythonText(logs[key]) : 'NA'))
    const header = this.position === 0 ? this.row(['epoch', ...this.keys]) : ''
    this.position = await file.write(header + this.row([`${epoch}`, ...values]), this.position)
  }

  override async onTrainEnd(): Promise<void> {
    await this.file?.close()
    this.file = undefined
  }

  override getState(): CsvLoggerState {
    return { keys: this.keys, position: this.position }
  }

  override async setState({ keys, position }: CsvLoggerState): Promise<void> {
    this.keys = keys
    // The file may have been moved away since.
    this.position = Math.min(position, (await this.file?.size()) ?? position)
  }

  private row(values: readonly string[]): string {
    return `${values.map((value) => this.quoted(value)).join(this.separator)}\r\n`
  }

  /** As Python's `csv` writes a value: in quotes where it must be. */
  private quoted(value: string): string {
    const mustBe = [this.separator, '"', '\r', '\n'].some((character) => value.includes(character))
    return mustBe ? `"${value.replaceAll('"', '""')}"` : value
  }
}

interface CsvLoggerState {
  readonly keys: readonly string[] | undefined
  readonly position: number
}

/** The keys of the first epoch's logs; those of validation too, which may come later. */
function columnsOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort()
  const isMeasured = (key: string) => !key.startsWith('train_')
  return keys.some((key) => key.startsWith('val_'))
    ? keys
    : [...keys, ...keys.filter(isMeasured).map((key) => `val_${key}`)]
}

async function openLogFile(path: string): Promise<LogFile> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new StateError(
      `CSVLogger: ${path} cannot be written, since a page has no files. Use the History that fit gives, or a callback of your own.`,
    )
  }
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './logFile.node.js'
  const { LogFile } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./logFile.node.js')
  return LogFile.open(path)
}

/** See `CSVLogger`. */
export const csvLogger = (filename: string, options?: CsvLoggerOptions): CSVLogger =>
  new CSVLogger(filename, options)
