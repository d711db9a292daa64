import { median } from './statistics.js'

/** Something whose speed is measured. */
export interface Subject {
  readonly name: string
  /** Does the work so many times. */
  run(times: number): Promise<void> | void
}

export interface MeasureOptions {
  /** Samples of each subject; the median counts. Default: `defaultRounds`. */
  readonly rounds?: number
  /** Least time for a sample, in milliseconds: work that is shorter is repeated. Default: 25. */
  readonly sampleTime?: number
  /** Least time for warming up, in milliseconds, in which the engine's optimizing compiler gets to work. Default: 250. */
  readonly warmUpTime?: number
  readonly signal?: AbortSignal
  /** Milliseconds of a steady clock. */
  readonly now?: () => number
}

export const defaultRounds = 15

/**
 * The median time of one piece of work of each subject, in milliseconds. Subjects take turns, so that a machine that
 * becomes slower in between slows all of them.
 *
 * @throws the signal's reason, if it is aborted between samples
 */
export async function measureInTurns(
  subjects: readonly Subject[],
  options: MeasureOptions = {},
): Promise<number[]> {
  const {
    rounds = defaultRounds,
    sampleTime = 25,
    warmUpTime = 250,
    signal,
    now = () => performance.now(),
  } = options
  const sample = async (subject: Subject, times: number): Promise<number> => {
    signal?.throwIfAborted()
    const start = now()
    await subject.run(times)
    return (now() - start) / times
  }
  const repeats: number[] = []
  for (const subject of subjects) {
    const end = now() + warmUpTime
    let fastest = Number.POSITIVE_INFINITY
    do fastest = Math.min(fastest, await sample(subject, 1))
    while (now() < end)
    repeats.push(Math.max(1, Math.ceil(sampleTime / Math.max(fastest, 1e-3))))
  }
  const samples = subjects.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) samples[i].push(await sample(subject, repeats[i]))
  }
  return samples.map(median)
}
