import type { Logs } from '../callbacks/callback.js'
import type { TypedArray } from '../graph/dtype.js'
import type { Tracker } from './objective.js'

/** A step's logs under their keys. Of a metric that gives several numbers, the one that stands for them; of other tensors the mean. */
export function logsOf(
  keys: readonly string[],
  values: readonly TypedArray[],
  trackers: readonly Tracker[] = [],
): Logs {
  const logs: Record<string, number> = {}
  keys.forEach((key, i) => {
    const data = values[i]
    const value = data.length === 1 ? data[0] : numberFor(key, data, trackers)
    if (value !== undefined) logs[key] = value
  })
  return logs
}

function numberFor(key: string, data: TypedArray, trackers: readonly Tracker[]): number | undefined {
  const metric = trackers.find((tracker) => tracker.key === key)?.metric
  return metric ? metric.logValue(data) : mean(data)
}

const mean = (values: TypedArray): number =>
  Array.from(values).reduce((total, value) => total + value, 0) / values.length

/** Logs with something in front of their keys: `val_loss`. */
export const prefixed = (prefix: string, logs: Logs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([key, value]) => [`${prefix}${key}`, value]))
