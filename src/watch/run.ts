import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../errors.js'
import { logKeys } from '../plot/keys.js'
import { parseLog } from '../plot/runLog.js'
import { FolderLock } from '../saving/folderLock.node.js'
import { EventReader, type RecordPlace, readEventAt } from '../tensorboard/eventReader.node.js'
import type { LayerNode } from '../tensorboard/graphDef.js'
import { decodeGraphDef, type ReadEvent, type ReadValue } from '../tensorboard/readEvent.js'
import type { FoundRun } from './findRuns.js'
import { Points } from './points.js'
import type { RunDetails, RunEntries, RunPoints, RunStatus, RunSummary, Table } from './protocol.js'

/** Steps whose median is shown. */
const STEPS_TIMED = 51

/** One picture or table, and where it stands. */
interface Entry {
  readonly step: number
  readonly path: string
  readonly place: RecordPlace
}

interface Entries extends Omit<RunEntries, 'steps'> {
  readonly plugin: 'images' | 'text'
  readonly found: Entry[]
}

/**
 * What is known of one run from its files, which may still grow: its event files or, without any, its `log.csv`. Pictures and tables stay in
 * the files until somebody wants to see them.
 */
export class Run {
  private generation = firstGeneration()
  private details = 0
  private points = new Points()
  private readers = new Map<string, { readonly reader: EventReader; readonly group: string }>()
  private entries = new Map<string, Entries>()
  private layers: readonly LayerNode[] = []
  private begun: number[] = []
  private config: Readonly<Record<string, unknown>> = {}
  private configText = ''
  private logText: string | undefined
  private changed = 0
  private status: RunStatus = 'open'
  private notes: readonly string[] = []

  constructor(readonly name: string) {}

  /** Reads what was written since the last time. */
  async refresh(found: FoundRun): Promise<void> {
    await this.readConfig(found)
    const notes: string[] = []
    if (found.events.length > 0) {
      if (!(await this.readEvents(found.events))) {
        this.startAnew()
        await this.readEvents(found.events)
      }
      for (const { reader } of this.readers.values()) {
        if (reader.damage)
          notes.push(`${within(reader.path, found.path)} ${reader.damage}; what stands before is shown.`)
      }
    } else {
      if (this.readers.size > 0) this.startAnew()
      if (found.hasLog) notes.push(...(await this.readLog(join(found.path, 'log.csv'))))
    }
    if (notes.length === 0 && this.points.count === 0) notes.push('Nothing is logged yet.')
    this.notes = notes
    this.status = await this.statusOf(found)
  }

  get summary(): RunSummary {
    const rates = this.points.lastOf('train/batch_steps_per_second', STEPS_TIMED)
    const times = rates.flatMap((rate) => (rate ? [1000 / rate] : [])).sort((a, b) => a - b)
    const { epochs } = this.config
    return {
      ...{ name: this.name, status: this.status, generation: this.generation },
      ...{ points: this.points.count, details: this.details },
      epochs: this.epochs,
      epochsPlanned: typeof epochs === 'number' ? epochs : null,
      stepTime: times[times.length >> 1] ?? null,
      ...{ changed: this.changed, notes: this.notes },
    }
  }

  /** @param first the number of the first that is wanted, of a generation; of another one all are given */
  pointsFrom(first: number, generation: number): RunPoints {
    const from = generation === this.generation ? Math.min(first, this.points.count) : 0
    return { generation: this.generation, ...this.points.from(from) }
  }

  get detailed(): RunDetails {
    const entries = [...this.entries.values()].map(({ tag, pictures, width, height, found }) => ({
      ...{ tag, pictures, width, height },
      steps: found.map(({ step }) => step),
    }))
    const { generation, config, layers, begun } = this
    return { generation, config, layers, begun, entries }
  }

  /** A picture, as a PNG file. */
  async picture(tag: string, step: number, index: number): Promise<Uint8Array | undefined> {
    const value = await this.valueAt('images', tag, step)
    const { tensor } = value ?? {}
    // Width and height stand before them.
    return tensor?.dtype === 'string' ? tensor.elements[index + 2] : undefined
  }

  async table(tag: string, step: number): Promise<Table | undefined> {
    const value = await this.valueAt('text', tag, step)
    const { tensor } = value ?? {}
    if (tensor?.dtype !== 'string') return undefined
    const texts = tensor.elements.map((bytes) => new TextDecoder().decode(bytes))
    const columns = tensor.shape.length === 2 ? tensor.shape[1] : 1
    const rows = columns > 0 ? Math.ceil(texts.length / columns) : 0
    return Array.from({ length: rows }, (_, row) => texts.slice(row * columns, (row + 1) * columns))
  }

