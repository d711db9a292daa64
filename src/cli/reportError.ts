import { GradusError, InternalError } from '../errors.js'
import type { CliStream } from './streams.js'

/**
 * Tells the user what went wrong: one line for what they can mend, the stack and a request to report it for what they
 * cannot. `GRADUS_DEBUG` always shows the stack.
 */
export function reportError(error: unknown, stderr: CliStream, debug = process.env.GRADUS_DEBUG): void {
  const expected = (error instanceof GradusError && !(error instanceof InternalError)) || isSystemError(error)
  if (expected && !debug) {
    stderr.write(`gradus: ${error.message}\n`)
    return
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  stderr.write(`gradus: ${text}\n`)
  if (!expected) stderr.write('This is a defect of Gradus. Please report it with the lines above.\n')
}

/** What the operating system refuses: a file that is not there, no right to write. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error
