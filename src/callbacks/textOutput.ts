/** Where progress is written. */
export interface TextOutput {
  /** Whether lines can be overwritten. */
  readonly isTerminal: boolean
  /** Whether it shows colours and bold type. Default: as `isTerminal` says. */
  readonly hasColors?: boolean
  /** Width of a line, where it is known. */
  readonly columns?: number
  write(text: string): void
}

/** A stream as Node has them. */
interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  getColorDepth?(): number
  write(text: string): unknown
}

/** A stream of Node to write progress to. As everywhere in Node, `NO_COLOR` takes colours away; a terminal called dumb gets plain lines. */
export function outputTo(stream: Stream): TextOutput {
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb'
  return {
    isTerminal,
    hasColors: isTerminal && (stream.getColorDepth?.() ?? 1) > 1,
    get columns() {
      // A terminal that does not know its width says 0.
      return stream.columns || undefined
    },
    write: (text) => void stream.write(text),
  }
}

/** Standard output in Node, else the console, which takes whole lines. */
export function defaultOutput(): TextOutput {
  const stream = typeof process === 'object' ? process.stdout : undefined
  if (!stream) return { isTerminal: false, write: (text) => console.log(text.replace(/\n$/, '')) }
  return outputTo(stream)
}
