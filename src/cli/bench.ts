import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Argument, type Command, Option } from 'commander'
import { type BenchTarget, benchTargets } from '../bench/benchExecutor.js'
import type { Benchmark } from '../bench/benchmark.js'
import { type CompileRow, measureCompile } from '../bench/compileTime.js'
import { convBenchmarks } from '../bench/conv.js'
import { lenetBatch, lenetStepBenchmark } from '../bench/lenetStep.js'
import { matmulBenchmarks } from '../bench/matmul.js'
import { measureSuite } from '../bench/measureSuite.js'
import { checkPeersFolder, ownPeers, type Peer, scriptPeers, suitePeers } from '../bench/peer.js'
import { PeerProcess } from '../bench/peerProcess.js'
import { type BenchOptions, type BenchReport, type BenchRow, runBenchmarks } from '../bench/runBenchmarks.js'
import { benchmarksPage, describeBenchMachine, pagePath, type SuiteReport } from '../bench/suitePage.js'
import { type SuitePart, suite, suiteParts, type Task } from '../bench/task.js'
import { ArgumentError, GradusError } from '../errors.js'
import {
  chosenTune,
  mostThreads,
  namesOf,
  oneOf,
  tuneOption,
  wholeNumber,
  wholeNumbers,
} from './arguments.js'
import { benchHeader, benchLine, closingLines, compileLine, suiteLines } from './benchText.js'
import { type CliContext, humanOutput, writeJson } from './streams.js'

const benchmarks = {
  'lenet-step': [lenetStepBenchmark],
  matmul: matmulBenchmarks,
  conv: convBenchmarks,
} as const satisfies Record<string, readonly Benchmark[]>

type BenchName = keyof typeof benchmarks | 'suite' | 'compile'

interface BenchArguments {
  readonly target?: BenchTarget
  readonly threads?: readonly number[]
  readonly rounds?: number
  readonly only?: readonly SuitePart[]
  readonly page?: boolean
  readonly tune?: true
  readonly peers?: boolean
  readonly json?: boolean
}

/**
 * How peers in plain JavaScript are measured beside a step: one of theirs takes from seconds to half a minute, so there is
 * one to warm up and two that count, each between a second of Gradus.
 */
const besidePeers = { rounds: 2, sampleTime: 1000 }

const suiteRounds = 5
const compileRounds = 3

/** `gradus bench` */
export function addBenchCommand(program: Command, context: CliContext): void {
  program
    .command('bench')
    .description("measure speed: milliseconds, GFLOP/s, and the share of the bare micro-kernel's own speed")
    .addArgument(
      oneOf(new Argument('<name>', 'what to measure'), [...Object.keys(benchmarks), 'compile', 'suite']),
    )
    .addOption(
      oneOf(
        new Option('--target <name>', 'what computes (default: x64 where it runs; suite: both)'),
        benchTargets,
      ),
    )
    .option(
      '--threads <list>',
      'numbers of threads, such as 1,2 (default: 1 and as many as there are cores; suite, compile: the latter)',
      wholeNumbers(1, mostThreads),
    )
    .option(
      '--rounds <n>',
      `samples of each, of which the median counts (default: 15; suite: ${suiteRounds}; compile: ${compileRounds})`,
      wholeNumber(1),
    )
    .option('--only <parts>', `suite: some of ${suiteParts.join(',')}`, namesOf(suiteParts))
    .option('--peers', 'in turns with others. lenet-step: TensorFlow.js, jax-js; suite: Keras, PyTorch, ...')
    .addOption(tuneOption())
    .option('--page', 'suite: write docs/benchmarks.md')
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (name: BenchName, options: BenchArguments) => {
      checkOptions(name, options)
      const report =
        name === 'suite'
          ? await benchSuite(options, context)
          : name === 'compile'
            ? { rows: await benchCompile(options, context) }
            : await bench(name, options, context)
      if (options.json) writeJson(context, { bench: name, ...report })
    })
}

