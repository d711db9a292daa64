import type { TuningProgress } from '../graph/executor.js'

/** What the line needs of an output stream. */
export interface LineOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Tells how tuning gets on: in one line that is written over on a terminal, elsewhere the outcome alone. */
export const tuningLine =
  (output: LineOutput) =>
  (progress: TuningProgress): void => {
    const { total, done, faster, milliseconds, finished, keptIn } = progress
    const seconds = `${(milliseconds / 1000).toFixed(1)} s`
    const back = output.isTTY === true ? '\r\x1b[K' : ''
    if (!finished) {
      if (output.isTTY === true)
        output.write(`${back}Tuning products and convolutions: ${done} of ${total}, ${seconds}`)
      return
    }
    const left = done < total ? ` (no time for the others)` : ''
    const kept = keptIn === undefined ? 'Not kept.' : `Kept in ${keptIn}.`
    output.write(
      `${back}Tuned ${done} of ${total} products and convolutions in ${seconds}${left}: ` +
        `${faster} quicker than as the cost model cuts them. ${kept}\n`,
    )
  }