  private async valueAt(
    plugin: Entries['plugin'],
    tag: string,
    step: number,
  ): Promise<ReadValue | undefined> {
    const entries = this.entries.get(tag)
    const entry = entries?.plugin === plugin ? entries.found.find((each) => each.step === step) : undefined
    const event = entry && (await readEventAt(entry.path, entry.place))
    return event?.values.find((value) => value.tag === tag)
  }

  private get epochs(): number {
    const last = this.points.lastStep('train/epoch_loss') ?? this.points.lastStep('epoch_loss')
    return last === undefined ? 0 : last + 1
  }

  /** Of what was read nothing holds any more. */
  private startAnew(): void {
    this.generation++
    this.details++
    this.points = new Points()
    this.readers.clear()
    this.entries.clear()
    this.layers = []
    this.begun = []
    this.logText = undefined
  }

  /** @returns false if a file is not what it was */
  private async readEvents(files: FoundRun['events']): Promise<boolean> {
    const paths = new Set(files.map(({ path }) => path))
    for (const path of this.readers.keys()) if (!paths.has(path)) return false
    for (const { path, group } of files) {
      const known = this.readers.get(path) ?? { reader: new EventReader(path), group }
      const { reader } = known
      const isSame = await reader.read((event, place) => this.take(event, group, path, place))
      if (!isSame && reader.position > 0) return false
      this.readers.set(path, known)
    }
    return true
  }

  private take(event: ReadEvent, group: string, path: string, place: RecordPlace): void {
    this.changed = Math.max(this.changed, event.wallTime)
    if (event.fileVersion !== '' && group !== 'validation') {
      this.begun.push(event.wallTime)
      this.details++
    }
    if (event.graphDef) {
      this.layers = layersOf(event.graphDef)
      this.details++
    }
    for (const { tag, plugin, tensor } of event.values) {
      const series = group === '' ? tag : `${group}/${tag}`
      if (plugin === 'scalars' && tensor.dtype !== 'string' && tensor.elements.length === 1) {
        if (this.points.add(series, event.step, tensor.elements[0], event.wallTime)) this.generation++
      } else if ((plugin === 'images' || plugin === 'text') && tensor.dtype === 'string') {
        this.takeEntry(plugin, tag, tensor.elements, { step: event.step, path, place })
      }
    }
  }

  private takeEntry(
    plugin: Entries['plugin'],
    tag: string,
    elements: readonly Uint8Array[],
    entry: Entry,
  ): void {
    const [width, height] = plugin === 'images' ? elements.slice(0, 2).map(numberOf) : [0, 0]
    const found = (this.entries.get(tag)?.found ?? []).filter(({ step }) => step < entry.step)
    const pictures = plugin === 'images' ? Math.max(0, elements.length - 2) : 0
    this.entries.set(tag, { plugin, tag, pictures, width, height, found: [...found, entry] })
    this.details++
  }

  private async readConfig({ path, hasConfig }: FoundRun): Promise<void> {
    const text = hasConfig ? await readFile(join(path, 'config.json'), 'utf8').catch(() => '') : ''
    if (text === this.configText) return
    this.configText = text
    this.config = recordOf(text)
    this.details++
  }

  /** @returns what is wrong with the log */
  private async readLog(path: string): Promise<string[]> {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) return ['log.csv cannot be read.']
    if (text !== this.logText) {
      this.startAnew()
      this.logText = text
      this.changed = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
      this.changed /= 1000
    }
    try {
      const { logs } = parseLog(text, this.name, 'log.csv')
      if (this.points.count > 0) return []
      for (const { key, metric, part } of logKeys(Object.keys(logs))) {
        const series = {
          train: 'train/epoch_',
          validation: 'validation/epoch_',
          measured: 'train/epoch_train_',
        }
        const { epochs, values } = logs[key]
        for (const [i, epoch] of epochs.entries()) {
          this.points.add(`${series[part]}${metric}`, epoch - 1, values[i], Number.NaN)
        }
      }
      return []
    } catch (error) {
      if (error instanceof DataError) return [error.message]
      throw error
    }
  }

  private async statusOf({ path, hasConfig }: FoundRun): Promise<RunStatus> {
    if (!hasConfig) return 'open'
    const isHeld = await FolderLock.check(path).then(
      () => false,
      () => true,
    )
    if (isHeld) return 'running'
    const { epochs } = this.config
    return typeof epochs === 'number' && this.epochs < epochs ? 'stopped' : 'finished'
  }
}

/** Pages keep what they saw of an earlier server; generations of this one are others. */
let generations = Date.now()
const firstGeneration = (): number => (generations += 1_000_000)

const within = (path: string, folder: string): string => path.slice(folder.length + 1)

const numberOf = (bytes: Uint8Array): number => Number(new TextDecoder().decode(bytes)) || 0

/** An object in JSON; empty for what is none. */
function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/** The layers of a graph; none if it is damaged. */
function layersOf(graphDef: Uint8Array): readonly LayerNode[] {
  try {
    return decodeGraphDef(graphDef)
  } catch {
    return []
  }
}
