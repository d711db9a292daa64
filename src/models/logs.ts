import type { TypedArray } from '../graph/dtype.js'
import type { Metric } from '../metrics/metric.js'
import type { Logs } from './listener.js'

/** The trackers' values under their names, in alphabetical order as in Keras: `accuracy` before `loss`. */
export function logsOf(trackers: readonly Metric[], values: readonly TypedArray[]): Logs {
  const entries = trackers.flatMap((tracker, i) => {
    const value = tracker.logValue(values[i])
    return value === undefined ? [] : [[tracker.name, value] as const]
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The logs of validation, under their keys in History: `val_loss`. */
export const validationLogs = (logs: Logs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([key, value]) => [`val_${key}`, value]))
