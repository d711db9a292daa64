import type { CallbackLike } from '../../callbacks/callback.js'
import { createLenet } from '../../cli/lenet.js'
import type { Tensor } from '../../graph/tensor.js'

/** Training of the courses' LeNet, with and without callbacks. */
export interface CostRun {
  readonly title: string
  readonly images: Tensor
  readonly labels: Tensor
  readonly validationSplit?: number
  /** What is measured. @param folder for their files, which is not there yet */
  readonly callbacks: (folder: string) => CallbackLike[]
}

/** Epochs of a run that count: the first, in which Programs are traced and compiled, does not. */
const epochs = 4

/** Milliseconds of each epoch of a run of its own. What is written behind the last one is spread over all of them. */
export async function epochTimes(
  { images, labels, validationSplit }: CostRun,
  callbacks: readonly CallbackLike[],
): Promise<number[]> {
  const times: number[] = []
  const clock = { asyncSafe: true, onEpochEnd: () => void times.push(performance.now()) }
  await createLenet(1).fit(images, labels, {
    ...{ batchSize: 128, epochs: epochs + 1, validationSplit, verbose: 0, seed: 1 },
    callbacks: [...callbacks, clock],
  })
  const rest = (performance.now() - times[epochs]) / epochs
  return times.slice(1).map((time, i) => time - times[i] + rest)
}
