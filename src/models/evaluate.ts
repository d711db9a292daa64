import type { CallbackLike, Logs } from '../callbacks/callback.js'
import { CallbackList } from '../callbacks/callbackList.js'
import { ProgbarLogger } from '../callbacks/progbarLogger.js'
import type { TextOutput } from '../callbacks/textOutput.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import type { CompiledModel } from './compiledModel.js'
import { logsOf, prefixed } from './logs.js'
import type { AnyModel } from './model.js'
import { argumentNames, modelData, type SampleWeights } from './modelData.js'
import { checkSignal, resolveVerbosity, type Verbosity } from './options.js'
import { runPipelined } from './pipeline.js'
import { type RunStreams, withStreams } from './runStreams.js'
import { settle } from './settle.js'
import { traceTestStep } from './step.js'
import { type Batches, isStream } from './stream.js'
import { type BatchForm, type BatchSupply, type FeedBatch, memorySupply } from './supply.js'

/** How a run over data is done. */
export interface RunOptions {
  /**
   * Samples that are run at a time; results depend on it only where a layer looks at samples together. Not for a stream, which makes its
   * batches itself. Default: 32.
   */
  readonly batchSize?: number
  /** Batches to run at most. Default: all. */
  readonly steps?: number
  /** 0 silent, 1 a progress bar, 2 one line; `'auto'` (the default) is 1 on a terminal, else 0. */
  readonly verbose?: Verbosity
  /** Ends the run between two batches, or while it waits for one: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Where progress is written. Default: standard output, or the console in a browser. */
  readonly output?: TextOutput
  /** Told when the run and its batches begin and end. */
  readonly callbacks?: readonly CallbackLike[]
}

export interface EvaluateOptions extends RunOptions {
  /** A weight for each sample, in the loss and in `weightedMetrics`; a stream gives them in its batches. Default: all 1. */
  readonly sampleWeight?: SampleWeights
}

export const runOptions: OptionKeys<RunOptions> = {
  batchSize: true,
  steps: true,
  verbose: true,
  signal: true,
  output: true,
  callbacks: true,
}
const evaluateOptions: OptionKeys<EvaluateOptions> = { ...runOptions, sampleWeight: true }

/** The loss and metrics on data: see `Model.evaluate`. */
export const evaluateModel = (
  model: AnyModel,
  x: unknown,
  y: unknown,
  options: EvaluateOptions,
): Promise<Logs> => withStreams(options, (streams) => evaluateOn(model, { x, y }, options, streams))

async function evaluateOn(
  model: AnyModel,
  { x, y }: { readonly x: unknown; readonly y: unknown },
  options: EvaluateOptions,
  streams: RunStreams,
): Promise<Logs> {
  checkOptions(options, 'evaluate', '{ batchSize: 32 }', evaluateOptions)
  if (isStream(x)) {
    const { refuseBesideStream } = await import('./onDemand.js')
    refuseBesideStream('evaluate', { ...options, y })
  }
  const compiled = model.runState.requireCompiled(model.title, 'evaluate')
  const batchSize = positiveInteger(options.batchSize ?? 32, 'evaluate: batchSize')
  const limit = options.steps === undefined ? undefined : positiveInteger(options.steps, 'evaluate: steps')
  const supply = await testSupply(
    model,
    compiled,
    { x, y, sampleWeight: options.sampleWeight },
    { batchSize, streams },
  )
  const callbacks = beginRun(model, options, fewer(supply.steps, limit))
  return runEvaluation({ model, compiled, supply, limit, signal: options.signal, callbacks })
}

/** The callbacks of an evaluation or prediction, with a progress bar behind them, told what is known of the run. */
export function beginRun(model: AnyModel, options: RunOptions, steps: number | undefined): CallbackList {
  const { verbose, output } = resolveVerbosity(options.verbose, options.output, 0)
  checkSignal(options.signal)
  const progress = verbose === 0 ? [] : [new ProgbarLogger()]
  const callbacks = new CallbackList(options.callbacks, progress)
  callbacks.begin(model, { epochs: 1, steps, verbose, output })
  return callbacks
}

