import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLenet } from '../cli/lenet.js'
import * as digits from '../data/datasets/digits.js'
import { configure } from '../graph/executor.js'
import { backupAndRestore } from './backupAndRestore.js'
import type { CallbackLike } from './callback.js'
import { modelCheckpoint } from './modelCheckpoint.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-cost-'))
  await configure({ target: 'auto' })
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await configure({})
})

const epochs = 4
/** Tries, of which one must do: other work on the machine slows each at times. */
const tries = 6

/** Milliseconds of an epoch, without the first, in which Programs are compiled. */
async function epochTime(
  data: Awaited<ReturnType<typeof digits.load>>,
  callbacks: CallbackLike[],
): Promise<number> {
  const times: number[] = []
  const clock = { onEpochEnd: () => void times.push(performance.now()) }
  const model = createLenet(1)
  await model.fit(data.train.images, data.train.labels, {
    ...{ batchSize: 128, epochs: epochs + 1, verbose: 0, seed: 1 },
    callbacks: [clock, ...callbacks],
  })
  // What is written after the last epoch counts too.
  return (performance.now() - times[0]) / epochs
}

it('Saving the state and the model after each epoch costs at most a tenth of it, or 150 ms', async () => {
  const data = await digits.load({ train: 3840, test: 1 })
  const measured: { readonly without: number; readonly withBoth: number }[] = []
  for (let i = 0; i < tries; i++) {
    const without = await epochTime(data, [])
    const withBoth = await epochTime(data, [
      backupAndRestore(join(folder, 'backup')),
      modelCheckpoint(join(folder, 'last.keras')),
    ])
    if (withBoth - without <= Math.max(0.1 * without, 150)) return
    measured.push({ without, withBoth })
  }
  expect.fail(`too slow each time, in ms an epoch: ${JSON.stringify(measured)}`)
}, 300_000)
