import { rateKeys, titleOf } from '../../plot/keys.js'
import type { RunData, Series } from './runData.js'

export type Axis = 'step' | 'epoch' | 'time'

/** One line of a chart. */
export interface Line {
  readonly run: string
  readonly part: 'training' | 'validation'
  readonly x: readonly number[]
  readonly y: readonly number[]
}

export interface ChartData {
  readonly key: string
  readonly title: string
  readonly xTitle: string
  readonly lines: readonly Line[]
  /** Whether a log scale tells more of it than a linear one. */
  readonly mayBeLog: boolean
}

const xTitles: Readonly<Record<Axis, string>> = {
  step: 'step',
  epoch: 'epoch',
  time: 'seconds since the beginning',
}

/** What a curve is of, by the name that it has in the files. */
interface Tag {
  readonly metric: string
  readonly part: Line['part']
  readonly along: 'step' | 'epoch' | 'both'
}

/** `train/epoch_loss`, `validation/evaluation_loss_vs_iterations`, `train/batch_loss`; others are a metric of their own. */
function tagOf(series: string): Tag {
  const slash = series.indexOf('/')
  const group = series.slice(0, Math.max(0, slash))
  const isKnown = ['train', 'validation', 'test', 'eval'].includes(group)
  const tag = isKnown ? series.slice(slash + 1) : series
  const part = isKnown && group !== 'train' ? 'validation' : 'training'
  const evaluated = /^evaluation_(.+)_vs_iterations$/.exec(tag)
  if (evaluated) return { metric: evaluated[1], part, along: 'step' }
  if (tag.startsWith('batch_')) return { metric: tag.slice('batch_'.length), part, along: 'step' }
  if (tag.startsWith('epoch_')) return { metric: tag.slice('epoch_'.length), part, along: 'epoch' }
  return { metric: tag, part, along: 'both' }
}

const RATE = 'steps_per_second'
const EPOCH_TIME = 'epoch_seconds'

/**
 * The charts of some runs: one for each metric, the losses first; then how long steps and epochs take.
 * @param begun when each run's files were begun, in seconds since 1970
 */
export function chartsOf(
  runs: ReadonlyMap<string, RunData>,
  begun: ReadonlyMap<string, readonly number[]>,
  axis: Axis,
): ChartData[] {
  const charts = new Map<string, Line[]>()
  const add = (metric: string, line: Line) => {
    charts.set(metric, [...(charts.get(metric) ?? []), line])
  }
  for (const [run, { series }] of runs) {
    const starts = begun.get(run) ?? []
    for (const [name, points] of series) {
      const { metric, part, along } = tagOf(name)
      if (name === 'train/epoch_loss' && axis !== 'step') {
        add(EPOCH_TIME, { run, part, x: xOf(points, axis, along, starts), y: epochTimes(points, starts) })
      }
      const isShown = along === 'both' || along === (axis === 'epoch' ? 'epoch' : 'step')
      if (!isShown || (metric === RATE && axis === 'epoch')) continue
      const y = metric === RATE ? points.values.map((rate) => 1000 / rate) : points.values
      add(metric, { run, part, x: xOf(points, axis, along, starts), y })
    }
  }
  return [...charts]
    .map(([key, lines]) => ({
      ...{ key, lines, xTitle: xTitles[axis] },
      title: titles.get(key) ?? titleOf(key),
      mayBeLog: key !== EPOCH_TIME && key !== RATE,
    }))
    .sort((a, b) => rankOf(a.key) - rankOf(b.key))
}

const titles = new Map([
  [RATE, 'Milliseconds a step'],
  [EPOCH_TIME, 'Seconds an epoch'],
])

function rankOf(metric: string): number {
  if (metric === 'loss') return 0
  if (metric === RATE) return 5
  if (metric === EPOCH_TIME) return 4
  return rateKeys.includes(metric) ? 3 : metric.endsWith('_loss') ? 1 : 2
}

function xOf({ steps, times }: Series, axis: Axis, along: Tag['along'], starts: readonly number[]): number[] {
  if (axis === 'time') {
    const first = starts[0] ?? times[0]
    return times.map((time) => time - first)
  }
  // People count epochs from 1.
  return axis === 'epoch' && along === 'epoch' ? steps.map((step) => step + 1) : [...steps]
}

/** Seconds between the ends of epochs, or since the run was begun, or begun once more. */
function epochTimes({ times }: Series, starts: readonly number[]): number[] {
  return times.map((time, i) => {
    const before = starts.filter((start) => start <= time && !(start < times[i - 1]))
    return time - Math.max(times[i - 1] ?? Number.NEGATIVE_INFINITY, ...before)
  })
}

/**
 * The moving average of a curve, with what it lacks at its beginning made up for (Adam's correction):
 * `m ← weight m + (1 - weight) y`, shown as `m / (1 - weight^n)`. What is not finite stays so.
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  let [mean, share] = [0, 0]
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    mean = weight * mean + (1 - weight) * value
    share = weight * share + (1 - weight)
    return mean / share
  })
}
