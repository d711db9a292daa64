import type { SummaryValue } from './summaryValue.js'

/** A number, for the page of curves; in float32, as TensorBoard keeps it. */
export const scalarSummary = (tag: string, value: number, description?: string): SummaryValue => ({
  ...{ tag, description, plugin: 'scalars' },
  tensor: { dtype: 'float', shape: [], elements: Float32Array.of(value) },
})
