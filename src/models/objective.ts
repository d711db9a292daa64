import { ArgumentError } from '../errors.js'
import type { Shape } from '../graph/shape.js'
import { Variable } from '../graph/variable.js'
import { checkLossIdentifier, getLoss, type LossLike } from '../losses/get.js'
import { Loss } from '../losses/loss.js'
import { Mean } from '../metrics/mean.js'
import { Metric } from '../metrics/metric.js'
import { checkMetricIdentifier, type MetricLike } from '../metrics/names.js'
import type { Later } from '../utils/later.js'
import { show } from '../utils/show.js'
import { layoutSize } from '../utils/structure.js'
import type { Places } from './places.js'

/** One thing for all outputs, or a list or an object with one for each; `null` for none. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T | null>>

/** Metrics of the one output; or for each output one or a list. */
export type MetricsOption =
  | readonly MetricLike[]
  | readonly (MetricLike | readonly MetricLike[] | null)[]
  | Readonly<Record<string, MetricLike | readonly MetricLike[] | null>>

/** What is said of the loss and metrics in `compile`. */
export interface ObjectiveOptions {
  /** How far predictions are from targets. `'crossentropy'` chooses its form by the labels. Several outputs: one for each. */
  readonly loss?: PerOutput<LossLike>
  /** Factors of the outputs' losses in the sum that training makes small. Default: 1. */
  readonly lossWeights?: PerOutput<number>
  /** What is measured besides the loss. `'accuracy'` chooses its form by the labels. Default: none. */
  readonly metrics?: MetricsOption
  /** What is measured with the weights of samples and classes. Default: none. */
  readonly weightedMetrics?: MetricsOption
}

/** The mean of a loss over batches. */
class LossMean extends Mean {
  static override readonly className = 'Mean'
  override readonly direction = 'down'
}

/** The loss and metrics of one output. */
export interface OutputObjective {
  readonly name: string
  readonly loss: Loss | undefined
  /** A factor of the loss. A variable, so that changing it compiles nothing. */
  readonly lossWeight: Variable | undefined
  /** The mean of the loss alone, where several outputs have one. */
  readonly lossTracker: LossMean | undefined
  readonly metrics: readonly Metric[]
  readonly weightedMetrics: readonly Metric[]
}

/** A metric and its key in logs. */
export interface Tracker {
  readonly key: string
  readonly metric: Metric
}

/** The loss and metrics of all outputs, in the forms that fit a kind of labels. */
export interface Objective {
  readonly outputs: readonly OutputObjective[]
  /** The mean of the whole loss. */
  readonly lossTracker: LossMean
  /** All that is tracked, in the order of a step's results. */
  readonly trackers: readonly Tracker[]
}

/** The shapes of labels and outputs of one output, for as many samples as there are labels. */
export interface OutputShapes {
  /** `undefined` where there are no labels. */
  readonly labels: Shape | undefined
  readonly output: Shape
}

/** Makes the metric that an identifier stands for, by the shapes of labels and outputs. */
export type GetMetric = (identifier: MetricLike, labels: Shape, output: Shape) => Metric

/** What makes the metrics of a model: all classes of metrics are loaded only if some are no metrics, but names or functions. */
export function metricMaker({ metrics, weightedMetrics }: ObjectiveOptions): Later<GetMetric> {
  const given = [metrics, weightedMetrics].flatMap((option) => Object.values(option ?? []).flat())
  return given.every((metric) => metric === null || metric === undefined || metric instanceof Metric)
    ? (metric) => metric as Metric
    : import('../metrics/get.js').then(({ getMetric }) => getMetric)
}

/** @throws ArgumentError for names that nothing goes by, with the nearest known one; before any shape is known */
export function checkObjectiveOptions(options: ObjectiveOptions): void {
  for (const loss of valuesOf(options.loss, isLossLike)) checkLossIdentifier(loss)
  for (const name of ['metrics', 'weightedMetrics'] as const) {
    const metrics = options[name]
    const isList = typeof metrics === 'object' && metrics !== null && !isMetricLike(metrics)
    if (metrics !== undefined && !isList) {
      throw new ArgumentError(
        `compile: expected ${name} as a list, received ${show(metrics)}. Write ${name}: [${show(metrics)}].`,
      )
    }
    for (const metric of Object.values(metrics ?? []).flat()) {
      if (metric !== null && metric !== undefined) checkMetricIdentifier(metric as MetricLike)
    }
  }
  const weights = valuesOf(options.lossWeights, isNumber)
  for (const weight of weights) {
    if (!Number.isFinite(weight)) {
      throw new ArgumentError(`compile: expected finite lossWeights, received ${show(weight)}.`)
    }
  }
}

/**
 * The objective for labels and outputs of these shapes.
 * @throws ArgumentError if losses or metrics do not fit the outputs
 */
