/**
 * Leaves alone what becomes of promises that are refused, among values that a user's function gave. Nobody waits for them:
 * one that failed later would end the process, though the error that refused it was caught.
 */
export function ignoreRejections(values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof Promise) value.catch(() => {})
  }
}
