import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLenet } from '../cli/lenet.js'
import * as mnist from '../data/datasets/mnist.js'
import { configure } from '../graph/executor.js'
import { constant } from '../graph/node.js'
import { verifying } from '../testing/acceptance/verifying.js'
import { backupAndRestore } from './backupAndRestore.js'
import type { CallbackLike } from './callback.js'
import { csvLogger } from './csvLogger.js'
import { modelCheckpoint } from './modelCheckpoint.js'
import { tensorBoard } from './tensorBoard.js'

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

type Samples = Awaited<ReturnType<typeof mnist.load>>['train']

/** Milliseconds of an epoch of the course's run, without the first, in which Programs are compiled. */
async function epochTime({ images, labels }: Samples, callbacks: CallbackLike[]): Promise<number> {
  const times: number[] = []
  const clock = { onEpochEnd: () => void times.push(performance.now()) }
  await createLenet(1).fit(images, labels, {
    ...{ batchSize: 128, epochs: epochs + 1, validationSplit: 0.9, verbose: 0, seed: 1 },
    callbacks: [...callbacks, clock],
  })
  // What is written after the last epoch counts too.
  return (performance.now() - times[0]) / epochs
}

function first({ images, labels }: Samples, count: number) {
  const pixels = images.knownData().subarray(0, count * 28 * 28) as Uint8Array<ArrayBuffer>
  const classes = labels.knownData().subarray(0, count) as Uint8Array<ArrayBuffer>
  return [constant(pixels, [count, 28, 28, 1], 'uint8'), constant(classes, [count], 'uint8')] as const
}

it.skipIf(!verifying)(
  'With all that is written of it, an epoch of the course takes at most a tenth longer, or 150 ms (of real MNIST; `npm run verify`)',
  async () => {
    const { train } = await mnist.load()
    const measured: { readonly without: number; readonly withAll: number }[] = []
    for (let i = 0; i < tries; i++) {
      const without = await epochTime(train, [])
      const withAll = await epochTime(train, [
        csvLogger(join(folder, 'log.csv')),
        modelCheckpoint(join(folder, 'last.keras')),
        modelCheckpoint(join(folder, 'best.keras'), { monitor: 'val_loss', saveBestOnly: true }),
        backupAndRestore(join(folder, 'backup')),
        tensorBoard({
          ...{ logDir: join(folder, `events-${i}`), updateFreq: 'batch', writeStepsPerSecond: true },
          ...{ histogramFreq: 1, writeImages: true },
          samples: first(train, 16),
          confusionSamples: first(train, 2000),
          hparams: { model: 'lenet' },
        }),
      ])
      measured.push({ without, withAll })
      if (withAll - without <= Math.max(0.1 * without, 150)) {
        console.log(`ms an epoch: ${JSON.stringify(measured)}`)
        return
      }
    }
    expect.fail(`too slow each time, in ms an epoch: ${JSON.stringify(measured)}`)
  },
  300_000,
)
