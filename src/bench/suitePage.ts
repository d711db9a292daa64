import { cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describeCpu } from '../cli/doctor/cpu.js'
import type { CompileRow } from './compileTime.js'
import { labelOf, type SuiteResult, type SuiteRow } from './measureSuite.js'

export const pagePath = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

export interface BenchMachine {
  readonly cpu: string
  /** What it can do with vectors, by the names of the system. */
  readonly features: readonly string[]
  readonly cores: number
  readonly threads: number
  readonly memory_bytes: number
  readonly system: string
  readonly node: string
}

export interface SuiteReport {
  readonly machine: BenchMachine
  readonly rounds: number
  readonly results: readonly SuiteResult[]
  /** What compiling costs; undefined where a part of the suite was measured alone. */
  readonly compiling?: readonly CompileRow[]
}

export async function describeBenchMachine(threads: number): Promise<BenchMachine> {
  const { model, features = [] } = await describeCpu()
  return {
    cpu: model,
    features: features.filter((name) => /^(avx|fma|amx|asimd|sve)/.test(name)),
    cores: cpus().length,
    threads,
    memory_bytes: totalmem(),
    // What follows the first two numbers tells of whoever built the kernel.
    system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
    node: process.versions.node,
  }
}

/** `docs/benchmarks.md`: what was measured, on what, and how. */
export function benchmarksPage({ machine, rounds, results, compiling = [] }: SuiteReport): string {
  const { cpu, features, cores, threads, memory_bytes, system, node } = machine
  const memory = `${(memory_bytes / 2 ** 30).toFixed(0)} GiB`
  return `${[
    '# Benchmarks',
    '',
    'Written by `npm run bench -- suite --peers --page --json`. Each task is done by processes of their own, which take turns in one run; a',
    `figure is the median of ${rounds} samples of at least 0.3 s each, of two where one takes seconds. Before each, all rest for 0.25 s, so that nobody's threads`,
    'still look for work; then 0.05 s of the same work do not count, as processors wake up in them (work of which one piece takes 0.3 s goes without).',
    'All have done their work for three seconds by then: what is compiled while it runs, as JavaScript is, is quick.',
    'The FMA peak, multiply-adds in registers and nothing else, is sampled in turns with them and in the same way, once a round; it too is the median.',
    'Times differ between machines and days; ratios within one run hold.',
    '',
    `Machine: ${cpu}, ${cores} cores, ${memory}; ${system}; Node ${node}. Threads: ${threads}.`,
    `Vectors: ${features.join(' ') || 'not known on this system'}.`,
    '',
    '- A step is one of `fit`: forward pass, loss, gradients, update, loss and accuracy shown (PyTorch: a loop that does the same). Images are',
    '  float32 in ordinary arrays; LeNet and MLP use Adam, ResNet-20 SGD with momentum. Convolutions are done forward and backward, with the',
    '  gradients to image and kernel. Predictions are single calls, until their result is there.',
    '- _First run_ is the time from starting the process until the first step or prediction was done: imports, building and compiling included.',
    '- _Memory_ is the most that the process ever had resident.',
    '- Where a library has several modes, such as `jit_compile`, each has a row, and its best counts.',
    ...results.flatMap(taskSection),
    ...compileSection(compiling),
    '',
    '## Versions',
    '',
    ...versions(results),
  ].join('\n')}\n`
}

function taskSection({ task, rows, ratio, fma_peak_gflops }: SuiteResult): string[] {
  const measured = rows.filter(({ ms }) => ms !== undefined).sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0))
  const absent = rows.filter(({ ms }) => ms === undefined)
  const withSpeed = measured.some(({ gflops }) => gflops !== undefined)
  const header = ['', 'ms', ...(withSpeed ? ['GFLOP/s', 'of FMA peak'] : []), 'first run', 'memory']
  return [
    '',
    `## ${task[0].toUpperCase()}${task.slice(1)}`,
    '',
    `| ${header.join(' | ')} |`,
    `| ${header.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
    ...measured.map((row) => `| ${cellsOf(row, withSpeed, fma_peak_gflops).join(' | ')} |`),
    ...(ratio === undefined ? [] : ['', `Gradus takes ${ratio.toFixed(2)} of the fastest peer's time.`]),
    ...absent.flatMap((row) => ['', `${labelOf(row)} is absent: ${row.absent?.split('\n')[0]}.`]),
  ]
}

function compileSection(rows: readonly CompileRow[]): string[] {
  if (rows.length === 0) return []
  return [
    '',
    '## Compiling a training step',
    '',
    'In processes that have compiled nothing before, from the traced step to a Program that can be run: `npm run bench -- compile`.',
    '',
    '| | ms | ms of a step | steps |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map(
      ({ name, compile_ms, step_ms, steps }) =>
        `| ${name} | ${compile_ms.toFixed(0)} | ${step_ms.toFixed(1)} | ${steps.toFixed(1)} |`,
    ),
  ]
}

function cellsOf(row: SuiteRow, withSpeed: boolean, peak: number): string[] {
  const { ms = 0, gflops, first_ms = 0, peak_bytes } = row
  const speed =
    gflops === undefined ? ['', ''] : [gflops.toFixed(0), `${Math.round((100 * gflops) / peak)} %`]
  return [
    labelOf(row),
    ms.toFixed(ms < 10 ? 3 : 1),
    ...(withSpeed ? speed : []),
    `${(first_ms / 1000).toFixed(2)} s`,
    peak_bytes === undefined ? '' : `${Math.round(peak_bytes / 1e6)} MB`,
  ]
}

/** Each library once, with the version that it says of itself. */
function versions(results: readonly SuiteResult[]): string[] {
  const known = new Map<string, string>()
  for (const { rows } of results) {
    for (const { name, version } of rows) if (version) known.set(name, version)
  }
  return Array.from(known, ([name, version]) => `- ${name}: ${version}`)
}
