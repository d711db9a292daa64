import { Argument, type Command, Option } from 'commander'
import { type BenchTarget, benchTargets } from '../bench/benchExecutor.js'
import type { Benchmark } from '../bench/benchmark.js'
import { convBenchmarks } from '../bench/conv.js'
import { lenetStepBenchmark } from '../bench/lenetStep.js'
import { matmulBenchmarks } from '../bench/matmul.js'
import { installPeers, lenetPeers, PeerProcess } from '../bench/peers.js'
import { type BenchOptions, type BenchReport, type BenchRow, runBenchmarks } from '../bench/runBenchmarks.js'
import { ArgumentError } from '../errors.js'
import { mostThreads, wholeNumber, wholeNumbers } from './arguments.js'
import { benchHeader, benchLine, closingLines } from './benchText.js'
import { type CliContext, humanOutput, writeJson } from './streams.js'

const benchmarks = {
  'lenet-step': [lenetStepBenchmark],
  matmul: matmulBenchmarks,
  conv: convBenchmarks,
} as const satisfies Record<string, readonly Benchmark[]>

type BenchName = keyof typeof benchmarks

interface BenchArguments {
  readonly target?: BenchTarget
  readonly threads?: readonly number[]
  readonly rounds?: number
  readonly peers?: boolean
  readonly json?: boolean
}

/**
 * How peers are measured: a step of theirs takes from seconds to half a minute, so there is one to warm up and two that
 * count, each between a second of Gradus.
 */
const besidePeers = { rounds: 2, sampleTime: 1000 }

/** `gradus bench` */
export function addBenchCommand(program: Command, context: CliContext): void {
  program
    .command('bench')
    .description("measure speed: milliseconds, GFLOP/s, and the share of the bare micro-kernel's own speed")
    .addArgument(new Argument('<name>', 'what to measure').choices(Object.keys(benchmarks)))
    .addOption(
      new Option('--target <name>', 'what computes (default: x64 where it runs)').choices(benchTargets),
    )
    .option(
      '--threads <list>',
      'numbers of threads, such as 1,2 (default: 1 and as many as there are cores)',
      wholeNumbers(1, mostThreads),
    )
    .option('--rounds <n>', 'samples of each, of which the median counts (default: 15)', wholeNumber(1))
    .option('--peers', 'lenet-step: TensorFlow.js and jax-js in turns with it (about 2 minutes)')
    .option('--json', 'end with one JSON object on standard output; all else goes to standard error')
    .action(async (name: BenchName, options: BenchArguments) => {
      const report = await bench(name, options, context)
      if (options.json) writeJson(context, { bench: name, ...report })
    })
}

async function bench(name: BenchName, options: BenchArguments, context: CliContext): Promise<BenchReport> {
  const { target, peers: withPeers = false, json = false, threads, rounds } = options
  if (withPeers && name !== 'lenet-step') {
    throw new ArgumentError(`bench: --peers measures the LeNet step only; leave it out for ${name}.`)
  }
  const { signal } = context
  const stream = humanOutput(context, json)
  const write = (text: string) => void stream.write(text)
  const peers: PeerProcess[] = []
  try {
    if (withPeers) {
      await installPeers(write)
      for (const peer of lenetPeers) peers.push(await PeerProcess.start(peer, signal))
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
