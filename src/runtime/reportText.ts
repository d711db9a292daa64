import type { LaunchReport, Report } from '../compiler/program.js'

/** A Program's report as a table for people: one line for each launch, totals at the end. Those `once` run when weights have changed, and do not count. */
export function reportText(report: Report): string {
  const header = ['#', 'function', 'ops', 'algorithm', 'grid', 'MFLOP', 'KB', 'notes']
  const { launches, prepared } = report
  const numbered = [
    ...prepared.map((launch) => ({ launch, number: 'once' })),
    ...launches.map((launch, i) => ({ launch, number: String(i) })),
  ]
  const rows = numbered.map(({ launch, number }) => [
    number,
    launch.function,
    launch.ops,
    launch.algorithm,
    String(launch.grid),
    (launch.flops / 1e6).toFixed(3),
    (launch.bytes / 1e3).toFixed(1),
    notes(launch),
  ])
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        numeric.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd()
  const sum = (value: (launch: LaunchReport) => number) =>
    launches.reduce((total, launch) => total + value(launch), 0)
  return [
    ...[header, ...rows].map(line),
    `${launches.length} launches, ${(sum(({ flops }) => flops) / 1e6).toFixed(3)} MFLOP, ` +
      `${(sum(({ bytes }) => bytes) / 1e6).toFixed(3)} MB moved, ${(report.arenaBytes / 1e6).toFixed(3)} MB of scratch`,
  ].join('\n')
}

const numeric: ReadonlySet<number> = new Set([0, 4, 5, 6])

function notes({ lanes, singleThreaded, cutBy }: LaunchReport): string {
  return [
    ...(lanes === 'vector' ? [] : [`scalar: ${lanes.scalar}`]),
    ...(cutBy === undefined || cutBy === 'model' ? [] : [`cut as ${cutBy}`]),
    ...(singleThreaded === undefined ? [] : [`one thread: ${singleThreaded}`]),
  ].join('; ')
}
