import { warn } from './warn.js'

/** Where training was when there was no batch for its next step. */
interface Place {
  readonly epoch: number
  readonly epochs: number
  /** Steps done of the epoch. */
  readonly step: number
  /** Steps of an epoch, where `stepsPerEpoch` says it. */
  readonly steps: number | undefined
}

/** Warns that a stream ended before training did, which ends too. */
export function warnNoBatchesLeft(title: string, { epoch, epochs, step, steps }: Place): void {
  const done = steps === undefined ? 'before its first step' : `after ${step} of ${steps} steps`
  const advice =
    steps === undefined ? 'set stepsPerEpoch' : 'let it give stepsPerEpoch batches for each epoch'
  warn(
    `${title}: x ran out of batches in epoch ${epoch + 1} of ${epochs}, ${done}; training ends with what was done. A generator can be ` +
      `gone through only once: give the function that makes it, or an object that can be iterated over again, or ${advice}.`,
  )
}
