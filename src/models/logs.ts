import type { Logs } from '../callbacks/callback.js'
import type { TypedArray } from '../graph/dtype.js'
import type { Tracker } from './objective.js'

/**
 * A step's logs under their keys, in alphabetical order as in Keras: `accuracy` before `loss`. Of a metric that gives several
 * numbers, the one that stands for them; of other tensors the mean.
 */
export function logsOf(
  keys: readonly string[],
  values: readonly TypedArray[],
  trackers: readonly Tracker[] = [],
): Logs {
  const entries = keys.flatMap((key, i): [string, number][] => {
    const data = values[i]
    const metric = trackers.find((tracker) => tracker.key === key)?.metric
    const value = data.length === 1 ? data[0] : metric ? metric.logValue(data) : mean(data)
    return value === undefined ? [] : [[key, value]]
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const mean = (values: TypedArray): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length

/** Logs with something in front of their keys: `val_loss`. */
export const prefixed = (prefix: string, logs: Logs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([key, value]) => [`${prefix}${key}`, value]))
