import { type Measurement, type Verdict, verdicts } from './compare.js'
import type { ConformanceCase } from './suite.js'

/** A case that ran, and what was measured. */
export interface CaseResult {
  readonly suite: string
  readonly conformanceCase: ConformanceCase
  readonly measurements: readonly Measurement[]
}

/** A row of the table: all cases of one of Keras's entries. */
export interface Row {
  readonly what: string
  readonly cases: number
  /** The error that comes nearest to its limit, or is furthest beyond it. */
  readonly worst: Measurement
  readonly verdict: Verdict
  /** Measurements that did not simply agree. */
  readonly remarks: readonly { readonly name: string; readonly measurement: Measurement }[]
}

/** The worse of two verdicts. */
export const worse = (a: Verdict, b: Verdict): Verdict =>
  verdicts[Math.max(verdicts.indexOf(a), verdicts.indexOf(b))]

export const isFault = (verdict: Verdict): boolean => verdict === 'differs' || verdict === 'fails'

export function worstVerdict(measurements: readonly Measurement[]): Verdict {
  return measurements.reduce<Verdict>((verdict, measurement) => worse(verdict, measurement.verdict), 'agrees')
}

/** How much of what is allowed an error takes up. */
const shareOfLimit = ({ error, limit }: Measurement): number => (error === 0 ? 0 : error / limit)

/** One row for each entry, in the order in which they came. */
export function rowsOf(results: readonly CaseResult[]): Row[] {
  const groups = new Map<string, CaseResult[]>()
  for (const result of results) {
    const { entries, row } = result.conformanceCase
    for (const what of row === undefined ? entries : [row]) {
      groups.set(what, [...(groups.get(what) ?? []), result])
    }
  }
  return [...groups].map(([what, group]) => {
    const measurements = group.flatMap((result) => result.measurements)
    return {
      what,
      cases: group.length,
      worst: measurements.reduce((a, b) => (shareOfLimit(b) > shareOfLimit(a) ? b : a)),
      verdict: worstVerdict(measurements),
      remarks: group.flatMap(({ conformanceCase: { name }, measurements: of }) =>
        of.filter(({ verdict }) => verdict !== 'agrees').map((measurement) => ({ name, measurement })),
      ),
    }
  })
}
