import { logKeys, titleOf } from '../../plot/keys.js'
import { shortNumber } from '../../plot/ticks.js'
import type { RunDetails, RunSummary } from '../protocol.js'
import { element, scrolling, table } from './dom.js'
import type { RunData } from './runData.js'

export interface ComparedRun {
  readonly summary: RunSummary
  readonly data: RunData
  readonly details: RunDetails | undefined
  readonly colour: string
}

/** What was chosen and what came of it, a row for each run. Of what was chosen only what differs. */
export function comparisonTable(runs: readonly ComparedRun[]): HTMLElement {
  if (runs.length === 0)
    return element('p', { className: 'empty' }, 'No run is chosen. Tick one in the list of runs.')
  const measured = [...new Set(runs.flatMap(({ data }) => [...data.series.keys()].flatMap(epochKey)))].sort(
    byKey,
  )
  const chosen = [...new Set(runs.flatMap(({ details }) => Object.keys(details?.config ?? {})))].filter(
    (key) =>
      !['gradus', 'epochs'].includes(key) &&
      new Set(runs.map(({ details }) => textOf(details?.config[key]))).size > 1,
  )
  const head = ['Run', 'Epochs', ...measured.map(headOf), 'ms a step', 'Parameters', ...chosen.map(titleOf)]
  const rows = runs.map(({ summary, data, details, colour }) => {
    const swatch = element('span', { className: 'swatch' })
    swatch.style.setProperty('background', colour)
    const params = details?.layers.reduce((sum, layer) => sum + layer.params, 0) ?? 0
    return [
      element('span', {}, swatch, summary.name),
      `${summary.epochs}`,
      ...measured.map((key) => bestOf(data, key)),
      summary.stepTime === null ? '' : summary.stepTime.toFixed(1),
      params === 0 ? '' : params.toLocaleString('en-US'),
      ...chosen.map((key) => textOf(details?.config[key])),
    ]
  })
  return scrolling('Comparison', table(head, rows, 'The best of each metric over the epochs'))
}

/** `train/epoch_loss` and `validation/epoch_loss` give `loss` and `val_loss`, as logs call them. */
function epochKey(series: string): string[] {
  const [, group, metric] = /^(?:(train|validation)\/)?epoch_(.+)$/.exec(series) ?? []
  if (metric === undefined || ['learning_rate', 'steps_per_second'].includes(metric)) return []
  return [group === 'validation' ? `val_${metric}` : metric]
}

const byKey = (a: string, b: string): number => rankOf(a) - rankOf(b) || (a < b ? -1 : 1)
/** Validation, by which runs are judged, stands first. */
const rankOf = (key: string): number => (key.startsWith('val_') ? 0 : 1)

function headOf(key: string): string {
  const [{ metric, part }] = logKeys([key])
  return part === 'validation' ? `Validation ${titleOf(metric).toLowerCase()}` : titleOf(metric)
}

/** The least of a loss or error, the greatest of what else is measured. */
function bestOf({ series }: RunData, key: string): string {
  const isValidation = key.startsWith('val_')
  const metric = isValidation ? key.slice('val_'.length) : key
  const tag = `epoch_${metric}`
  const found =
    series.get(`${isValidation ? 'validation' : 'train'}/${tag}`) ??
    (isValidation ? undefined : series.get(tag))
  const values = (found?.values ?? []).filter(Number.isFinite)
  if (values.length === 0) return ''
  const isError = /loss|error|^ma?p?e$|^ms(l)?e$|^rmse$|^mae$|divergence/.test(metric)
  return shortNumber(
    values.reduce((best, value) => (isError ? Math.min(best, value) : Math.max(best, value))),
  )
}

const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
