import { ArgumentError, DataError } from '../errors.js'
import { readFile } from '../saving/files.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { suggestion } from '../utils/nearest.js'
import { oneOf } from '../utils/oneOf.js'
import { show } from '../utils/show.js'
import type { AxisScale, Curve } from './curve.js'
import { placedPanel } from './curvePanel.js'
import type { Drawing, Table } from './drawing.js'
import { type LogKey, logKeys, metricsOf, type Part, partNames, titleOf } from './keys.js'
import { dashes, ink, type LineStyle, mostStyles, palette, styleOf } from './palette.js'
import { Picture } from './picture.js'
import { plotLibrary } from './plotLibrary.js'
import { type HistoryLike, logOfHistory, type Measured, parseLog, type RunLog } from './runLog.js'
import { type LegendEntry, sheet } from './sheet.js'

export interface CurveOptions {
  /**
   * What is drawn: `'loss'` for the loss of training and of validation in one diagram, `'val_loss'` for that of validation alone. Default:
   * all that was measured; of more than four runs the validation alone, if all have it.
   */
  readonly metrics?: readonly string[]
  /** `'log'` for a logarithmic axis of numbers, in all diagrams or in those of some metrics: `{ loss: 'log' }`. Default: `'linear'`. */
  readonly yScale?: AxisScale | Readonly<Record<string, AxisScale>>
  /** `'log'` for a logarithmic axis of epochs. Default: `'linear'`. */
  readonly xScale?: AxisScale
  /** What stands above. */
  readonly title?: string
}

const curveOptions: OptionKeys<CurveOptions> = { metrics: true, yScale: true, xScale: true, title: true }

/** Runs by their names, or as paths: the folder of a run of `gradus train`, or a file that `csvLogger` wrote. */
export type Runs = readonly string[] | Readonly<Record<string, string | HistoryLike>>

/**
 * The curves of several runs in one diagram for each metric, each run in a colour of its own.
 *
 * @param runs `History` objects by names, or paths
 * @throws ArgumentError, DataError, when it is drawn: for a metric that no run has, and for a log that is missing, empty or damaged
 * @example
 * await plot.runs({ 'learning rate 0.001': slow, 'learning rate 0.01': fast }).save('compared.svg')
 */
export function runs(runs: Runs, options: CurveOptions = {}): Picture {
  return new Picture(async () => drawRuns(await logsOf(runs), options))
}

/** @throws ArgumentError */
function checkCurveOptions(options: CurveOptions): void {
  checkOptions(options, 'plot', "{ yScale: 'log' }", curveOptions)
  const { metrics, yScale = 'linear', xScale = 'linear', title } = options
  if (metrics !== undefined && (!Array.isArray(metrics) || metrics.length === 0)) {
    throw new ArgumentError(
      `plot: expected metrics as a list of keys, such as ['loss'], received ${show(metrics)}.`,
    )
  }
  const scales: readonly AxisScale[] = ['linear', 'log']
  oneOf(xScale, scales, 'plot: xScale')
  for (const scale of typeof yScale === 'object' ? Object.values(yScale) : [yScale]) {
    oneOf(scale, scales, 'plot: yScale')
  }
  if (title !== undefined && typeof title !== 'string') {
    throw new ArgumentError(`plot: expected a text as title, received ${show(title)}.`)
  }
}

/** Reads what is on the disk. */
async function logsOf(runs: Runs): Promise<RunLog[]> {
  if (Array.isArray(runs)) return readRunLogs(runs)
  if (typeof runs !== 'object' || runs === null) {
    throw new ArgumentError(
      `plot.runs: expected runs by their names, or a list of paths, received ${show(runs)}.`,
    )
  }
  return Promise.all(
    Object.entries(runs).map(([name, run]) =>
      typeof run === 'string' ? readRunLog(run, name) : logOfHistory(checkHistory(run, 'plot.runs'), name),
    ),
  )
}

/**
 * The logs of runs, by the names of their folders; by their paths, where these names are not unique. See `readRunLog`.
 * @throws ArgumentError for a run that is named twice
 */
export async function readRunLogs(paths: readonly string[]): Promise<RunLog[]> {
  const places = paths.map((path) => placeOf(`${path}`))
  const again = places.findIndex((place, i) => places.indexOf(place) < i)
  if (again >= 0) {
    throw new ArgumentError(`plot: the run ${show(paths[again])} is named twice. Name each run once.`)
  }
  const names = paths.map((path) => nameOf(`${path}`))
  const isUnique = new Set(names).size === names.length
  return Promise.all(paths.map((path, i) => readRunLog(path, isUnique ? names[i] : path)))
}

