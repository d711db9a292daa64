import { CommanderError } from 'commander'
import { configure } from '../graph/executor.js'
import { createProgram } from './createProgram.js'
import { exitCodeOf, InterruptedError, Interruption } from './interruption.js'
import { reportError } from './reportError.js'
import type { CliContext } from './streams.js'

/** Runs one command line and returns the exit code: 0, 1 after an error, 130 after Ctrl-C. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const interruption = new Interruption()
  const { stdout, stderr } = process
  const context: CliContext = {
    stdout,
    stderr,
    signal: interruption.signal,
    endAtOnceWhenInterrupted: () => interruption.stop(),
  }
  stdout.on('error', endIfClosed)
  interruption.start()
  try {
    await createProgram(context).parseAsync([...argv])
    return 0
  } catch (error) {
    return exitCodeAfter(error, context)
  } finally {
    // Workers end here, whatever happened.
    await configure({})
    interruption.stop()
  }
}

function exitCodeAfter(error: unknown, { stderr, signal }: CliContext): number {
  // Commander has printed its message.
  if (error instanceof CommanderError) return error.exitCode
  // Whatever failed after Ctrl-C failed because of it.
  if (signal.reason instanceof InterruptedError) {
    // A progress bar may stand half drawn on the line.
    stderr.write(stderr.isTTY === true ? '\ngradus: interrupted.\n' : 'gradus: interrupted.\n')
    return exitCodeOf(signal.reason.signal)
  }
  reportError(error, stderr)
  return 1
}

/** `gradus doctor | head -1`: nobody reads on, which is no error. */
function endIfClosed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
