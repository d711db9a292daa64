/**
 * A value, or a promise where something has to be waited for first. Whoever waits for each of many short steps loses more time by promises than by
 * the steps: `const value = later instanceof Promise ? await later : later`.
 */
export type Later<T> = T | Promise<T>
