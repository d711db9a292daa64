/** Says something that a user should look at, though it may be meant so. */
export function warn(message: string): void {
  console.warn(`Warning: ${message}`)
}
