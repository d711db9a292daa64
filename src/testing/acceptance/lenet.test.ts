import { beforeAll, describe, expect, it } from 'vitest'
import { datasets, layers, models, ops } from '../../index.js'
import { createLenet } from './lenet.js'
import { runGradus } from './runNode.js'
import { hasData, verifying } from './verifying.js'

type Images = Awaited<ReturnType<typeof datasets.digits.load>>['train']

describe("The courses' LeNet", () => {
  let digits: Images

  beforeAll(async () => {
    digits = (await datasets.digits.load({ train: 64, test: 0, seed: 11 })).train
  })

  it("has the courses' summary, number for number", () => {
    const lines: string[] = []
    createLenet().summary({ printFn: (line) => lines.push(line) })
    const rows = lines.flatMap((line) => {
      const cells = line.split('│').map((cell) => cell.trim())
      return cells.length === 5 ? [cells.slice(1, 4)] : []
    })
    const type = (text: string) => text.replace(/^.*\((.*)\)$/, '$1')
    expect(rows.map(([layer, shape, params]) => [type(layer), shape, params])).toEqual([
      ['Rescaling', '(None, 28, 28, 1)', '0'],
      ['Conv2D', '(None, 24, 24, 20)', '520'],
      ['MaxPooling2D', '(None, 12, 12, 20)', '0'],
      ['Conv2D', '(None, 8, 8, 50)', '25,050'],
      ['MaxPooling2D', '(None, 4, 4, 50)', '0'],
      ['Flatten', '(None, 800)', '0'],
      ['Dense', '(None, 500)', '400,500'],
      ['Dense', '(None, 10)', '5,010'],
    ])
    const totals = lines.filter((line) => line.includes('params:')).map((line) => line.trim())
    expect(totals).toEqual([
      'Total params: 431,080 (1.64 MB)',
      'Trainable params: 431,080 (1.64 MB)',
      'Non-trainable params: 0 (0.00 B)',
    ])
  })

  it('starts with a loss near ln 10', async () => {
    for (const seed of [1, 2, 3]) {
      const { loss } = await createLenet(seed).evaluate(digits.images, digits.labels)
      expect(Math.abs(loss - Math.log(10))).toBeLessThan(0.1)
    }
  })

  it('starts with a loss of exactly ln 10, if its last layer starts with zeros', async () => {
    const model = models.sequential([
      layers.input([28, 28, 1]),
      layers.flatten(),
      layers.dense(10, { kernelInitializer: 'zeros', activation: 'softmax' }),
    ])
    model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: 'sgd', metrics: ['accuracy'] })
    expect((await model.evaluate(digits.images, digits.labels)).loss).toBeCloseTo(Math.log(10), 6)
  })

  it('learns one batch by heart, to 100 %', async () => {
    const model = createLenet(1)
    const { history } = await model.fit(digits.images, digits.labels, {
      batchSize: 64,
      epochs: 25,
      verbose: 0,
      seed: 1,
    })
    expect(history.loss[0]).toBeCloseTo(Math.log(10), 0)
    expect(await model.evaluate(digits.images, digits.labels)).toMatchObject({ accuracy: 1 })
    expect(history.loss.at(-1)).toBeLessThan(0.1)
  })
})

/** The first samples, not reading the others into the graph's constants. */
const firstOf = ({ images, labels }: Images, count: number) => ({
  images: ops.slice(images, [0, 0, 0, 0], [count, 28, 28, 1]),
  labels: ops.slice(labels, [0], [count]),
})

describe('On MNIST', () => {
  it.runIf(hasData)('LeNet learns from a few thousand pictures in one epoch', async () => {
    const { train, test } = await datasets.mnist.load()
    expect([train.images.shape, test.images.shape]).toEqual([
      [60_000, 28, 28, 1],
      [10_000, 28, 28, 1],
    ])
    const some = firstOf(train, 2560)
    const tested = firstOf(test, 1000)
    const model = createLenet(1)
    await model.fit(some.images, some.labels, { batchSize: 128, verbose: 0, seed: 1 })
    const { accuracy } = await model.evaluate(tested.images, tested.labels, { batchSize: 128 })
    expect(accuracy).toBeGreaterThan(0.75)
  })

  it.runIf(hasData && verifying).for([1, 2, 3])(
    "the courses' run with seed %i: 47 steps an epoch, test accuracy at least 0.975",
    { timeout: 10 * 60_000 },
    async (seed, { task }) => {
      const options = '--data mnist --validation-split 0.9 --epochs 5 --batch-size 128 --json'
      const { code, stdout } = await runGradus(`train lenet ${options} --seed ${seed}`)
      expect(code).toBe(0)
      const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
      expect(result).toMatchObject({
        data: 'mnist',
        epochs: 5,
        params: 431_080,
        steps_per_epoch: 47,
        train_samples: 5999,
      })
      task.meta.figure = `test accuracy ${result.test_accuracy.toFixed(4)} on ${result.target}`
      expect(result.test_accuracy).toBeGreaterThanOrEqual(0.975)
    },
  )
})

describe('On the digits that Gradus draws', () => {
  it.runIf(verifying)(
    'a linear model stays under 95 %, LeNet passes 98 %',
    async ({ task }) => {
      const { train, test } = await datasets.digits.load()
      const linear = models.sequential(
        [
          layers.input([28, 28, 1]),
          layers.rescaling(1 / 255),
          layers.flatten(),
          layers.dense(10, { activation: 'softmax' }),
        ],
        { seed: 1 },
      )
      linear.compile({
        loss: 'sparse_categorical_crossentropy',
        optimizer: 'adam',
        metrics: ['accuracy'],
      })
      const options = { batchSize: 128, verbose: 0, seed: 1 } as const
      await linear.fit(train.images, train.labels, { ...options, epochs: 20 })
      const { accuracy: straight } = await linear.evaluate(test.images, test.labels)
      expect(straight).toBeGreaterThan(0.8)
      expect(straight).toBeLessThan(0.95)
      const lenet = createLenet(1)
      await lenet.fit(train.images, train.labels, { ...options, epochs: 5 })
      const { accuracy } = await lenet.evaluate(test.images, test.labels)
      task.meta.figure = `linear ${straight.toFixed(4)}, LeNet ${accuracy.toFixed(4)}`
      expect(accuracy).toBeGreaterThan(0.98)
    },
    10 * 60_000,
  )
})
