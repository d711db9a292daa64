/**
 * Makes the pictures of the documentation, docs/images, from the courses' run on MNIST: `npm run pictures`. MNIST is read from
 * GRADUS_DATA_DIR, or fetched as `datasets.mnist.load` does.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { datasets, optimizers, plot } from '../../index.js'
import { createLenet } from '../acceptance/lenet.js'

const folder = resolve(fileURLToPath(import.meta.url), '../../../../docs/images')
const save = async (name: string, picture: plot.Picture): Promise<void> => {
  await picture.save(join(folder, name))
  console.log(`docs/images/${name}`)
}

const { train, test } = await datasets.mnist.load()

/** The courses' run: a tenth of the training samples is trained on, nine tenths validate. */
async function trained(optimizer: optimizers.Optimizer) {
  const model = createLenet(1)
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer, metrics: ['accuracy'] })
  const options = { batchSize: 128, epochs: 5, validationSplit: 0.9, seed: 1 } as const
  return { model, history: await model.fit(train.images, train.labels, options) }
}

const { model, history } = await trained(optimizers.adam())
const { history: sgd } = await trained(optimizers.sgd({ learningRate: 0.01, momentum: 0.9 }))
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