/** `./runs/lenet-1/log.csv`, `runs//lenet-1/` and `runs/lenet-1` are one place. */
const placeOf = (path: string): string =>
  path
    .replaceAll(/[\\/]+(?:\.[\\/]+)*/g, '/')
    .replace(/^\.\//, '')
    .replace(/(?<=.)\/(?:log\.csv)?$/, '')

/** `lenet-1` for `runs/lenet-1/` and for `runs/lenet-1/log.csv`. */
function nameOf(path: string): string {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== 'log.csv')
  return (parts.at(-1) ?? path).replace(/\.csv$/i, '')
}

/**
 * The log of a run.
 * @param path the folder of a run, or a file that ends in `.csv`
 * @throws DataError if there is none, or it is no log
 */
export async function readRunLog(path: string, name = nameOf(path)): Promise<RunLog> {
  if (typeof path !== 'string' || path === '') {
    throw new ArgumentError(`expected the path of a run's folder or log, received ${show(path)}.`)
  }
  const file = /\.csv$/i.test(path) ? path : `${path.replace(/[\\/]+$/, '')}/log.csv`
  const bytes = await readFile(file).catch((error: Error) => {
    if (!(error instanceof DataError)) throw error
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
    const found = code === 'ENOTDIR' ? `${path}: is a file that does not end in .csv.` : error.message
    throw new DataError(
      `${found} Expected the folder of a run, as gradus train makes it, or a file of csvLogger.`,
      { cause: error },
    )
  })
  return parseLog(new TextDecoder().decode(bytes), name, file)
}

/** @throws ArgumentError for what is no history */
export function checkHistory(history: unknown, what: string): HistoryLike {
  const { epoch, history: logs } = (history ?? {}) as Partial<HistoryLike>
  const isLogs =
    typeof logs === 'object' && logs !== null && Object.values(logs).every((values) => Array.isArray(values))
  if (Array.isArray(epoch) && isLogs) return history as HistoryLike
  throw new ArgumentError(`${what}: expected the History that fit gives, received ${show(history)}.`)
}

const panel = { width: 420, height: 290 } as const
/** Up to so many runs are shown with both training and validation. */
const mostWithBoth = 4

export async function drawRuns(logs: readonly RunLog[], options: CurveOptions): Promise<Drawing> {
  checkCurveOptions(options)
  const runs = logs.map((log): Run => ({ ...log, keys: logKeys(Object.keys(log.logs)) }))
  const panels = panelsOf(runs, options)
  const shown = new Set(panels.flatMap(({ parts }) => parts))
  checkCount(runs.length, shown.size)
  const curves = panels.map((each) => curvesOf(runs, each))
  const library = await plotLibrary()
  return sheet({
    title: options.title ?? (runs.length === 1 ? runs[0].name : `${runs.length} runs`),
    legend: legendOf(runs, [...shown]),
    note: noteFor(curves.flat()),
    panels: panels.map((each, i) =>
      placedPanel(library, {
        ...{ title: panelTitle(each, runs.length), xLabel: 'epoch', curves: curves[i], ...panel },
        ...{ xScale: options.xScale, yScale: scaleOf(options, each, curves[i]) },
      }),
    ),
    panelWidth: panel.width,
    panelHeight: panel.height,
    columns: panels.length > 4 ? 3 : 2,
    tables: runs.map(tableOf),
  })
}

interface Run extends RunLog {
  readonly keys: readonly LogKey[]
}

/** One diagram: a metric, of these parts of the samples. */
interface PanelPlan {
  readonly metric: string
  readonly parts: readonly Part[]
}

function panelsOf(runs: readonly Run[], { metrics, yScale }: CurveOptions): PanelPlan[] {
  const keys = [...new Set(runs.flatMap((run) => run.keys.map(({ key }) => key)))]
  if (keys.length === 0) throw new ArgumentError('plot: there is nothing to draw: nothing was measured.')
  const known = metricsOf(keys)
  if (typeof yScale === 'object') {
    const stranger = Object.keys(yScale).find((metric) => !known.includes(metric))
    if (stranger !== undefined) throw notMeasured(stranger, known)
  }
  if (metrics === undefined) return known.map((metric) => ({ metric, parts: usualParts(runs, metric) }))
  return metrics.map((name): PanelPlan => {
    const key = runs.flatMap((run) => run.keys).find((each) => each.key === name)
    if (!key) throw notMeasured(name, keys)
    return { metric: key.metric, parts: key.part === 'train' ? partsOf(runs, key.metric) : [key.part] }
  })
}

const notMeasured = (name: string, known: readonly string[]): ArgumentError =>
  new ArgumentError(`plot: no run has measured ${show(name)}. ${suggestion(`${name}`, known)}`)

