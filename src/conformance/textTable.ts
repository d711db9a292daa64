import { type Measurement, scientific } from './compare.js'
import { isFault, type Row } from './results.js'

const headers = ['what', 'cases', 'worst error', 'limit', 'verdict']

/** The table as aligned text. */
export function tableLines(rows: readonly Row[]): string[] {
  const cells = [headers, ...rows.map(cellsOf)]
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
}

const cellsOf = ({ what, cases, worst, verdict }: Row): string[] => [
  what,
  String(cases),
  errorText(worst.error),
  limitText(worst),
  verdict,
]

/** An error as it stands in tables. */
export const errorText = (error: number): string =>
  Number.isFinite(error) ? scientific(error) : 'beyond bounds'

/** The limit that an error is held against; configs have none. */
export const limitText = ({ limit }: Measurement): string => (limit === 0 ? 'equal' : scientific(limit))

/** What went wrong, case by case. */
export function faultLines(rows: readonly Row[]): string[] {
  const faults = rows.flatMap(({ what, remarks }) => remarks.map((remark) => ({ what, ...remark })))
  return faults
    .filter(({ measurement }) => isFault(measurement.verdict))
    .map(
      ({ what, name, measurement: { what: part, verdict, error, note } }) =>
        `\n${what}: ${name}: ${part} ${verdict}, error ${errorText(error)}${note ? `\n  ${note}` : ''}`,
    )
}
