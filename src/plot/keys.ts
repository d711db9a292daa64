/** What the logs of an epoch say under a key: which metric, of which samples. */
export interface LogKey {
  readonly key: string
  /** Without `val_` or `train_`: `accuracy`. */
  readonly metric: string
  readonly part: Part
}

/** Training samples while they are trained on; samples kept for validation; training samples measured after the epoch (`evaluateTraining`). */
export type Part = 'train' | 'validation' | 'measured'

export const partNames: Record<Part, string> = {
  train: 'training',
  validation: 'validation',
  measured: 'training, after the epoch',
}

/** What callbacks log that is no metric: it is drawn by `plot.learningRate`. */
export const rateKeys: readonly string[] = ['learning_rate', 'lr']

/** The keys of some logs, taken apart. */
export function logKeys(keys: readonly string[]): LogKey[] {
  const parts = { val_: 'validation', train_: 'measured' } as const
  return keys.map((key) => {
    for (const [prefix, part] of Object.entries(parts)) {
      const metric = key.slice(prefix.length)
      // A metric of one's own may be called val_something, and then has no other.
      if (key.startsWith(prefix) && (part === 'validation' || keys.includes(metric)))
        return { key, metric, part }
    }
    return { key, metric: key, part: 'train' }
  })
}

/** The metrics in the order of diagrams: losses come last, as in the courses' listings, and of these the whole one before those of outputs. */
export function metricsOf(keys: readonly string[]): string[] {
  const metrics = [...new Set(logKeys(keys).map(({ metric }) => metric))].filter(
    (metric) => !rateKeys.includes(metric),
  )
  const place = (metric: string) => (metric === 'loss' ? 1 : metric.endsWith('_loss') ? 2 : 0)
  return metrics.sort((a, b) => place(a) - place(b))
}

const abbreviations = new Set(['auc', 'iou', 'mae', 'mape', 'mse', 'msle', 'rmse'])
const spelledOut = new Map([
  ['acc', 'accuracy'],
  ['lr', 'learning rate'],
])

/** A metric as people write it: `Sparse categorical accuracy`, `MAE`. */
export function titleOf(metric: string): string {
  const words = (spelledOut.get(metric) ?? metric)
    .split('_')
    .map((word) => (abbreviations.has(word) ? word.toUpperCase() : word))
  const text = words.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
