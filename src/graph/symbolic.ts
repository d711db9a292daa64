/** Marks what stands for a tensor in the graph of a model that is being made, and has no numbers yet. */
export const symbolic: unique symbol = Symbol('symbolic')

export const isMarkedSymbolic = (value: unknown): boolean =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && symbolic in value
