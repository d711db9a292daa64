import type { DataPlace } from '../callbacks/trainingState.js'
import { ArgumentError } from '../errors.js'
import { foldInKey, randomPermutation } from '../ops/hostRandom.js'
import type { RandomKey } from '../ops/threefry.js'
import { positiveInteger } from '../utils/numbers.js'
import { show } from '../utils/show.js'
import { withClassWeights } from './classWeights.js'
import type { CompiledModel } from './compiledModel.js'
import { testSupply } from './evaluate.js'
import type { FitOptions, ValidationData } from './fit.js'
import { checkClasses } from './guards/classes.js'
import { checkOutputs } from './guards/outputs.js'
import { checkScaling } from './guards/scaling.js'
import type { AnyModel } from './model.js'
import { argumentNames, type ModelData, modelData } from './modelData.js'
import type { RunStreams } from './runStreams.js'
import { settle } from './settle.js'
import { type Batches, isOneShot, isStream } from './stream.js'
import type { StreamOptions } from './streamSupply.js'
import { type BatchCursor, type BatchSupply, type FeedBatch, memorySupply } from './supply.js'
import { splitData } from './validation.js'

/** What numbers of a run's key are spent on, besides those of layers. */
const SHUFFLING = 0
const SPLITTING = 2

/** Batches to train on, and to validate with. */
export interface Supplies {
  readonly train: BatchSupply
  /** Those to train on, to evaluate with after each epoch. */
  readonly trainAgain: BatchSupply | undefined
  readonly validation: BatchSupply | undefined
}

/** Batches to train on and to validate with, after a look at all that is in memory. */
export async function supplies(
  model: AnyModel,
  compiled: CompiledModel,
  { x, y }: { readonly x: unknown; readonly y: unknown },
  options: FitOptions,
  {
    batchSize,
    key,
    streams,
  }: { readonly batchSize: number; readonly key: RandomKey; readonly streams: RunStreams },
): Promise<Supplies> {
  const { validationSplit = 0, validationData, classWeight, sampleWeight, shuffle = true } = options
  if (isStream(x)) {
    const { refuseBesideStream } = await import('./onDemand.js')
    refuseBesideStream('fit', { y, sampleWeight, batchSize: unreadBatchSize(options) })
  }
  const evaluatesTraining = options.evaluateTraining ?? false
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(
      `fit: expected a validationSplit of at least 0 and below 1, received ${String(validationSplit)}. It is the fraction ` +
        'of samples to validate with: 0.1 means 10 %.',
    )
  }
  await compiled.load()
  const testBatchSize = positiveInteger(options.validationBatchSize ?? batchSize, 'fit: validationBatchSize')
  const separate =
    validationData &&
    (await validationSupply(model, compiled, validationData, { batchSize: testBatchSize, streams }))
  if (isStream(x)) {
    if (validationSplit > 0 && !validationData) {
      throw new ArgumentError('fit: a stream of batches cannot be split. Give validationData.')
    }
    if (evaluatesTraining) refuseOneShot(x)
    return {
      train: await trainStream(model, compiled, x, { classWeight, streams }),
      trainAgain: evaluatesTraining
        ? await testSupply(model, compiled, { x }, { batchSize: testBatchSize, streams })
        : undefined,
      validation: separate?.supply,
    }
  }
  const data = await modelData(model, { x, y, sampleWeight }, argumentNames)
  const { allowsPadding, objective } = settle(model, compiled, data)
  const by = options.validationSplitBy ?? 'tail'
  const [part, held] =
    separate || validationSplit === 0
      ? [data, separate?.data]
      : splitData(data, { fraction: validationSplit, by, key: foldInKey(key, SPLITTING) })
  if (compiled.guards.classes && held) checkClasses(model.title, objective, part, held)
  if (compiled.guards.scaling) await checkScaling(model, part)
  if (compiled.guards.outputs) await checkOutputs(model, compiled, part)
  const shuffling = foldInKey(key, SHUFFLING)
  const order = (pass: number) => randomPermutation(foldInKey(shuffling, pass), part.samples)
  const forTests = () => ({ batchSize: testBatchSize, isPadded: allowsPadding() })
  // The weights of classes say what to train for; what is measured is measured without them, as in Keras.
  const weighted = withClassWeights(model.title, part, classWeight)
  return {
    train: memorySupply(weighted, { batchSize, order: shuffle ? order : undefined }),
    trainAgain: evaluatesTraining ? memorySupply(part, forTests()) : undefined,
    validation: separate?.supply ?? (held && memorySupply(held, forTests())),
  }
}

