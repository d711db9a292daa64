/** An environment variable, where there are any; empty ones count as absent. */
export const environment = (name: string): string | undefined =>
  (typeof process !== 'undefined' && process.env?.[name]) || undefined
