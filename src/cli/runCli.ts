import { CommanderError } from 'commander'
import { configure } from '../graph/executor.js'
import { createProgram } from './createProgram.js'
import { exitCodeOf, InterruptedError, Interruption } from './interruption.js'
import { reportError } from './reportError.js'
import type { CliContext } from './streams.js'

/** Runs one command line and returns the exit code: 0, 1 after an error, 130 after Ctrl-C, 141 if it ended early as nobody read on. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const interruption = new Interruption()
  const { stdout, stderr } = process
  const context: CliContext = {
    stdout,
    stderr,
    signal: interruption.signal,
    endAtOnceWhenInterrupted: () => interruption.stop(),
  }
  /** What a stream could not write, apart from what nobody read. */
  let unwritten: Error | undefined
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten ??= error
    interruption.endOfReaders()
  }
  stdout.on('error', onError)
  stderr.on('error', onError)
  interruption.start()
  try {
    await createProgram(context).parseAsync([...argv])
    // What cannot be written is told once it was tried.
    await new Promise<void>((resolve) => stdout.write('', () => resolve()))
    // `gradus doctor | head -1`: what was asked for was done, though nobody read on.
    if (unwritten) throw unwritten
    return 0
  } catch (error) {
    if (unwritten) {
      reportError(unwritten, stderr)
      return 1
    }
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
    if (signal.reason.signal === 'SIGPIPE') return exitCodeOf('SIGPIPE')
    // A progress bar may stand half drawn on the line.
    stderr.write(stderr.isTTY === true ? '\ngradus: interrupted.\n' : 'gradus: interrupted.\n')
    return exitCodeOf(signal.reason.signal)
  }
  reportError(error, stderr)
  return 1
}
