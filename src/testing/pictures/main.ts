/**
 * Makes the pictures of the documentation, docs/images, from the courses' run on MNIST: `npm run pictures`. MNIST is read from
 * GRADUS_DATA_DIR, or fetched as `datasets.mnist.load` does.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callbacks, datasets, optimizers, plot } from '../../index.js'
import { slice } from '../../ops/slice.js'
import { startWatch } from '../../watch/watchServer.node.js'
import { createLenet } from '../acceptance/lenet.js'
import { findChromium, launchChromium } from '../chromium.js'

const folder = resolve(fileURLToPath(import.meta.url), '../../../../docs/images')
const save = async (name: string, picture: plot.Picture): Promise<void> => {
  await picture.save(join(folder, name))
  console.log(`docs/images/${name}`)
}

const { train, test } = await datasets.mnist.load()

/** The courses' run: a tenth of the training samples is trained on, nine tenths validate. */
async function trained(optimizer: optimizers.Optimizer, looked: callbacks.Callback[] = []) {
  const model = createLenet(1)
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer, metrics: ['accuracy'] })
  const options = { batchSize: 128, epochs: 5, validationSplit: 0.9, seed: 1, callbacks: looked } as const
  return { model, history: await model.fit(train.images, train.labels, options) }
}

const runs = await mkdtemp(join(tmpdir(), 'gradus-pictures-'))
const first = (count: number) =>
  [slice(test.images, [0, 0, 0, 0], [count, 28, 28, 1]), slice(test.labels, [0], [count])] as const
/** What `gradus watch` shows of a run. */
const watched = (name: string) => [
  callbacks.tensorBoard({
    ...{ logDir: join(runs, name), updateFreq: 'batch', writeStepsPerSecond: true },
    ...{ histogramFreq: 1, writeImages: true, samples: first(16), confusionSamples: first(1000) },
  }),
]

const { model, history } = await trained(optimizers.adam(), watched('Adam'))
const momentum = optimizers.sgd({ learningRate: 0.01, momentum: 0.9 })
const { history: sgd } = await trained(momentum, watched('SGD with momentum 0.9'))
const { history: rmsprop } = await trained(optimizers.rmsprop())

await save('curves.svg', history.plot({ title: 'LeNet on MNIST' }))
const compared = { Adam: history, 'SGD with momentum 0.9': sgd, RMSprop: rmsprop }
await save('runs.svg', plot.runs(compared, { title: 'Optimizers compared', yScale: { loss: 'log' } }))
await save('model.svg', plot.model(model))
await save('filters.png', plot.filters(model))
await save('feature-maps.png', plot.featureMaps(model, test.images))
const probabilities = await model.predict(test.images)
await save('confusion-matrix.svg', plot.confusionMatrix(test.labels, probabilities))
const wrong = { labels: test.labels, onlyWrong: true, maxImages: 10 } as const
await save('predictions.png', plot.predictions(test.images, probabilities, wrong))
const { cosineDecay, exponentialDecay, piecewiseConstantDecay } = optimizers.schedules
const rates = {
  exponential: exponentialDecay(0.01, 400, 0.5),
  cosine: cosineDecay(0, 900, { warmupTarget: 0.01, warmupSteps: 100 }),
  piecewise: piecewiseConstantDecay([300, 700], [0.01, 0.005, 0.001]),
}
await save('learning-rate.svg', plot.learningRate(rates, { steps: 1000, title: 'Learning-rate schedules' }))

const chromium = findChromium()
if (chromium) {
  const watch = await startWatch(runs, { port: 0 })
  const browser = await launchChromium(chromium)
  const page = await browser.newPage({ viewport: { width: 1280, height: 1080 } })
  const shown = 'runs=Adam&runs=SGD with momentum 0.9&details=Adam&along=epoch'
  await page.goto(`${watch.url}#${shown}`)
  await page.locator('.matrix').waitFor()
  await page.waitForLoadState('networkidle')
  await page.locator('#folder').evaluate((folder) => {
    folder.textContent = 'runs'
  })
  // Down to the confusion matrix and the predictions.
  const height = await page.locator('.beside').evaluate((part) => part.getBoundingClientRect().bottom + 16)
  await page.setViewportSize({ width: 1280, height: Math.ceil(height) })
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, 'watch.png') })
  console.log('docs/images/watch.png')
  await browser.close()
  await watch.close()
} else {
  console.warn(
    'docs/images/watch.png is left as it is: no /usr/bin/chromium, and GRADUS_CHROMIUM does not name one.',
  )
}
await rm(runs, { recursive: true })
