/**
 * A value, or a promise where something has to be waited for first. Whoever waits for each of many short steps loses more time by promises than by
 * the steps: `const value = isPending(later) ? await later : later`.
 */
export type Later<T> = T | Promise<T>

/** Whether it is a promise, of the engine's own or of one that a page has put in their place. */
export const isPending = <T>(later: Later<T>): later is Promise<T> =>
  typeof (later as { readonly then?: unknown } | null | undefined)?.then === 'function'
