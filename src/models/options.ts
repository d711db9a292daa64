import { defaultOutput, type TextOutput } from '../callbacks/textOutput.js'
import { ArgumentError } from '../errors.js'
import { show } from '../utils/show.js'

/** How much is written: 0 nothing, 1 a progress bar, 2 a line for each epoch. */
export type Verbosity = 'auto' | 0 | 1 | 2

/**
 * What is written, and where.
 * @param elsewhere what `'auto'` means where the output is no terminal
 */
export function resolveVerbosity(
  verbose: Verbosity = 'auto',
  output: TextOutput = defaultOutput(),
  elsewhere: 0 | 2,
): { readonly verbose: 0 | 1 | 2; readonly output: TextOutput } {
  if (!['auto', 0, 1, 2].includes(verbose)) {
    throw new ArgumentError(`verbose: expected 'auto', 0, 1 or 2, received ${show(verbose)}.`)
  }
  if (verbose === 'auto') return { verbose: output.isTerminal ? 1 : elsewhere, output }
  // A bar cannot be drawn over itself where there is no terminal: lines take its place.
  return { verbose: verbose === 1 && !output.isTerminal ? 2 : verbose, output }
}

/** @throws ArgumentError for what is no signal, such as the controller that has one */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || signal instanceof AbortSignal) return
  throw new ArgumentError(
    `signal: expected an AbortSignal, received ${show(signal)}. Give controller.signal, or AbortSignal.timeout(1000).`,
  )
}
