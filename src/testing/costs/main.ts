/**
 * `npm run verify:cost`: what callbacks add to an epoch of the courses' LeNet, beside runs without them. Fails where that is more than a tenth
 * of the epoch, or than 150 ms if that is more. The machine should have nothing else to do.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backupAndRestore } from '../../callbacks/backupAndRestore.js'
import { csvLogger } from '../../callbacks/csvLogger.js'
import { earlyStopping } from '../../callbacks/earlyStopping.js'
import { modelCheckpoint } from '../../callbacks/modelCheckpoint.js'
import { reduceLrOnPlateau } from '../../callbacks/reduceLrOnPlateau.js'
import { tensorBoard } from '../../callbacks/tensorBoard.js'
import * as digits from '../../data/datasets/digits.js'
import * as mnist from '../../data/datasets/mnist.js'
import { configure } from '../../graph/executor.js'
import { constant } from '../../graph/node.js'
import { type CostRun, epochTimes } from './costRun.js'
import { costOf, type EpochPair, isDecided, isSmall } from './verdict.js'

/** Runs of each kind, at most. */
const mostRuns = 12

type Samples = Awaited<ReturnType<typeof mnist.load>>['train']

/** Checkpoints alone, of an epoch that is so short that 150 ms are more than a tenth of it. */
const checkpoints = ({ images, labels }: Samples): CostRun => ({
  ...{ title: 'Saving model and state after each epoch', images, labels },
  callbacks: (folder) => [
    backupAndRestore(join(folder, 'backup')),
    modelCheckpoint(join(folder, 'last.keras')),
  ],
})

/** All that `gradus train` writes of a run, and the callbacks that the courses use besides. */
const everything = ({ images, labels }: Samples): CostRun => ({
  ...{ title: "All callbacks of the courses' run of MNIST", images, labels, validationSplit: 0.9 },
  callbacks: (folder) => [
    csvLogger(`${folder}.csv`),
    modelCheckpoint(join(folder, 'last.keras')),
    modelCheckpoint(join(folder, 'best.keras'), { monitor: 'val_loss', saveBestOnly: true }),
    backupAndRestore(join(folder, 'backup'), { doubleCheckpoint: true }),
    earlyStopping({ patience: 10, restoreBestWeights: true }),
    reduceLrOnPlateau({ patience: 10 }),
    tensorBoard({
      ...{ logDir: join(folder, 'events'), updateFreq: 'batch', writeStepsPerSecond: true },
      ...{ histogramFreq: 1, writeImages: true, hparams: { model: 'lenet' } },
      samples: first({ images, labels }, 16),
      confusionSamples: first({ images, labels }, 1000),
    }),
  ],
})

function first({ images, labels }: Samples, count: number) {
  const pixels = images.knownData().subarray(0, count * 28 * 28) as Uint8Array<ArrayBuffer>
  const classes = labels.knownData().subarray(0, count) as Uint8Array<ArrayBuffer>
  return [constant(pixels, [count, 28, 28, 1], 'uint8'), constant(classes, [count], 'uint8')] as const
}

/**
 * Runs with and without callbacks alternate, so that a machine that slows down for a while slows both; epochs of the same number make a pair.
 * It goes on until the pairs agree, so that a quiet machine is soon done, and no single disturbed epoch decides on a busy one.
 */
async function measure(run: CostRun) {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-cost-'))
  const withAll = (name: string) => epochTimes(run, run.callbacks(join(folder, name)))
  try {
    // Programs are compiled.
    await withAll('first')
    const pairs: EpochPair[] = []
    for (let i = 0; i < mostRuns; i++) {
      const isFirst = i % 2 === 0
      const before = isFirst ? await epochTimes(run, []) : undefined
      const measured = await withAll(`${i}`)
      const without = before ?? (await epochTimes(run, []))
      pairs.push(...without.map((time, epoch) => ({ without: time, withAll: measured[epoch] })))
      if (isDecided(costOf(pairs))) break
    }
    return costOf(pairs)
  } finally {
    await rm(folder, { recursive: true })
  }
}

await configure({ target: 'auto' })
const { train } = await mnist.load()
const short = await digits.load({ train: 3840, test: 1 })
for (const run of [checkpoints(short.train), everything(train)]) {
  const cost = await measure(run)
  const [without, added, limit] = [cost.without, cost.added, cost.limit].map((time) => time.toFixed(0))
  console.log(
    `${run.title}: ${added} ms on top of ${without} ms an epoch, where ${limit} may be; the medians of ${cost.pairs} pairs of epochs, of which ` +
      `${cost.within} lie within${isSmall(cost) ? '' : ': TOO SLOW'}`,
  )
  if (!isSmall(cost)) process.exitCode = 1
}
await configure({})
