import { InternalError, ShapeError } from '../errors.js'
import { arrayOf, type Elements, type TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import type { TensorType } from '../graph/op.js'
import { showShape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { Tensors } from '../layers/tensors.js'
import { checkOptions } from '../utils/checkOptions.js'
import { isPending } from '../utils/later.js'
import { mapped } from '../utils/mapped.js'
import { positiveInteger } from '../utils/numbers.js'
import { pack } from '../utils/structure.js'
import { allowsPadding } from './allowsPadding.js'
import { type BatchRange, paddedSize } from './batches.js'
import type { DataSource } from './dataSource.js'
import { beginRun, fewer, type RunOptions, runOptions } from './evaluate.js'
import type { AnyModel } from './model.js'
import { modelInputs } from './modelData.js'
import { runPipelined } from './pipeline.js'
import { type RunStreams, withStreams } from './runStreams.js'
import { tracePredictStep } from './step.js'
import type { FeedType } from './stepBatch.js'
import { type Batches, isStream } from './stream.js'
import { type BatchSupply, memorySupply } from './supply.js'

export interface PredictOptions extends RunOptions {}

/** The model's outputs for samples: see `Model.predict`. */
export const predictModel = (model: AnyModel, x: unknown, options: PredictOptions): Promise<Tensors> =>
  // A prediction of a few samples is through sooner without the promises that only streams need.
  isStream(x)
    ? withStreams(options, (streams) => predictOn(model, x, options, streams))
    : predictOn(model, x, options, { signal: undefined, opened: [] })

async function predictOn(
  model: AnyModel,
  x: unknown,
  options: PredictOptions,
  streams: RunStreams,
): Promise<Tensors> {
  checkOptions(options, 'predict', '{ batchSize: 32 }', runOptions)
  const batchSize = positiveInteger(options.batchSize ?? 32, 'predict: batchSize')
  const limit = options.steps === undefined ? undefined : positiveInteger(options.steps, 'predict: steps')
  const supply = isStream(x)
    ? await streamSupply(model, x, options, streams)
    : await predictSupply(model, x, batchSize)
  const steps = fewer(supply.steps, limit)
  const callbacks = beginRun(model, options, steps)
  const batches = supply.pass(0)
  let gathered: Gathered[] | undefined
  await callbacks.during('Predict', async () => {
    await runPipelined({
      steps: steps ?? Number.POSITIVE_INFINITY,
      signal: options.signal,
      landsAlone: () => callbacks.inLockstep('Predict'),
      async launch(step) {
        const batch = await batches.next()
        if (!batch) return undefined
        const { executable, results } = await predictProgram(model, batch.types.x)
        gathered ??= mapped(
          results,
          (type) => new Gathered(model.title, type, fewer(supply.samples, limit && limit * batchSize)),
        )
        const outputs = gathered
        // Without padding all rows are taken: a model that looks at samples together may give another number of them.
        const rows = batch.isPadded ? batch.samples : undefined
        const places = outputs.map((output, i) => output.reserve(results[i], rows))
        await callbacks.tell('onPredictBatchBegin', step)
        const gather = (arrays: readonly Elements[]) => {
          for (let i = 0; i < arrays.length; i++) outputs[i].put(arrays[i], places[i])
        }
        return { results: executable.runInPlace(batch.arrays, gather) }
      },
      land: (step) => callbacks.tell('onPredictBatchEnd', step, {}),
    })
    return {}
  })
  if (!gathered) throw new InternalError('predict: no batch was run')
  return outputsOf(
    model,
    mapped(gathered, (output) => output.tensor()),
  )
}

/** The model's outputs for one batch, which is not padded: see `Model.predictOnBatch`. */
export async function predictOnBatch(model: AnyModel, given: unknown): Promise<Tensors> {
  const inputs = modelInputs(model, given, 'x')
  const x = isPending(inputs) ? await inputs : inputs
  const program = predictProgram(model, x)
  const { executable, results } = isPending(program) ? await program : program
  const outputs = await executable.run(mapped(x, dataOf))
  let i = 0
  return outputsOf(
    model,
    mapped(results, ({ shape, dtype }) => constant(outputs[i++], shape, dtype)),
  )
}

async function streamSupply(
  model: AnyModel,
  stream: Batches,
  options: PredictOptions,
  streams: RunStreams,
): Promise<BatchSupply> {
  const { refuseBesideStream, StreamSupply } = await import('./onDemand.js')
  refuseBesideStream('predict', options)
  const supply = new StreamSupply(model, stream, {
    name: 'x',
    streams,
    isPadded: () => allowsPadding(model),
    samplesOnly: true,
  })
  await supply.peek()
  return supply
}

async function predictSupply(model: AnyModel, x: unknown, batchSize: number): Promise<BatchSupply> {
  const inputs = await modelInputs(model, x, 'x')
  const { samples } = inputs[0]
  const last = samples % batchSize
  // What needs no padding needs no search through the layers for one that forbids it.
  const isPadded = last !== 0 && paddedSize(last, batchSize) !== last && allowsPadding(model)
  return memorySupply({ x: inputs, y: [], weights: [], samples }, { batchSize, isPadded })
}

function predictProgram(model: AnyModel, x: readonly FeedType[]) {
  return model.runState.programs.get('predict', { x, y: none, weights: none }, (given) =>
    tracePredictStep(model, given.x),
  )
}

const none: readonly never[] = []
const dataOf = ({ data }: DataSource): TypedArray => data

const outputsOf = (model: AnyModel, outputs: readonly Tensor[]): Tensors =>
  pack(outputs, model.outputPlaces.layout)

/** One output of all batches, put together. */
class Gathered {
  private readonly sampleShape: readonly number[]
  private readonly sampleSize: number
  private data: TypedArray
  private rows = 0

  /** @param capacity how many rows there will be, where it is known */
  constructor(
    private readonly title: string,
    private readonly batch: TensorType,
    capacity: number | undefined,
  ) {
    if (batch.shape.length === 0) {
      throw new ShapeError(
        `${title}: predict: expected outputs whose first axis counts samples, received one number for a whole batch.`,
      )
    }
    this.sampleShape = batch.shape.slice(1)
    this.sampleSize = sizeOf(this.sampleShape)
    this.data = this.room(capacity ?? batch.shape[0])
  }

  /** The rows for the next batch's output: as many as it has, or fewer, where padding follows. */
  reserve({ shape }: TensorType, rows = shape[0]): BatchRange {
    if (sizeOf(shape.slice(1)) !== this.sampleSize) {
      throw new ShapeError(
        `${this.title}: predict puts outputs of batches together along axis 0, where all others must agree; received ` +
          `${showShape(this.batch.shape)}, then ${showShape(shape)}. Take all samples as one batch: model.predictOnBatch(x).`,
      )
    }
    const begin = this.rows
    this.rows += rows
    return { begin, end: this.rows }
  }

  /** Takes a batch's output into its rows; what was padding behind them is left out. */
  put(outputs: Elements, { begin, end }: BatchRange): void {
    const { sampleSize } = this
    if (end * sampleSize > this.data.length) {
      const larger = this.room(2 * end)
      larger.set(this.data)
      this.data = larger
    }
    const size = (end - begin) * sampleSize
    this.data.set(outputs.length === size ? outputs : outputs.subarray(0, size), begin * sampleSize)
  }

  tensor(): Tensor {
    const size = this.rows * this.sampleSize
    const data = size === this.data.length ? this.data : (this.data.slice(0, size) as TypedArray)
    return constant(data, [this.rows, ...this.sampleShape], this.batch.dtype)
  }

  private room(rows: number): TypedArray {
    return new arrayOf[this.batch.dtype](rows * this.sampleSize)
  }
}
