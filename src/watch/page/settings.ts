import type { Axis } from './curves.js'

/** What the reader chose, which stands in the page's address: it outlives reloading, and can be passed on. */
export interface Settings {
  /** Runs whose curves are shown; undefined before somebody chose. */
  readonly shown: readonly string[] | undefined
  /** The run whose details are shown. */
  readonly detailed: string | undefined
  /** Undefined before somebody chose: steps, if any are logged. */
  readonly axis: Axis | undefined
  readonly isLog: boolean
  readonly smoothing: number
}

export function readSettings(): Settings {
  const read = new URLSearchParams(location.hash.slice(1))
  const axis = read.get('along')
  const smoothing = Number(read.get('smoothing'))
  return {
    shown: read.has('runs') ? read.getAll('runs').filter((name) => name !== '') : undefined,
    detailed: read.get('details') ?? undefined,
    axis: axis === 'step' || axis === 'epoch' || axis === 'time' ? axis : undefined,
    isLog: read.has('log'),
    smoothing: smoothing > 0 && smoothing < 1 ? smoothing : 0,
  }
}

export function writeSettings({ shown, detailed, axis, isLog, smoothing }: Settings): void {
  const words = new URLSearchParams()
  if (shown) for (const name of shown.length > 0 ? shown : ['']) words.append('runs', name)
  if (detailed !== undefined) words.set('details', detailed)
  if (axis) words.set('along', axis)
  if (isLog) words.set('log', '')
  if (smoothing > 0) words.set('smoothing', `${smoothing}`)
  history.replaceState(null, '', `#${words}`)
}
