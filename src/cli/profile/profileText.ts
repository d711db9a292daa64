import { wrapWords } from '../wrapWords.js'
import type { LaunchProfile, RunProfile } from './profileRun.js'

/** Titles and widths of the columns behind the launch's name: 80 characters with it. */
const columns = [
  ['ms', 8],
  ['time', 6],
  ['GFLOP/s', 9],
  ['peak', 6],
  ['GB/s', 7],
  ['peak', 6],
] as const

const columnsWidth = columns.reduce((sum, [, width]) => sum + width, 0)

/** A profile as a table for people, the launches in their order, and what the shares are shares of. */
export function profileText(
  { ms, runs, waiting_ms, peaks, launches }: RunProfile,
  { width, what, emphasize }: { width: number; what: string; emphasize: (title: string) => string },
): string {
  const nameWidth = Math.max(20, width - columnsWidth - 1)
  const line = (name: string, cells: readonly string[]) =>
    (name.padEnd(nameWidth) + cells.map((cell, i) => cell.padStart(columns[i][1])).join('')).trimEnd()
  const row = (launch: LaunchProfile) => line(shorten(nameOf(launch), nameWidth), cellsOf(launch))
  const launched = ms - waiting_ms
  return [
    emphasize(
      line(
        'launch',
        columns.map(([title]) => title),
      ),
    ),
    ...launches.map(row),
    line('all launches', [launched.toFixed(3), percent(launched / ms)]),
    line('waiting', [waiting_ms.toFixed(3), percent(waiting_ms / ms)]),
    line(what, [ms.toFixed(3), percent(1)]),
    '',
    ...cutLines(launches, width),
    ...wrapWords(
      `Medians of ${runs} runs; of each launch, the time of its slowest thread. Peaks, in turns with the runs: multiply-adds ` +
        `in registers ${peaks.gflops.toFixed(0)} GFLOP/s; a copy beyond the caches ` +
        `${peaks.gigabytes_per_second.toFixed(1)} GB/s, read and written, which what lies in caches may exceed.`,
      width,
    ),
  ].join('\n')
}

/** Which launches are cut otherwise than the cost model would, or were found to be cut well by it. */
function cutLines(launches: readonly LaunchProfile[], width: number): string[] {
  return (['measured', 'cached'] as const).flatMap((origin) => {
    const names = launches.filter(({ cut_by }) => cut_by === origin).map(({ function: name }) => name)
    return names.length > 0 ? wrapWords(`Cut as ${origin}: ${names.join('; ')}.`, width) : []
  })
}

/** The launched function, and how often a run launches it where that is not once. */
const nameOf = ({ function: name, times }: LaunchProfile): string => (times > 1 ? `${name} x ${times}` : name)

const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`

const percent = (share: number): string => `${Math.round(100 * share)} %`

function cellsOf(launch: LaunchProfile): string[] {
  const { ms, share, gflops, gigabytes_per_second } = launch
  return [
    ms.toFixed(3),
    percent(share),
    ...(gflops > 0 ? [gflops.toFixed(1), percent(launch.share_of_fma_peak)] : ['', '']),
    gigabytes_per_second.toFixed(1),
    percent(launch.share_of_bandwidth),
  ]
}
