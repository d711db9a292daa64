import { Argument, type Command } from 'commander'
import type { Subject } from '../bench/measureInTurns.js'
import { fmaPeak, memoryBandwidth } from '../bench/peaks.js'
import { compile } from '../compiler/compile.js'
import { digits } from '../data/datasets/index.js'
import { ArgumentError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import { createBackend } from '../runtime/createExecutor.js'
import { chosenTuner } from '../runtime/createTuner.js'
import { Debug } from '../runtime/debug.js'
import { DeviceExecutor } from '../runtime/deviceExecutor.js'
import type { TimedRun } from '../runtime/run.js'
import { writeFile } from '../saving/files.js'
import {
  chosenTune,
  configureExecutor,
  type ExecutorArguments,
  oneOf,
  targetOption,
  threadsOption,
  tuneOption,
  wholeNumber,
} from './arguments.js'
import { createLenet } from './lenet.js'
import { profileRuns, type RunProfile } from './profile/profileRun.js'
import { profileText } from './profile/profileText.js'
import { traceOf } from './profile/trace.js'
import { bold, type CliContext, columnsOf, humanOutput, writeJson } from './streams.js'

interface ProfileArguments extends ExecutorArguments {
  readonly batchSize: number
  readonly runs: number
  readonly predict?: boolean
  readonly trace?: string
  readonly json?: boolean
}

interface ProfileResult extends RunProfile {
  readonly model: string
  readonly what: 'training step' | 'prediction'
  readonly batch_size: number
  readonly target: string
  /** The target's name with its vectors: `x64 AVX-512`. */
  readonly vectors: string
  readonly threads: number
}

/** `gradus profile lenet` */
export function addProfileCommand(program: Command, context: CliContext): void {
  program
    .command('profile')
    .description("time each launch of a network's step: GFLOP/s, bytes, and shares of the machine's peaks")
    .addArgument(oneOf(new Argument('<model>', 'the network'), ['lenet']))
    .option('--batch-size <n>', 'samples in a step', wholeNumber(1), 128)
    .option('--predict', 'a prediction instead of a training step')
    .option('--runs <n>', 'runs to take the median of', wholeNumber(1), 50)
    .addOption(targetOption())
    .addOption(threadsOption())
    .addOption(tuneOption())
    .option('--trace <file>', 'write a trace of the runs that ui.perfetto.dev opens')
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (model: string, options: ProfileArguments) => {
      await configureExecutor(options)
      const result = await profile(model, options, context)
      if (options.json) writeJson(context, result)
    })
}

/** Turns in which runs and the measurement of peaks alternate. */
const turns = 5
/** Before that, in milliseconds: engines optimize what they run often. */
const warmUpTime = 500

async function profile(
  model: string,
  options: ProfileArguments,
  context: CliContext,
): Promise<ProfileResult> {
  const { batchSize, predict = false, json = false } = options
  const { signal } = context
  // Before the work, so that none is lost.
  if (options.trace !== undefined) await writeText(options.trace, '{}')
  const debug = new Debug()
  const backend = await createBackend(options, { debug, timed: true })
  if (backend.name === 'interpreter') {
    throw new ArgumentError('profile: the interpreter is not timed; use the target "x64" or "wasm".')
  }
  const timed: TimedRun[] = []
  const makeTuner = await chosenTuner({ tune: chosenTune(options) })
  const executor = new DeviceExecutor({ backend, compile, debug, makeTuner, onRun: (run) => timed.push(run) })
  const peakBackend = await createBackend(options, { debug: new Debug('') })
  try {
    const run = await lenetRun(executor, batchSize, predict)
    const warmUp = performance.now() + warmUpTime
    while (performance.now() < warmUp) await run()
    timed.length = 0
    const [arithmetic, stream] = [await fmaPeak(peakBackend), await memoryBandwidth(peakBackend)]
    let [arithmeticTime, streamTime] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let turn = 0; turn < turns; turn++) {
      for (let i = 0; i < Math.ceil(options.runs / turns); i++) {
        signal.throwIfAborted()
        await run()
      }
      // A peak is what can be reached: the fastest counts, and the first runs warm up.
      for (let i = 0; i < 3; i++) {
        arithmeticTime = Math.min(arithmeticTime, await timeOf(arithmetic))
        streamTime = Math.min(streamTime, await timeOf(stream))
      }
    }
    const peaks = {
      gflops: arithmetic.flops / arithmeticTime / 1e6,
      gigabytes_per_second: stream.bytes / streamTime / 1e6,
    }
    const runs = mainRuns(timed).slice(-options.runs)
    const what = predict ? 'prediction' : 'training step'
    const { name: target, threads, traits } = backend
    const result: ProfileResult = {
      ...{ model, what, batch_size: batchSize, target, vectors: traits.name, threads },
      ...profileRuns(runs, peaks),
    }
    const output = humanOutput(context, json)
    output.write(
      `${model}, ${what} of ${batchSize}, ${traits.name} on ${threads} ${threads === 1 ? 'thread' : 'threads'}\n\n`,
    )
    const emphasize = (title: string) => bold(output, title)
    output.write(`${profileText(result, { width: columnsOf(output), what, emphasize })}\n`)
    if (options.trace !== undefined) {
      const names = Array.from({ length: threads }, (_, i) => `thread ${i}`)
      await writeText(options.trace, JSON.stringify(traceOf(runs, names)))
      output.write(`\nThe trace is in ${options.trace}: open it at ui.perfetto.dev.\n`)
    }
    return result
  } finally {
    await Promise.all([executor.close(), peakBackend.close()])
  }
}

async function timeOf(subject: Subject): Promise<number> {
  const start = performance.now()
  await subject.run(1)
  return performance.now() - start
}

/** A training step or a prediction of the LeNet. */
async function lenetRun(executor: DeviceExecutor, batchSize: number, predict: boolean) {
  const { train } = await digits.load({ train: batchSize, test: 0 })
  const lenet = createLenet(1)
  useExecutor(executor)
  return predict
    ? () => lenet.predict(train.images, { batchSize, verbose: 0 })
    : () => lenet.trainOnBatch(train.images, train.labels)
}

/** The runs of the Program that took the most time: small ones go before it and behind it. */
function mainRuns(runs: readonly TimedRun[]): TimedRun[] {
  const byReport = new Map<TimedRun['report'], TimedRun[]>()
  for (const run of runs) byReport.set(run.report, [...(byReport.get(run.report) ?? []), run])
  const time = (list: readonly TimedRun[]) => list.reduce((sum, { begin, end }) => sum + end - begin, 0)
  return [...byReport.values()].sort((a, b) => time(b) - time(a))[0]
}

const writeText = (path: string, text: string): Promise<void> =>
  writeFile(path, [new TextEncoder().encode(text)])
