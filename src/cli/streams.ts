/** What the command needs of an output stream. */
export interface CliStream {
  readonly isTTY?: boolean
  readonly columns?: number
  getColorDepth?(): number
  write(text: string): unknown
}

/** What every command is given. */
export interface CliContext {
  readonly stdout: CliStream
  readonly stderr: CliStream
  /** Aborted by Ctrl-C: end after the step under way. */
  readonly signal: AbortSignal
  /** Lets Ctrl-C end the process at once from now on: for work on this thread, in which no signal can be heard. */
  endAtOnceWhenInterrupted(): void
}

const standardWidth = 80

/** Columns of a line: those of the terminal, 80 elsewhere and where a terminal does not say (0). */
export const columnsOf = (stream: CliStream): number => stream.columns || standardWidth

/** Where people read: standard output, or standard error if a program reads that. */
export const humanOutput = ({ stdout, stderr }: CliContext, json: boolean): CliStream =>
  json ? stderr : stdout

/** A result for programs: one line, the last of standard output. */
export function writeJson({ stdout }: CliContext, result: object): void {
  stdout.write(`${JSON.stringify(result)}\n`)
}

/** Text in bold type, where the stream shows it. */
export const bold = (stream: CliStream, text: string): string =>
  stream.isTTY === true && (stream.getColorDepth?.() ?? 1) > 1 ? `\x1b[1m${text}\x1b[0m` : text
