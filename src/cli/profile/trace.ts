import type { TimedRun } from '../../runtime/run.js'

/**
 * Runs as a trace that Perfetto (ui.perfetto.dev) and Chrome (chrome://tracing) open: a track for each thread, a slice for
 * each launch, and the runs as the caller's thread sees them. Times are in microseconds from the first run on.
 * Format: "Trace Event Format", the JSON object form with complete events.
 */
export function traceOf(runs: readonly TimedRun[], threadNames: readonly string[]): object {
  const start = runs.reduce((first, { begin }) => Math.min(first, begin), Number.POSITIVE_INFINITY)
  const microseconds = (ms: number): number => Math.round(1e6 * ms) / 1e3
  const slice = (name: string, tid: number, begin: number, end: number, args: object): object => ({
    name,
    ph: 'X',
    pid: 1,
    tid,
    ts: microseconds(begin - start),
    dur: microseconds(end - begin),
    args,
  })
  const named = (tid: number, name: string): object[] => [
    { name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } },
    { name: 'thread_sort_index', ph: 'M', pid: 1, tid, args: { sort_index: tid } },
  ]
  const caller = 0
  return {
    displayTimeUnit: 'ns',
    traceEvents: [
      { name: 'process_name', ph: 'M', pid: 1, args: { name: 'gradus' } },
      ...named(caller, 'caller'),
      ...threadNames.flatMap((name, thread) => named(thread + 1, name)),
      ...runs.flatMap(({ report, begin, end, launches }, run) => [
        slice(`run ${run}`, caller, begin, end, {}),
        ...launches.map((time) => {
          const { function: name, ...args } = report.launches[time.launch]
          return slice(name, time.thread + 1, time.begin, time.end, args)
        }),
      ]),
    ],
  }
}