const partsOf = (runs: readonly Run[], metric: string): Part[] => {
  const found = new Set(
    runs.flatMap(({ keys }) => keys.filter((key) => key.metric === metric).map(({ part }) => part)),
  )
  return (['train', 'measured', 'validation'] as const).filter((part) => found.has(part))
}

function usualParts(runs: readonly Run[], metric: string): Part[] {
  const parts = partsOf(runs, metric)
  if (runs.length <= mostWithBoth) return parts
  const isValidated = (run: Run) => run.keys.some((key) => key.metric === metric && key.part === 'validation')
  return runs.every(isValidated) ? ['validation'] : ['train']
}

function checkCount(runs: number, parts: number): void {
  const most = parts > 1 ? palette.length : mostStyles
  if (runs <= most) return
  throw new ArgumentError(
    `plot: ${runs} runs are more than the ${most} that can be told apart. Draw fewer${parts > 1 ? ", or validation alone: metrics: ['val_loss']" : ''}.`,
  )
}

/** Of one run, colours and dashes tell the parts of the samples apart; of several, colours tell the runs apart. */
const partStyles: Record<Part, LineStyle> = {
  train: { colour: palette[0], dash: dashes.solid },
  validation: { colour: palette[1], dash: dashes.dashed },
  measured: { colour: palette[2], dash: dashes.dotted },
}

const styleFor = (runs: number, run: number, part: Part, parts: number): LineStyle => {
  if (runs === 1) return partStyles[part]
  return parts === 1 ? styleOf(run) : { colour: styleOf(run).colour, dash: partStyles[part].dash }
}

function curvesOf(runs: readonly Run[], { metric, parts }: PanelPlan): Curve[] {
  return runs.flatMap(({ name, keys, logs }, i) =>
    parts.flatMap((part) => {
      const key = keys.find((each) => each.metric === metric && each.part === part)
      if (!key) return []
      const { epochs, values } = logs[key.key]
      const label = runs.length === 1 ? partNames[part] : `${name}, ${partNames[part]}`
      return [{ label, x: epochs, y: values, ...styleFor(runs.length, i, part, parts.length) }]
    }),
  )
}

function legendOf(runs: readonly Run[], parts: readonly Part[]): LegendEntry[] {
  const order = (['train', 'measured', 'validation'] as const).filter((part) => parts.includes(part))
  if (runs.length === 1) return order.map((part) => ({ label: partNames[part], ...partStyles[part] }))
  const styles = runs.map(({ name }, i) => ({
    label: name,
    ...styleFor(runs.length, i, 'train', parts.length),
  }))
  if (parts.length === 1) return styles
  return [
    ...styles,
    ...order.map((part) => ({ label: partNames[part], colour: ink.quiet, dash: partStyles[part].dash })),
  ]
}

/** Where all curves are of one part, and the legend names runs, the title says which. */
const panelTitle = ({ metric, parts }: PanelPlan, runs: number): string =>
  runs > 1 && parts.length === 1 ? `${titleOf(metric)} (${partNames[parts[0]]})` : titleOf(metric)

/** @throws ArgumentError for a logarithmic axis of numbers none of which is above 0 */
function scaleOf(
  { yScale = 'linear' }: CurveOptions,
  { metric }: PanelPlan,
  curves: readonly Curve[],
): AxisScale {
  const scaleIn = (scales: Readonly<Record<string, AxisScale>>) =>
    Object.hasOwn(scales, metric) ? scales[metric] : 'linear'
  const scale = typeof yScale === 'object' ? scaleIn(yScale) : yScale
  if (scale === 'log' && !curves.some(({ y }) => y.some((value) => value > 0 && Number.isFinite(value)))) {
    throw new ArgumentError(
      `plot: ${metric} cannot be drawn on a logarithmic axis: none of its numbers is finite and above 0. Leave out yScale for it.`,
    )
  }
  return scale
}

const noteFor = (curves: readonly Curve[]): string | undefined =>
  curves.some(({ y }) => y.some((value) => !Number.isFinite(value))) ? '× NaN or infinite' : undefined

function tableOf({ name, logs }: Run): Table {
  const keys = Object.keys(logs)
  const epochs = [...new Set(Object.values(logs).flatMap(({ epochs }: Measured) => epochs))].sort(
    (a, b) => a - b,
  )
  const cells = keys.map((key) => new Map(logs[key].epochs.map((epoch, i) => [epoch, logs[key].values[i]])))
  return {
    title: `Numbers by epoch: ${name}`,
    columns: ['epoch', ...keys],
    rows: epochs.map((epoch) => [epoch, ...cells.map((values) => values.get(epoch) ?? '')]),
  }
}
