import { BatchReader, batchCount, batchRange, paddedSize } from './batches.js'
import type { CompiledModel, Objective } from './compiledModel.js'
import type { DataInput } from './dataSource.js'
import { Listeners, type Logs } from './listener.js'
import { logsOf } from './logs.js'
import type { Model } from './model.js'
import { positiveInteger, resolveVerbosity, type Verbosity } from './options.js'
import { runPipelined } from './pipeline.js'
import { ProgressListener } from './progressListener.js'
import { traceTestStep } from './step.js'
import type { TextOutput } from './textOutput.js'
import { type LabeledData, labeledData, settleObjective } from './trainingData.js'

export interface EvaluateOptions {
  /** Samples that are run at a time; results do not depend on it. Default: 32. */
  readonly batchSize?: number
  /** 0 silent, 1 a progress bar, 2 one line; `'auto'` (the default) is 1 on a terminal, else 0. */
  readonly verbose?: Verbosity
  /** Ends the run between two batches: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Where progress is written. Default: standard output, or the console in a browser. */
  readonly output?: TextOutput
}

interface Evaluation {
  readonly model: Model
  readonly compiled: CompiledModel
  readonly objective: Objective
  readonly data: LabeledData
  readonly batchSize: number
  readonly signal: AbortSignal | undefined
  readonly listeners?: Listeners
}

/** The loss and metrics on data: see `Model.evaluate`. */
export async function evaluateModel(
  model: Model,
  x: DataInput,
  y: DataInput,
  options: EvaluateOptions,
): Promise<Logs> {
  const compiled = model.state.requireCompiled(model.title, 'evaluate')
  const batchSize = positiveInteger(options.batchSize ?? 32, 'evaluate: batchSize')
  const data = await labeledData(model, x, y, { x: 'x', y: 'y' })
  const objective = settleObjective(model, compiled, data)
  const { verbose, output: text } = resolveVerbosity(options.verbose, options.output, 0)
  const listeners = new Listeners([verbose === 0 ? undefined : new ProgressListener(text)], {
    epochs: 1,
    steps: batchCount(data.x.samples, batchSize),
    verbose,
  })
  await listeners.tell('onTestBegin')
  compiled.resetMetrics()
  const logs = await runEvaluation({
    model,
    compiled,
    objective,
    data,
    batchSize,
    signal: options.signal,
    listeners,
  })
  await listeners.tell('onTestEnd', logs)
  return logs
}

/** Runs all samples through the test step; metrics must have been reset. */
export async function runEvaluation(run: Evaluation): Promise<Logs> {
  const { model, objective, data, batchSize, signal, listeners } = run
  const { x, y } = data
  const [xReader, yReader] = [x, y].map((source) => new BatchReader(source, batchSize))
  const pads = canPad(run)
  let logs: Logs = {}
  await runPipelined({
    steps: batchCount(x.samples, batchSize),
    signal,
    async launch(step) {
      const range = batchRange(x.samples, batchSize, step)
      const samples = range.end - range.begin
      const size = pads ? paddedSize(samples, batchSize) : samples
      const { executable } = await testProgram(run, size)
      await listeners?.tell('onTestBatchBegin', step)
      return executable.run([
        xReader.read(range, undefined, size),
        yReader.read(range, undefined, size),
        new Float32Array([samples]),
      ])
    },
    async land(step, values) {
      logs = logsOf(objective.trackers, values)
      await listeners?.tell('onTestBatchEnd', step, logs)
    },
  })
  return logs

  function testProgram({ compiled }: Evaluation, size: number) {
    const [xType, yType] = [x, y].map(({ shape, dtype }) => ({ shape: [size, ...shape.slice(1)], dtype }))
    const { programs, random } = model.state
    return programs.get(`test ${JSON.stringify([xType, yType])}`, () =>
      traceTestStep({ model, random, objective, optimizer: compiled.optimizer }, xType, yType),
    )
  }
}

/** Whether batches may be filled up with samples that do not count: not if loss or metrics take a batch as a whole. */
function canPad({ model, objective, data: { x, y }, batchSize }: Evaluation): boolean {
  const ofBatch = (shape: readonly (number | null)[]) => [batchSize, ...shape.slice(1).map(Number)]
  const output = ofBatch(model.computeOutputShape(ofBatch(x.shape)))
  const labels = { shape: ofBatch(y.shape), dtype: y.dtype }
  return !objective.couplesSamples(labels, { shape: output, dtype: 'float32' })
}
