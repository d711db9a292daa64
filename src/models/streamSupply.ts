import { ArgumentError, StateError } from '../errors.js'
import { Tensor } from '../graph/tensor.js'
import { show } from '../utils/show.js'
import { paddedSize } from './batches.js'
import type { ClassWeight } from './classWeights.js'
import type { AnyModel } from './model.js'
import { argumentNames, type ModelData, modelData } from './modelData.js'
import type { RunStreams } from './runStreams.js'
import { type Batches, isOneShot } from './stream.js'
import { StreamIterator } from './streamIterator.js'
import {
  type BatchCursor,
  type BatchForm,
  type BatchSupply,
  type FeedBatch,
  feedOf,
  typesOf,
} from './supply.js'

/** What may be given beside data in memory. */
interface BesideData {
  readonly y?: unknown
  readonly sampleWeight?: unknown
  readonly batchSize?: unknown
}

/** @throws ArgumentError for what would go unread beside a stream, whose batches bring their own */
export function refuseBesideStream(what: string, { y, sampleWeight, batchSize }: BesideData): void {
  if (y !== undefined && y !== null) {
    throw new ArgumentError(
      `${what}: expected no y beside a stream of batches, received ${show(y)}. Let the stream give the labels: batches [x, y].`,
    )
  }
  if (sampleWeight !== undefined) {
    throw new ArgumentError(
      `${what}: expected no sampleWeight beside a stream of batches. Let the stream give the weights: batches [x, y, sampleWeight].`,
    )
  }
  if (batchSize !== undefined) {
    throw new ArgumentError(
      `${what}: expected no batchSize beside a stream of batches, received ${show(batchSize)}. Batches are as large as the stream makes them.`,
    )
  }
}

export interface StreamOptions {
  /** What the stream is called in errors. */
  readonly name: string
  /** The streams of the run, which closes them at its end. */
  readonly streams: RunStreams
  readonly classWeight?: ClassWeight
  /** Whether smaller batches than the first are filled up with copies. Default: false. */
  readonly isPadded?: () => boolean
  /** Whether labels and weights in batches are left aside. Default: false. */
  readonly samplesOnly?: boolean
  /** Is told of each batch before it is used. */
  readonly check?: (data: ModelData) => void
}

/** Batches of a stream, each looked at as data in memory is. */
export class StreamSupply implements BatchSupply {
  readonly steps = undefined
  readonly samples = undefined
  private batchSize: number | undefined
  private first: { readonly data: ModelData; readonly rest: StreamIterator } | undefined
  /** The iterator that was opened last: there is no second one as long as it is open. */
  private iterator: StreamIterator | undefined

  constructor(
    private readonly model: AnyModel,
    private readonly stream: Batches,
    private readonly options: StreamOptions,
  ) {
    options.streams.opened.push(this)
  }

  /** The first batch, which is not lost: the first pass begins with it. */
  async peek(): Promise<ModelData> {
    if (this.first) return this.first.data
    const rest = this.open()
    const { value, done } = await rest.next()
    if (done) {
      throw new ArgumentError(`${this.model.title}: expected batches in ${this.options.name}, received none.`)
    }
    const data = await this.read(value)
    this.first = { data, rest }
    return data
  }

  async form(): Promise<BatchForm> {
    const first = await this.peek()
    const isPadded = this.options.isPadded?.() ?? false
    return {
      types: typesOf(first, isPadded ? paddedSize(first.samples, first.samples) : first.samples),
      isPadded,
    }
  }

  /** Batches to skip are drawn from the stream, which has no other way to come behind them, and not looked at. */
  pass(number: number, skip = 0): BatchCursor {
    const { first } = this
    this.first = undefined
    const rest = first?.rest ?? this.open()
    let waiting = first?.data
    let skipped = 0
    const skipBatches = async () => {
      for (; skipped < skip; skipped++) {
        if (!waiting && (await rest.next()).done) throw this.endedEarly(number, skip, skipped)
        waiting = undefined
      }
    }
    return {
      next: async () => {
        await skipBatches()
        if (waiting) {
          const batch = this.feed(waiting)
          waiting = undefined
          return batch
        }
        const { value, done } = await rest.next()
        return done ? undefined : this.feed(await this.read(value))
      },
      close: async () => {
        if (!isOneShot(this.stream)) await rest.close()
      },
    }
  }

  /** Ends the stream, when no batch of it is wanted any more. */
  async close(): Promise<void> {
    await this.iterator?.close()
  }

  private endedEarly(pass: number, skip: number, batches: number): StateError {
    return new StateError(
      `${this.model.title}: ${this.options.name} gave ${batches} batches in pass ${pass + 1}, but ${skip} were taken of it before training was ` +
        'interrupted. To resume, give a stream that gives the same batches again.',
    )
  }

  private async read(batch: unknown): Promise<ModelData> {
    const { classWeight, name, samplesOnly } = this.options
    const [x, ...labels] = partsOf(batch, `${this.model.title}: ${name}`)
    const [y, sampleWeight] = samplesOnly ? [] : labels
    const names = { ...argumentNames, x: `x of a batch of ${name}`, y: `y of a batch of ${name}` }
    const data = await modelData(this.model, { x, y, sampleWeight, classWeight }, names)
    this.options.check?.(data)
    return data
  }

  private feed(data: ModelData): FeedBatch {
    this.batchSize ??= data.samples
    const isPadded = this.options.isPadded?.() ?? false
    return feedOf(data, isPadded ? paddedSize(data.samples, this.batchSize) : data.samples, isPadded)
  }

  private open(): StreamIterator {
    const { iterator, options, stream } = this
    if (iterator && isOneShot(stream)) return iterator
    this.iterator = new StreamIterator(this.openIterator(), options.streams.signal)
    return this.iterator
  }

  private openIterator(): Iterator<unknown> | AsyncIterator<unknown> {
    const { stream } = this
    const source = typeof stream === 'function' ? stream() : stream
    const isObject = typeof source === 'object' && source !== null
    if (isObject && Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (isObject && Symbol.iterator in source) return source[Symbol.iterator]()
    throw new ArgumentError(
      `${this.model.title}: expected ${this.options.name} to be iterable, or a function that gives something iterable, received ${show(source)}.`,
    )
  }
}

/** What stands in a batch: `[x, y, sampleWeight]`, an object with these names, or samples alone. */
function partsOf(batch: unknown, title: string): readonly unknown[] {
  if (batch instanceof Tensor || ArrayBuffer.isView(batch)) return [batch]
  if (Array.isArray(batch) && batch.length >= 1 && batch.length <= 3) return batch
  if (typeof batch === 'object' && batch !== null && 'x' in batch) {
    const { x, y, sampleWeight } = batch as {
      readonly x: unknown
      readonly y?: unknown
      readonly sampleWeight?: unknown
    }
    return [x, y, sampleWeight]
  }
  throw new ArgumentError(
    `${title}: expected each batch as [x, y], [x, y, sampleWeight] or { x, y, sampleWeight }, received ` +
      `${Array.isArray(batch) ? `a list of ${batch.length}` : show(batch)}.`,
  )
}