/** The smaller of two numbers, of which one or both may be unknown. */
export const fewer = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

interface TestData {
  readonly x: unknown
  readonly y?: unknown
  readonly sampleWeight?: unknown
}

interface TestSupplyOptions {
  readonly batchSize: number
  readonly streams: RunStreams
  /** What the data is called in errors. Default: as it is in `evaluate`. */
  readonly names?: typeof argumentNames
}

/**
 * Batches to evaluate a model on, after a look at their labels; they are filled up with copies where the model's loss and
 * metrics allow it.
 */
export async function testSupply(
  model: AnyModel,
  compiled: CompiledModel,
  data: TestData,
  { batchSize, streams, names = argumentNames }: TestSupplyOptions,
): Promise<BatchSupply> {
  await compiled.load()
  if (isStream(data.x)) return testStream(model, compiled, data.x, { name: names.x, streams })
  const inMemory = await modelData(model, data, names)
  const { allowsPadding } = settle(model, compiled, inMemory)
  return memorySupply(inMemory, { batchSize, isPadded: allowsPadding() })
}

async function testStream(
  model: AnyModel,
  compiled: CompiledModel,
  stream: Batches,
  given: { readonly name: string; readonly streams: RunStreams },
) {
  let allowsPadding = false
  const { StreamSupply } = await import('./onDemand.js')
  const supply = new StreamSupply(model, stream, {
    ...given,
    isPadded: () => allowsPadding,
    check: (batch) => {
      allowsPadding = settle(model, compiled, batch).allowsPadding()
    },
  })
  await supply.peek()
  return supply
}

interface Evaluation {
  readonly model: AnyModel
  readonly compiled: CompiledModel
  readonly supply: BatchSupply
  /** Batches to run at most. */
  readonly limit?: number
  readonly signal: AbortSignal | undefined
  readonly callbacks: CallbackList
  /** What stands in front of the keys of the logs. Default: nothing. */
  readonly prefix?: string
}

/** Runs batches through the test step, from the beginning of a pass, between the beginning and the end of the stage `Test`. */
export const runEvaluation = (run: Evaluation): Promise<Logs> =>
  run.callbacks.during('Test', () => runBatches(run))

async function runBatches(run: Evaluation): Promise<Logs> {
  const { model, compiled, supply, limit, signal, callbacks, prefix = '' } = run
  model.resetMetrics()
  const batches = supply.pass(0)
  let logs = (): Logs => ({})
  await runPipelined({
    steps: fewer(supply.steps, limit) ?? Number.POSITIVE_INFINITY,
    signal,
    landsAlone: () => callbacks.inLockstep('Test'),
    async launch(step) {
      const batch = await batches.next()
      if (!batch) return undefined
      const { executable, keys } = await testProgram(model, batch)
      await callbacks.tell('onTestBatchBegin', step)
      return { results: executable.run(testInputs(batch)), keys }
    },
    async land(step, values, { keys }) {
      logs = () => prefixed(prefix, logsOf(keys, values, compiled.objective?.trackers))
      if (callbacks.hears('onTestBatchEnd')) await callbacks.tell('onTestBatchEnd', step, logs())
    },
  })
  await batches.close?.()
  return logs()
}

/** The compiled test step for a batch. */
export function testProgram(model: AnyModel, { types, isPadded }: BatchForm) {
  return model.runState.programs.get(isPadded ? 'padded test' : 'test', types, (given) =>
    traceTestStep(model, given, isPadded),
  )
}

/** What a test step is fed: the batch, and how many of its samples count where there may be copies. */
export const testInputs = ({ arrays, samples, isPadded }: FeedBatch) =>
  isPadded ? [...arrays, new Float32Array([samples])] : arrays
