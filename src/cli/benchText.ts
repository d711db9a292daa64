import type { CompileRow } from '../bench/compileTime.js'
import { labelOf, type SuiteResult, type SuiteRow } from '../bench/measureSuite.js'
import type { BenchReport, BenchRow } from '../bench/runBenchmarks.js'
import { bold, type CliStream } from './streams.js'

const nameWidth = 30
const columns = ['threads', 'ms', 'GFLOP/s', 'of kernel', 'speed-up'] as const
const columnWidth = 10

const cells = (values: readonly string[]): string =>
  values.map((value) => value.padStart(columnWidth)).join('')

/** Titles of the table's columns. */
export const benchHeader = (stream: CliStream): string => bold(stream, ' '.repeat(nameWidth) + cells(columns))

/** A row of the table, 80 characters wide. */
export function benchLine(row: BenchRow): string {
  const share = `${Math.round(100 * row.share_of_micro_kernel)} %`
  const values = [
    String(row.threads),
    row.ms.toFixed(2),
    row.gflops.toFixed(1),
    share,
    `${row.speedup.toFixed(2)}x`,
  ]
  return row.name.padEnd(nameWidth) + cells(values)
}

/** What follows the table: the micro-kernel's own speed, and peers. */
export function closingLines({ rows, width, tile, fused_multiply_add, peers = [] }: BenchReport): string[] {
  const speeds = [...new Set(rows.map((row) => row.threads))].map((threads) => {
    const measured = rows.filter((row) => row.threads === threads).map((row) => row.micro_kernel_gflops)
    const [low, high] = [Math.min(...measured), Math.max(...measured)].map((speed) => speed.toFixed(1))
    return `${low === high ? low : `${low} to ${high}`} on ${threads}`
  })
  const arithmetic = fused_multiply_add ? 'fused multiply-add' : 'multiply and add'
  return [
    '',
    `The bare micro-kernel's GFLOP/s, in turns with the rows above, by threads: ${speeds.join(', ')}.`,
    `Its tiles have ${tile.rows} rows by ${tile.vectors} vectors of ${width} lanes, with ${arithmetic}.`,
    ...peers.map(
      ({ name, version, ms, steps, gradus_speedup }) =>
        `${name} ${version}: ${ms.toFixed(0)} ms (${steps} steps measured). Gradus is ${gradus_speedup.toFixed(0)} times as fast.`,
    ),
  ]
}

const suiteColumns = ['ms', 'GFLOP/s', 'first run', 'memory'] as const

/** A task of the suite: a row for each way of doing it, the fastest first, 80 characters wide. */
export function suiteLines({ task, rows, ratio, fma_peak_gflops }: SuiteResult, stream: CliStream): string[] {
  const time = ({ ms = Number.POSITIVE_INFINITY }: SuiteRow): number => ms
  const hasSpeed = rows.some(({ gflops }) => gflops !== undefined)
  return [
    '',
    bold(stream, task.padEnd(suiteNameWidth) + cells(suiteColumns)),
    ...[...rows].sort((a, b) => time(a) - time(b)).map(suiteLine),
    ...(hasSpeed ? [`FMA peak in turns with it: ${fma_peak_gflops.toFixed(0)} GFLOP/s.`] : []),
    ...(ratio === undefined ? [] : [`Gradus takes ${ratio.toFixed(2)} of the fastest peer's time.`]),
  ]
}

const suiteNameWidth = 80 - columnWidth * suiteColumns.length

function suiteLine(row: SuiteRow): string {
  const label = labelOf(row).padEnd(suiteNameWidth)
  const { ms, gflops, first_ms = 0, peak_bytes } = row
  if (ms === undefined) return `${label} ${row.absent?.split('\n')[0] ?? ''}`
  return (
    label +
    cells([
      ms.toFixed(ms < 10 ? 3 : 1),
      gflops?.toFixed(1) ?? '',
      `${(first_ms / 1000).toFixed(2)} s`,
      peak_bytes === undefined ? '' : `${Math.round(peak_bytes / 1e6)} MB`,
    ])
  )
}

export const compileLine = ({ name, compile_ms, step_ms, steps }: CompileRow): string =>
  `${name}: compiled in ${compile_ms.toFixed(0)} ms, as long as ${steps.toFixed(1)} of its steps (${step_ms.toFixed(1)} ms each).`