export function settleObjective(
  options: ObjectiveOptions,
  places: Places,
  shapes: readonly OutputShapes[],
  getMetric: GetMetric,
): Objective {
  const losses = perOutput(options.loss, places, isLossLike, 'loss')
  const weights = perOutput(options.lossWeights, places, isNumber, 'lossWeights')
  const metrics = metricsPerOutput(options.metrics, places, 'metrics')
  const weightedMetrics = metricsPerOutput(options.weightedMetrics, places, 'weightedMetrics')
  const lossCount = losses.filter((loss) => loss !== undefined).length
  const outputs = places.names.map((name, i): OutputObjective => {
    const { labels, output } = shapes[i]
    const needsLabels = losses[i] !== undefined || metrics[i].length + weightedMetrics[i].length > 0
    if (needsLabels && !labels) {
      throw new ArgumentError(
        `compile: a loss or metric was given for output '${name}', but there are no labels for it. Give them in y (of validationData: its second array), or null in its place.`,
      )
    }
    const loss = losses[i]
    const weight = weights[i]
    const title = `loss_weight/${name}`
    return {
      name,
      loss: loss === undefined || !labels ? undefined : getLoss(loss, labels, output),
      lossWeight:
        weight === undefined ? undefined : new Variable([weight], [], { name: title, trainable: false }),
      lossTracker: lossCount > 1 && loss !== undefined ? new LossMean({ name: `${name}_loss` }) : undefined,
      metrics: metrics[i].map((metric) => getMetric(metric, labels ?? [], output)),
      weightedMetrics: weightedMetrics[i].map((metric) => getMetric(metric, labels ?? [], output)),
    }
  })
  const lossTracker = new LossMean({ name: 'loss' })
  return { outputs, lossTracker, trackers: trackersOf(lossTracker, outputs) }
}

/**
 * Everything tracked under Keras's keys: `loss`, `main_output_loss`, `main_output_accuracy`; `weighted_mae` for a weighted metric that there is
 * without weights too; numbered where one comes again.
 */
function trackersOf(lossTracker: LossMean, outputs: readonly OutputObjective[]): Tracker[] {
  const prefix = ({ name }: OutputObjective) => (outputs.length > 1 ? `${name}_` : '')
  const tracked: (Tracker & { readonly otherwise?: string })[] = [
    { key: 'loss', metric: lossTracker },
    ...outputs.flatMap(({ lossTracker: tracker }) =>
      tracker ? [{ key: tracker.name, metric: tracker }] : [],
    ),
    ...(['metrics', 'weightedMetrics'] as const).flatMap((kind) =>
      outputs.flatMap((output) =>
        output[kind].map((metric) => ({
          key: `${prefix(output)}${metric.name}`,
          ...(kind === 'weightedMetrics' && { otherwise: `${prefix(output)}weighted_${metric.name}` }),
          metric,
        })),
      ),
    ),
  ]
  const taken = new Map<string, number>()
  return tracked.map(({ key: wanted, otherwise, metric }) => {
    const key = otherwise !== undefined && taken.has(wanted) ? otherwise : wanted
    const before = taken.get(key) ?? 0
    taken.set(key, before + 1)
    return { key: before === 0 ? key : `${key}_${before}`, metric }
  })
}

const isLossLike = (value: unknown): value is LossLike =>
  typeof value === 'string' || typeof value === 'function' || value instanceof Loss
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isMetricLike = (value: unknown): value is MetricLike =>
  typeof value === 'string' || typeof value === 'function' || value instanceof Metric

/** The values in an option that may be one, a list or an object of them. */
function valuesOf<T>(option: PerOutput<T> | undefined, isOne: (value: unknown) => value is T): T[] {
  if (option === undefined) return []
  const values = isOne(option) || typeof option !== 'object' ? [option as T] : Object.values(option)
  return values.filter((value): value is T => value !== null && value !== undefined)
}

/** What an option says of each output. */
function perOutput<T>(
  option: PerOutput<T> | undefined,
  { layout, names }: Places,
  isOne: (value: unknown) => value is T,
  title: string,
): (T | undefined)[] {
  if (option === undefined || isOne(option)) return names.map(() => option)
  const entries = entriesOf<T>(option as Exclude<PerOutput<T>, T>, names, title)
  const size = layoutSize(layout)
  if (entries.length === size) return entries.map((entry) => entry ?? undefined)
  throw new ArgumentError(
    `compile: expected ${title} for ${size} output(s) (${names.join(', ')}), received ${entries.length}. Give one for each, or null.`,
  )
}

/** The entries of a list, or of an object in the order of the outputs. */
function entriesOf<T>(
  option: readonly (T | null)[] | Readonly<Record<string, T | null>>,
  names: readonly string[],
  title: string,
): (T | null | undefined)[] {
  if (Array.isArray(option)) return [...option]
  const byName = option as Readonly<Record<string, T | null>>
  const unknown = Object.keys(byName).find((key) => !names.includes(key))
  if (unknown !== undefined) {
    throw new ArgumentError(
      `compile: ${title} names an output '${unknown}', but the model's are ${names.join(', ')}.`,
    )
  }
  return names.map((name) => (Object.hasOwn(byName, name) ? byName[name] : null))
}

/** The metrics of each output: of one output the whole list; of several, an entry for each. */
function metricsPerOutput(
  option: MetricsOption | undefined,
  { names }: Places,
  title: string,
): (readonly MetricLike[])[] {
  if (option === undefined || (Array.isArray(option) && option.length === 0)) return names.map(() => [])
  const lists = entriesOf<MetricLike | readonly MetricLike[]>(option, names, title).map((entry) =>
    entry === null || entry === undefined ? [] : isMetricLike(entry) ? [entry] : entry,
  )
  if (names.length === 1) return [lists.flat()]
  if (lists.length === names.length) return lists
  throw new ArgumentError(
    `compile: expected ${title} for each of ${names.length} outputs (${names.join(', ')}), received a list of ${lists.length}. ` +
      `Give a list for each, such as [['accuracy'], []], or an object such as { ${names[0]}: ['accuracy'] }.`,
  )
}
