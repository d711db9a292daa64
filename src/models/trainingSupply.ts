import { ArgumentError } from '../errors.js'
import { foldInKey, randomPermutation } from '../ops/hostRandom.js'
import type { RandomKey } from '../ops/threefry.js'
import type { ClassWeight } from './classWeights.js'
import type { CompiledModel } from './compiledModel.js'
import { testSupply } from './evaluate.js'
import type { FitOptions, ValidationData } from './fit.js'
import { checkClasses } from './guards/classes.js'
import { checkScaling } from './guards/scaling.js'
import type { AnyModel } from './model.js'
import { argumentNames, type ModelData, modelData } from './modelData.js'
import { positiveInteger } from './options.js'
import { settle } from './settle.js'
import { type Batches, isStream, StreamSupply } from './stream.js'
import { type BatchCursor, type BatchSupply, memorySupply } from './supply.js'
import { splitData } from './validation.js'

/** What numbers of a run's key are spent on, besides those of layers. */
const SHUFFLING = 0
const SPLITTING = 2

/** Batches to train on, and to validate with. */
export interface Supplies {
  readonly train: BatchSupply
  readonly validation: BatchSupply | undefined
}

/** Batches to train on and to validate with, after a look at all that is in memory. */
export async function supplies(
  model: AnyModel,
  compiled: CompiledModel,
  { x, y }: { readonly x: unknown; readonly y: unknown },
  options: FitOptions,
  { batchSize, key }: { readonly batchSize: number; readonly key: RandomKey },
): Promise<Supplies> {
  const { validationSplit = 0, validationData, classWeight, sampleWeight, shuffle = true } = options
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ArgumentError(
      `fit: expected a validationSplit of at least 0 and below 1, received ${String(validationSplit)}. It is the fraction ` +
        'of samples to validate with: 0.1 means 10 %.',
    )
  }
  const testBatchSize = positiveInteger(options.validationBatchSize ?? batchSize, 'fit: validationBatchSize')
  const separate = validationData && (await validationSupply(model, compiled, validationData, testBatchSize))
  if (isStream(x)) {
    if (validationSplit > 0 && !validationData) {
      throw new ArgumentError('fit: a stream of batches cannot be split. Give validationData.')
    }
    return { train: await trainStream(model, compiled, x, classWeight), validation: separate?.supply }
  }
  const data = await modelData(model, { x, y, sampleWeight, classWeight }, argumentNames)
  const { allowsPadding, objective } = settle(model, compiled, data)
  const by = options.validationSplitBy ?? 'tail'
  const [part, held] =
    separate || validationSplit === 0
      ? [data, separate?.data]
      : splitData(data, { fraction: validationSplit, by, key: foldInKey(key, SPLITTING) })
  if (compiled.guards.classes && held) checkClasses(model.title, objective, part, held)
  if (compiled.guards.scaling) await checkScaling(model, part)
  const shuffling = foldInKey(key, SHUFFLING)
  const order = (pass: number) => randomPermutation(foldInKey(shuffling, pass), part.samples)
  return {
    train: memorySupply(part, { batchSize, order: shuffle ? order : undefined }),
    validation:
      separate?.supply ??
      (held && memorySupply(held, { batchSize: testBatchSize, isPadded: allowsPadding() })),
  }
}

async function trainStream(
  model: AnyModel,
  compiled: CompiledModel,
  stream: Batches,
  classWeight: ClassWeight | undefined,
): Promise<BatchSupply> {
  const check = (batch: ModelData) => {
    settle(model, compiled, batch)
  }
  const supply = new StreamSupply(model, stream, { name: 'x', classWeight, check })
  const first = await supply.peek()
  if (compiled.guards.scaling) await checkScaling(model, first)
  return supply
}

/** What was given to validate with, and its data where it is in memory. */
async function validationSupply(
  model: AnyModel,
  compiled: CompiledModel,
  given: ValidationData,
  batchSize: number,
): Promise<{ readonly supply: BatchSupply; readonly data?: ModelData }> {
  if (isStream(given)) {
    const names = { ...argumentNames, x: 'validationData' }
    return { supply: await testSupply(model, compiled, { x: given }, { batchSize, names }) }
  }
  const [x, y, sampleWeight] = given
  const names = { x: 'validationData[0]', y: 'validationData[1]', sampleWeight: 'validationData[2]' }
  const data = await modelData(model, { x, y, sampleWeight }, names)
  const { allowsPadding } = settle(model, compiled, data)
  return { supply: memorySupply(data, { batchSize, isPadded: allowsPadding() }), data }
}

/**
 * The batches of each epoch: a pass over all; or, with a number of steps, the next so many, from the beginning again when a pass
 * ends.
 */
export function epochBatches(
  supply: BatchSupply,
  limit: number | undefined,
  initialEpoch: number,
): (epoch: number) => BatchCursor {
  if (limit === undefined) return (epoch) => supply.pass(epoch)
  const { steps } = supply
  const taken = initialEpoch * limit
  let pass = steps ? Math.floor(taken / steps) : 0
  let cursor = supply.pass(pass, steps ? taken % steps : 0)
  return () => {
    let left = limit
    return {
      async next() {
        if (left === 0) return undefined
        left--
        const batch = await cursor.next()
        if (batch) return batch
        cursor = supply.pass(++pass)
        return cursor.next()
      },
    }
  }
}
