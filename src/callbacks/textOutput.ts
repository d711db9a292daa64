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

/** A class, as V8 gives each literal with a getter a hidden class of its own, which lasts until a full collection; each `predict` makes one. */
class StreamOutput implements TextOutput {
  readonly isTerminal: boolean
  readonly hasColors: boolean

  constructor(private readonly stream: Stream) {
    this.isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb'
    this.hasColors = this.isTerminal && (stream.getColorDepth?.() ?? 1) > 1
  }

  get columns(): number | undefined {
    // A terminal that does not know its width says 0.
    return this.stream.columns || undefined
  }

  write(text: string): void {
    this.stream.write(text)
  }
}

/** A stream of Node to write progress to. As everywhere in Node, `NO_COLOR` takes colours away; a terminal called dumb gets plain lines. */
export const outputTo = (stream: Stream): TextOutput => new StreamOutput(stream)

/** Standard output in Node, else the console, which takes whole lines. */
export function defaultOutput(): TextOutput {
  const stream = typeof process === 'object' ? process.stdout : undefined
  if (!stream) return { isTerminal: false, write: (text) => console.log(text.replace(/\n$/, '')) }
  return outputTo(stream)
}
