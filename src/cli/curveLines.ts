import { logKeys } from '../plot/keys.js'
import type { RunLog } from '../plot/runLog.js'
import { sparkline } from '../plot/sparkline.js'
import { shortNumber } from '../plot/ticks.js'
import { type CliStream, columnsOf } from './streams.js'

const widest = 40
const narrowest = 8

/** A line for each key of a log: its first number, bars, its last. Training and validation of a metric stand together. */
export function writeCurves(stream: CliStream, { logs }: RunLog): void {
  const keys = logKeys(Object.keys(logs))
  const metrics = [...new Set(keys.map(({ metric }) => metric))]
  const rows = metrics
    .flatMap((metric) => keys.filter((key) => key.metric === metric).map(({ key }) => key))
    .map((key) => {
      const { values } = logs[key]
      return { key, values, first: shortNumber(values[0]), last: shortNumber(values[values.length - 1]) }
    })
  const widthOf = (part: 'key' | 'first' | 'last') => Math.max(...rows.map((row) => row[part].length))
  const taken = widthOf('key') + widthOf('first') + widthOf('last') + 8
  const room = Math.max(narrowest, Math.min(widest, columnsOf(stream) - taken))
  for (const { key, values, first, last } of rows) {
    const [name, from] = [key.padEnd(widthOf('key')), first.padStart(widthOf('first'))]
    stream.write(`  ${name}  ${from} ${sparkline(values, room)} ${last}\n`)
  }
}
