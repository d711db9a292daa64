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
