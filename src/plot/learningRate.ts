import { ArgumentError } from '../errors.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { positiveInteger } from '../utils/numbers.js'
import { oneOf } from '../utils/oneOf.js'
import { show } from '../utils/show.js'
import type { AxisScale, Curve } from './curve.js'
import { placedPanel } from './curvePanel.js'
import type { Drawing } from './drawing.js'
import { rateKeys } from './keys.js'
import { mostStyles, styleOf } from './palette.js'
import { Picture } from './picture.js'
import { plotLibrary } from './plotLibrary.js'
import { type HistoryLike, logOfHistory } from './runLog.js'
import { sheet } from './sheet.js'

export interface LearningRateOptions {
  /** How many steps of schedules are drawn. Default: 10,000. */
  readonly steps?: number
  /** `'log'` for a logarithmic axis of rates. Default: `'linear'`. */
  readonly yScale?: AxisScale
  /** What stands above. Default: `'Learning rate'`. */
  readonly title?: string
}

const rateOptions: OptionKeys<LearningRateOptions> = { steps: true, yScale: true, title: true }

/** A learning rate by step, or what `fit` gave for a run in which a callback changed it. */
export type RateSource = ((step: number) => number) | HistoryLike

/**
 * Learning rates: of schedules by step, or of runs by epoch, as callbacks logged them.
 *
 * @param source a schedule or any function `(step) => rate`, the `History` of a run with a callback that changes the rate, or several of
 *   one kind by their names
 * @throws ArgumentError, when it is drawn, for a history without rates
 * @example
 * const { cosineDecay, exponentialDecay } = optimizers.schedules
 * await plot.learningRate({ cosine: cosineDecay(0.1, 1000), exponential: exponentialDecay(0.1, 500, 0.5) }, { steps: 1000 }).save('rates.svg')
 */
export const learningRate = (
  source: RateSource | Readonly<Record<string, RateSource>>,
  options: LearningRateOptions = {},
): Picture => new Picture(() => drawRates(source, options))

const panel = { width: 560, height: 320 } as const

async function drawRates(
  source: RateSource | Readonly<Record<string, RateSource>>,
  options: LearningRateOptions,
): Promise<Drawing> {
  checkOptions(options, 'plot.learningRate', '{ steps: 1000 }', rateOptions)
  const { yScale = 'linear', title = 'Learning rate' } = options
  oneOf(yScale, ['linear', 'log'], 'plot.learningRate: yScale')
  const steps = positiveInteger(options.steps ?? 10_000, 'plot.learningRate: steps')
  const sources = isSource(source) ? { 'learning rate': source } : source
  const entries = Object.entries((sources ?? {}) as Record<string, RateSource>)
  const stranger = entries.find(([, each]) => !isSource(each))
  if (entries.length === 0 || entries.length > mostStyles || stranger) {
    throw new ArgumentError(
      `plot.learningRate: expected a schedule, a History, or up to ${mostStyles} of them by their names, received ${show(stranger?.[1] ?? source)}.`,
    )
  }
  const byStep = entries.map(([, each]) => typeof each === 'function')
  if (new Set(byStep).size > 1) {
    throw new ArgumentError(
      'plot.learningRate: expected schedules or histories, received both: the ones go by step, the others by epoch.',
    )
  }
  const curves = entries.map(([label, each], i): Curve => {
    const { x, y } = typeof each === 'function' ? ratesOf(each, steps) : loggedRates(each)
    return { label, x, y, ...styleOf(i) }
  })
  const library = await plotLibrary()
  return sheet({
    title,
    legend: curves.length === 1 ? [] : curves,
    panels: [
      placedPanel(library, { title: 'Rate', xLabel: byStep[0] ? 'step' : 'epoch', curves, ...panel, yScale }),
    ],
    panelWidth: panel.width,
    panelHeight: panel.height,
    columns: 1,
    tables: [],
  })
}

const isSource = (source: unknown): source is RateSource =>
  typeof source === 'function' || Array.isArray((source as Partial<HistoryLike> | undefined)?.epoch)

/** Steps are counted from 0, as schedules count them. */
function ratesOf(rate: (step: number) => number, steps: number) {
  const x = Array.from({ length: steps }, (_, step) => step)
  return { x, y: x.map((step) => rate(step)) }
}

function loggedRates(history: HistoryLike) {
  const { logs } = logOfHistory(history, 'run')
  const key = rateKeys.find((each) => logs[each] !== undefined)
  if (key !== undefined) return { x: logs[key].epochs, y: logs[key].values }
  throw new ArgumentError(
    `plot.learningRate: this history has no learning_rate. It is logged by callbacks that change it (learningRateScheduler, reduceLrOnPlateau); it has ${Object.keys(logs).join(', ')}.`,
  )
}
