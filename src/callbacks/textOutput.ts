/** Where progress is written. */
export interface TextOutput {
  /** Whether lines can be overwritten and coloured. */
  readonly isTerminal: boolean
  /** Width of a line, where it is known. */
  readonly columns?: number
  write(text: string): void
}

/** Standard output in Node, else the console, which takes whole lines. */
export function defaultOutput(): TextOutput {
  const stream = typeof process === 'object' ? process.stdout : undefined
  if (!stream) return { isTerminal: false, write: (text) => console.log(text.replace(/\n$/, '')) }
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // A terminal that does not know its width says 0.
      return stream.columns || undefined
    },
    write: (text) => stream.write(text),
  }
}
