import { HostTensor } from './hostTensor.js'

/** At most one of the ways in which an optimizer clips gradients. */
export interface Clipping {
  /** The longest that each weight's gradient may be. */
  readonly clipnorm?: number
  /** The largest that an element may be, to either side. */
  readonly clipvalue?: number
  /** The longest that all gradients together may be. */
  readonly globalClipnorm?: number
}

/** Gradients `[steps, ...shape]` of each weight, clipped in float64. */
export function clipFloat64(gradients: readonly HostTensor[], clipping: Clipping): HostTensor[] {
  const { clipnorm, clipvalue, globalClipnorm } = clipping
  const clipped = gradients.map(
    ({ shape, data }) => new HostTensor('float64', shape, Float64Array.from(data)),
  )
  const steps = gradients[0].shape[0]
  for (let step = 0; step < steps; step++) {
    const rows = clipped.map(({ data }) => rowOf(data, step, steps))
    if (clipvalue !== undefined) {
      for (const row of rows) scale(row, (value) => Math.max(-clipvalue, Math.min(clipvalue, value)) / value)
    }
    const together = globalClipnorm === undefined ? rows.map((row) => [row]) : [rows]
    const limit = clipnorm ?? globalClipnorm
    for (const group of limit === undefined ? [] : together) {
      const norm = Math.hypot(...group.flatMap((row) => [...row]))
      if (limit !== undefined && norm > limit) for (const row of group) scale(row, () => limit / norm)
    }
  }
  return clipped
}

const rowOf = (data: HostTensor['data'], step: number, steps: number): HostTensor['data'] =>
  data.subarray((step * data.length) / steps, ((step + 1) * data.length) / steps)

function scale(row: HostTensor['data'], factor: (value: number) => number): void {
  row.forEach((value, i) => {
    if (value !== 0) row[i] = value * factor(value)
  })
}
