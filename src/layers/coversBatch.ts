import type { BatchShape } from './batchShape.js'

/** Whether the batch is among axes of a shape, which may count from the end. */
export const coversBatch = (axes: number | readonly number[], { length }: BatchShape): boolean =>
  [axes].flat().some((axis) => axis === 0 || axis === -length)
