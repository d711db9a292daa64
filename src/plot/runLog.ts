import { DataError } from '../errors.js'

/** What was measured in a run: for each key, in which epochs and what. */
export interface RunLog {
  readonly name: string
  readonly logs: Readonly<Record<string, Measured>>
}

export interface Measured {
  /** Counted from 1, as the progress bar does; increasing. */
  readonly epochs: readonly number[]
  readonly values: readonly number[]
}

/** What `fit` gives, or plain data of its form. */
export interface HistoryLike {
  /** Counted from 0. */
  readonly epoch: readonly number[]
  readonly history: Readonly<Record<string, readonly number[]>>
  /** For each key, the epochs in which it was measured. Default: those of `epoch`, or evenly spaced ones if there are fewer values. */
  readonly epochs?: Readonly<Record<string, readonly number[]>>
}

export function logOfHistory({ epoch, history, epochs }: HistoryLike, name: string): RunLog {
  const measured = Object.entries(history).map(([key, values]): [string, Measured] => {
    const counted = epochs?.[key] ?? spaced(epoch, values.length)
    return [key, { epochs: counted.map((each) => each + 1), values }]
  })
  return { name, logs: Object.fromEntries(measured) }
}

/** Of some epochs so many: with a `validationFreq` of 2 each second one. */
function spaced(epochs: readonly number[], count: number): number[] {
  const stride = Math.max(1, Math.floor(epochs.length / Math.max(1, count)))
  return Array.from({ length: count }, (_, i) => epochs[(i + 1) * stride - 1] ?? i)
}

/**
 * The log that `csvLogger` writes, or Keras's `CSVLogger`. A last row without an end, which is being written, is left out. Rows whose
 * epoch is not above the one before are of training that was begun once more, and are counted on.
 * @param text the file
 * @param name what the run is called
 * @param path how errors call the file
 * @throws DataError for a file that is empty, of another kind, or damaged, naming the line
 */
export function parseLog(text: string, name: string, path: string): RunLog {
  const notYet = 'the first epoch has not ended. It can be shown when it has.'
  if (text.trim() === '') throw new DataError(`${path}: the log is empty: ${notYet}`)
  const end = text.lastIndexOf('\n')
  if (end < 0 && 'epoch'.startsWith(text)) throw new DataError(`${path}: the log has no epoch yet: ${notYet}`)
  const [header = '', ...rows] = text.slice(0, end < 0 ? undefined : end).split(/\r?\n/)
  const separator = /^"?epoch"?(.)/.exec(header)?.[1]
  const columns = separator === undefined ? [] : cellsOf(header, separator)
  if (separator === undefined || columns.length < 2) {
    throw new DataError(
      `${path}: expected the log of a run, whose first line is epoch,loss,..., found ${JSON.stringify(header.slice(0, 40))}.`,
    )
  }
  const logs = columns.slice(1).map((key) => ({ key, epochs: [] as number[], values: [] as number[] }))
  let epoch = 0
  rows.forEach((row, i) => {
    if (row.trim() === '') return
    const cells = cellsOf(row, separator)
    const numbers = cells.map(numberOf)
    if (cells.length !== columns.length || numbers.includes(undefined) || !Number.isSafeInteger(numbers[0])) {
      throw new DataError(
        `${path}, line ${i + 2}: expected ${columns.length} numbers (${columns.join(', ')}), found ${JSON.stringify(row.slice(0, 60))}.`,
      )
    }
    epoch = Math.max(epoch + 1, (numbers[0] ?? 0) + 1)
    for (const [column, log] of logs.entries()) {
      const value = numbers[column + 1]
      if (value === null || value === undefined) continue
      log.epochs.push(epoch)
      log.values.push(value)
    }
  })
  if (epoch === 0) throw new DataError(`${path}: the log has no epoch yet: ${notYet}`)
  const measured = logs.filter(({ epochs }) => epochs.length > 0)
  return {
    name,
    logs: Object.fromEntries(measured.map(({ key, epochs, values }) => [key, { epochs, values }])),
  }
}

/** The values of a row, which stand in quotes where they hold the separator. */
function cellsOf(row: string, separator: string): string[] {
  const cells: string[] = []
  let [cell, quoted] = ['', false]
  for (const character of row) {
    if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell]
}

/** A number as Python writes it; null where nothing was measured; `undefined` for other text. */
function numberOf(text: string): number | null | undefined {
  const plain = text.trim().toLowerCase()
  if (plain === 'na' || plain === '') return null
  if (plain === 'nan') return Number.NaN
  if (plain === 'inf') return Number.POSITIVE_INFINITY
  if (plain === '-inf') return Number.NEGATIVE_INFINITY
  const value = Number(plain)
  return Number.isNaN(value) ? undefined : value
}