/** The batch size, where no data in memory that is validated with takes it as its own. */
function unreadBatchSize({ batchSize, validationBatchSize, validationData }: FitOptions): number | undefined {
  const isRead = validationData && !isStream(validationData) && validationBatchSize === undefined
  return isRead ? undefined : batchSize
}

function refuseOneShot(stream: Batches): void {
  if (!isOneShot(stream)) return
  throw new ArgumentError(
    'fit: evaluateTraining goes through the batches a second time in each epoch, but a generator can be gone through only once. Give the ' +
      'function that makes it, or an object that can be iterated over again.',
  )
}

async function trainStream(
  model: AnyModel,
  compiled: CompiledModel,
  stream: Batches,
  given: Pick<StreamOptions, 'classWeight' | 'streams'>,
): Promise<BatchSupply> {
  const { StreamSupply } = await import('./onDemand.js')
  const check = (batch: ModelData) => {
    settle(model, compiled, batch)
  }
  const supply = new StreamSupply(model, stream, { ...given, name: 'x', check })
  const first = await supply.peek()
  if (compiled.guards.scaling) await checkScaling(model, first)
  if (compiled.guards.outputs) await checkOutputs(model, compiled, first)
  return supply
}

/** What was given to validate with, and its data where it is in memory. */
async function validationSupply(
  model: AnyModel,
  compiled: CompiledModel,
  given: ValidationData,
  { batchSize, streams }: { readonly batchSize: number; readonly streams: RunStreams },
): Promise<{ readonly supply: BatchSupply; readonly data?: ModelData }> {
  if (isStream(given)) {
    const names = { ...argumentNames, x: 'validationData' }
    return { supply: await testSupply(model, compiled, { x: given }, { batchSize, streams, names }) }
  }
  if (!Array.isArray(given)) {
    throw new ArgumentError(
      `fit: expected validationData as [x, y], [x, y, sampleWeight] or batches, received ${show(given)}.`,
    )
  }
  const [x, y, sampleWeight] = given
  const names = { x: 'validationData[0]', y: 'validationData[1]', sampleWeight: 'validationData[2]' }
  const data = await modelData(model, { x, y, sampleWeight }, names)
  const { allowsPadding } = settle(model, compiled, data)
  return { supply: memorySupply(data, { batchSize, isPadded: allowsPadding() }), data }
}

/**
 * Where an epoch begins in the data, if all epochs before it were whole; a stream always goes on where it is.
 * @param limit steps of an epoch, if they are not a whole pass
 */
export function beginningOf(epoch: number, supply: BatchSupply, limit: number | undefined): DataPlace {
  if (limit === undefined) return { pass: epoch, batch: 0 }
  const { steps } = supply
  const taken = epoch * limit
  return steps ? { pass: Math.floor(taken / steps), batch: taken % steps } : { pass: 0, batch: 0 }
}

/**
 * The batches of each epoch: a pass over all; or, with a limit, the next so many, from the beginning again when a pass ends.
 */
export class EpochBatches {
  private pass: number
  private batch: number
  private cursor: BatchCursor | undefined
  private ranOut = false

  /** @param place where the next batch is found */
  constructor(
    private readonly supply: BatchSupply,
    private readonly limit: number | undefined,
    place: DataPlace,
  ) {
    this.pass = place.pass
    this.batch = place.batch
  }

  /** Whether batches were missed in an epoch: its pass was over, and the next pass had none. */
  get haveRunOut(): boolean {
    return this.ranOut
  }

  /**
   * Those of one epoch.
   * @param taken how many of them were taken before
   */
  of(epoch: number, taken: number): BatchCursor {
    if (this.limit === undefined) {
      if (epoch !== this.pass) this.open(epoch)
      return { next: () => (this.batch === 0 ? this.takeFirst() : this.take()) }
    }
    let left = this.limit - taken
    return {
      next: async () => {
        if (left === 0) return undefined
        left--
        const batch = await this.take()
        if (batch) return batch
        this.open(this.pass + 1)
        return this.takeFirst()
      },
    }
  }

  /** Where the next batch is found, so many steps into an epoch. */
  place(epoch: number, step: number): DataPlace {
    return this.limit === undefined ? { pass: epoch, batch: step } : { pass: this.pass, batch: this.batch }
  }

  private open(pass: number): void {
    this.pass = pass
    this.batch = 0
    this.cursor = undefined
  }

  /** The first batch of a pass, which has one unless there are no batches left. */
  private async takeFirst(): Promise<FeedBatch | undefined> {
    const batch = await this.take()
    if (!batch) this.ranOut = true
    return batch
  }

  private async take(): Promise<FeedBatch | undefined> {
    this.cursor ??= this.supply.pass(this.pass, this.batch)
    const batch = await this.cursor.next()
    if (batch) this.batch++
    return batch
  }
}