function checkOptions(name: BenchName, { peers, only, page, threads, tune }: BenchArguments): void {
  if (name === 'compile' && tune)
    throw new ArgumentError('bench: compile measures compiling alone; leave --tune out.')
  if (name === 'suite' || name === 'compile') {
    checkPeersFolder(name)
    if (threads && threads.length > 1)
      throw new ArgumentError(`bench: ${name} takes one number of threads, such as --threads 2.`)
    if (name === 'suite') return
  }
  if (only || page)
    throw new ArgumentError(`bench: --only and --page are for the suite; leave them out for ${name}.`)
  if (!peers) return
  if (name !== 'lenet-step')
    throw new ArgumentError(`bench: --peers measures the LeNet step or the suite; leave it out for ${name}.`)
  checkPeersFolder('--peers')
}

/** What compiling costs, in steps of what was compiled. */
async function benchCompile(options: BenchArguments, context: CliContext): Promise<CompileRow[]> {
  const { target, rounds = compileRounds, json = false } = options
  const stream = humanOutput(context, json)
  return measureCompile({
    ...{ target, rounds },
    threads: options.threads?.[0] ?? availableParallelism(),
    signal: context.signal,
    onRow: (row) => void stream.write(`${compileLine(row)}\n`),
  })
}

async function bench(
  name: keyof typeof benchmarks,
  options: BenchArguments,
  context: CliContext,
): Promise<BenchReport> {
  const { target, peers: withPeers = false, json = false, threads, rounds } = options
  const { signal } = context
  const stream = humanOutput(context, json)
  const write = (text: string) => void stream.write(text)
  const peers: PeerProcess[] = []
  try {
    if (withPeers) {
      for (const peer of scriptPeers) peers.push(await startPeer(peer, write, signal))
      write(`In turns with ${peers.map((peer) => peer.name).join(' and ')}. This takes about two minutes.\n`)
    }
    const measuring: BenchOptions = {
      ...(withPeers ? besidePeers : {}),
      ...(rounds === undefined ? {} : { rounds }),
    }
    write(`${benchHeader(stream)}\n`)
    const onRow = (row: BenchRow) => write(`${benchLine(row)}\n`)
    const report = await runBenchmarks(benchmarks[name], {
      ...measuring,
      target,
      threads,
      tune: chosenTune(options),
      peers,
      signal,
      onRow,
    })
    for (const line of closingLines(report)) write(`${line}\n`)
    return report
  } finally {
    for (const peer of peers) peer.stop()
  }
}

/** A peer that has done a LeNet step. */
async function startPeer(
  peer: Peer,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<PeerProcess> {
  const command = await peer.prepare(write, signal)
  const task = { kind: 'train', model: 'lenet', batch: lenetBatch } as const
  const started =
    typeof command === 'string'
      ? command
      : await PeerProcess.start(peer, command, task, { threads: availableParallelism(), signal })
  if (typeof started === 'string') throw new GradusError(`bench: ${peer.name} is absent: ${started}`)
  return started
}

async function benchSuite(options: BenchArguments, context: CliContext): Promise<SuiteReport> {
  const { target, only = suiteParts, peers = false, rounds = suiteRounds, json = false } = options
  const { signal } = context
  const stream = humanOutput(context, json)
  const write = (text: string) => void stream.write(text)
  const threads = options.threads?.[0] ?? availableParallelism()
  // Each task has a process of its own.
  if (options.tune) process.env.GRADUS_TUNE = '1'
  const machine = await describeBenchMachine(threads)
  const results = await measureSuite({
    tasks: only.flatMap((part): readonly Task[] => suite[part]),
    own: target ? [ownPeers[target]] : Object.values(ownPeers),
    peers: peers ? suitePeers : [],
    ...{ threads, rounds, signal, write },
    onResult: (result) => write(`${suiteLines(result, stream).join('\n')}\n`),
  })
  // A part of the suite is asked for to be had quickly.
  const compiling = options.only ? undefined : await benchCompile({ target, json }, context)
  const report = { machine, rounds, results, compiling }
  if (options.page) {
    await writeFile(pagePath, benchmarksPage(report))
    write('\nWritten to docs/benchmarks.md.\n')
  }
  return report
}
