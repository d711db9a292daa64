import { describe, expect, it } from 'vitest'
import { runNode } from './runNode.js'
import { verifying } from './verifying.js'

interface Measurement {
  /** The lowest of a hundred steps: between two collections V8's garbage comes on top. */
  readonly rss: number
  readonly reservedBytes: number
  readonly usedBytes: number
}

interface Flatness {
  /** Channels of the two convolutions, and units of the dense layer between them and the output. */
  readonly sizes: readonly [number, number, number]
  readonly batchSize: number
  /** Steps after which memory is measured. */
  readonly at: readonly [number, number]
  readonly flags: readonly string[]
  readonly target?: 'x64' | 'wasm'
}

/** Trains or predicts with a CNN in a process of its own, and measures its memory twice. Gives what it saw. */
async function measure(
  what: 'fit' | 'predict',
  { sizes, batchSize, at, flags, target }: Flatness,
): Promise<string> {
  const [early, late] = at
  const { code, stdout, stderr } = await runNode(
    `
    import { datasets, getExecutor, layers, models } from 'gradus'
    const { train } = await datasets.digits.load({ train: ${10 * batchSize}, test: 0 })
    const model = models.sequential([
      layers.input([28, 28, 1]),
      layers.rescaling(1 / 255),
      layers.conv2d(${sizes[0]}, 5, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.conv2d(${sizes[1]}, 5, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dense(${sizes[2]}, { activation: 'relu' }),
      layers.dense(10, { activation: 'softmax' }),
    ])
    model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'adam', metrics: ['accuracy'] })
    const executor = await getExecutor()
    let step = 0
    let lowest = Infinity
    const count = () => {
      step++
      const next = step <= ${early} ? ${early} : ${late}
      if (step <= next - 100) return
      lowest = Math.min(lowest, process.memoryUsage.rss())
      if (step < next) return
      const { reservedBytes, usedBytes } = executor.statistics
      console.log(JSON.stringify({ rss: lowest, reservedBytes, usedBytes }))
      lowest = Infinity
    }
    if ('${what}' === 'fit') {
      const options = { batchSize: ${batchSize}, epochs: ${late / 10}, verbose: 0 }
      await model.fit(train.images, train.labels, { ...options, callbacks: [{ onTrainBatchEnd: count }] })
    } else {
      // A model that predicts has been trained: what training leaves behind is there at both measurements.
      await model.fit(train.images, train.labels, { batchSize: ${batchSize}, epochs: 20, verbose: 0 })
      const images = (await train.images.data()).subarray(0, 784 * ${batchSize})
      while (step < ${late}) {
        await model.predict(images, { batchSize: ${batchSize} })
        count()
      }
    }`,
    { flags, env: target ? { GRADUS_TARGET: target } : {} },
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const measurements = stdout.trim().split('\n')
  expect(measurements.length).toBe(2)
  const [first, second] = measurements.map((line) => JSON.parse(line) as Measurement)
  expect(second.reservedBytes).toBe(first.reservedBytes)
  // A few numbers more or less are under way at any moment.
  expect(Math.abs(second.usedBytes - first.usedBytes)).toBeLessThan(1024)
  const seen = `${(first.rss / 1e6).toFixed(1)} MB after ${early} steps, ${(second.rss / 1e6).toFixed(1)} MB after ${late}`
  expect(second.rss / first.rss, seen).toBeLessThan(1.02)
  return seen
}

describe('Memory, without --expose-gc,', () => {
  // V8 keeps some megabytes for itself while it warms up: its young generation grows to as much as 32 MB, and each thread of its optimizing
  // compiler keeps what it once took. Both go on for thousands of steps, and the former is cut to 1 MB once little was allocated for eight seconds, which
  // comes before step 200 or behind it, as fast as the machine is. Neither belongs to Gradus: they are held still.
  const flags = ['--no-opt', '--max-semi-space-size=1']
  const small = { sizes: [4, 8, 30], batchSize: 8, at: [1000, 3000], flags } as const

  it.each(['fit', 'predict'] as const)(
    'stays within 2 % over 2,000 warm steps of %s, small CNN',
    async (what) => {
      await measure(what, small)
    },
    5 * 60_000,
  )

  const lenet = { sizes: [20, 50, 500], batchSize: 128, at: [200, 2000], flags } as const

  it.runIf(verifying).for([
    ['fit', 'wasm'],
    ['fit', 'x64'],
    ['predict', 'wasm'],
    ['predict', 'x64'],
  ] as const)(
    'stays within 2 % from step 200 to step 2,000 of %s, LeNet on %s',
    { timeout: 20 * 60_000 },
    async ([what, target], { task }) => {
      task.meta.figure = await measure(what, { ...lenet, target })
    },
  )
})

describe('What predictions leave behind', () => {
  it('is gone after V8’s next small collection', async () => {
    const calls = 5000
    const { stdout, stderr } = await runNode(
      `
      import { Session } from 'node:inspector/promises'
      import { layers, models, ops } from 'gradus'
      const model = models.sequential([layers.input([20]), layers.dense(30), layers.dense(10)])
      const samples = ops.ones([40, 20])
      const predict = async () => {
        for (let call = 0; call < ${calls}; call++) await model.predict(samples, { batchSize: 20 })
      }
      await predict()
      const session = new Session()
      session.connect()
      await session.post('HeapProfiler.startSampling', {
        samplingInterval: 128,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: false,
      })
      await predict()
      // What is young twice is kept.
      for (const _ of [1, 2]) gc({ type: 'minor' })
      const { profile } = await session.post('HeapProfiler.stopSampling')
      const bytesIn = ({ selfSize, children }) => children.reduce((sum, child) => sum + bytesIn(child), selfSize)
      console.log(bytesIn(profile.head))`,
      { flags: ['--expose-gc'] },
    )
    expect(stderr).toBe('')
    expect(Number(stdout) / calls).toBeLessThan(100)
  }, 60_000)
})
