import { InternalError } from '../errors.js'
import { arrayOf, type TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import type { TensorType } from '../graph/op.js'
import { type Shape, sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { type BatchRange, BatchReader, batchCount, batchRange, paddedSize } from './batches.js'
import type { DataInput, DataSource } from './dataSource.js'
import type { EvaluateOptions } from './evaluate.js'
import { Listeners } from './listener.js'
import type { Model } from './model.js'
import { positiveInteger, resolveVerbosity } from './options.js'
import { runPipelined } from './pipeline.js'
import type { CompiledStep } from './programCache.js'
import { ProgressListener } from './progressListener.js'
import { tracePredictStep } from './step.js'
import { modelInputs } from './trainingData.js'

export interface PredictOptions extends EvaluateOptions {}

/** The model's outputs for samples: see `Model.predict`. */
export async function predictModel(model: Model, input: DataInput, options: PredictOptions): Promise<Tensor> {
  const batchSize = positiveInteger(options.batchSize ?? 32, 'predict: batchSize')
  const x = await modelInputs(model, input, 'x')
  const steps = batchCount(x.samples, batchSize)
  const { verbose, output } = resolveVerbosity(options.verbose, options.output, 0)
  const listeners = new Listeners([verbose === 0 ? undefined : new ProgressListener(output)], {
    epochs: 1,
    steps,
    verbose,
  })
  const reader = new BatchReader(x, batchSize)
  let gathered: Gathered | undefined
  await listeners.tell('onPredictBegin')
  await runPipelined({
    steps,
    signal: options.signal,
    async launch(step) {
      const range = batchRange(x.samples, batchSize, step)
      const size = paddedSize(range.end - range.begin, batchSize)
      const { executable, results } = await predictProgram(model, x, size)
      gathered ??= new Gathered(results[0], x.samples)
      await listeners.tell('onPredictBatchBegin', step)
      return executable.run([reader.read(range, undefined, size)])
    },
    async land(step, [outputs]) {
      gathered?.add(outputs, batchRange(x.samples, batchSize, step))
      await listeners.tell('onPredictBatchEnd', step)
    },
  })
  await listeners.tell('onPredictEnd')
  if (!gathered) throw new InternalError('predict: no batch was run')
  return gathered.tensor()
}

function predictProgram(model: Model, { shape, dtype }: DataSource, size: number): Promise<CompiledStep> {
  const type = { shape: [size, ...shape.slice(1)], dtype }
  const { programs, random } = model.state
  return programs.get(`predict ${JSON.stringify(type)}`, () => tracePredictStep({ model, random }, type))
}

/** The outputs of batches, put together. */
class Gathered {
  private readonly data: TypedArray
  private readonly shape: Shape

  constructor(
    private readonly batch: TensorType,
    samples: number,
  ) {
    this.shape = [samples, ...batch.shape.slice(1)]
    this.data = new arrayOf[batch.dtype](sizeOf(this.shape))
  }

  /** Takes the samples of a range; what was padding behind them is left out. */
  add(outputs: TypedArray, { begin, end }: BatchRange): void {
    const sampleSize = sizeOf(this.shape.slice(1))
    this.data.set(outputs.subarray(0, (end - begin) * sampleSize), begin * sampleSize)
  }

  tensor(): Tensor {
    return constant(this.data, this.shape, this.batch.dtype)
  }
}
