import type { TextOutput } from '../callbacks/textOutput.js'
import type { CliStream } from './streams.js'

/** A stream as a run of training writes to it. */
export const textOutput = (stream: CliStream): TextOutput => ({
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.columns || undefined
  },
  write: (text) => void stream.write(text),
})
