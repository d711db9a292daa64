import * as layers from '../layers/index.js'
import * as models from '../models/index.js'
import * as optimizers from '../optimizers/index.js'
import * as regularizers from '../regularizers/index.js'
import type { HostTensor } from './hostTensor.js'
import { object } from './kerasObject.js'
import { floats, Samples } from './samples.js'

/** Points of classes that overlap a little: `[rows, features]` and class numbers `[rows]`. */
export function clusters(
  seed: number,
  { rows, features, classes }: { readonly rows: number; readonly features: number; readonly classes: number },
) {
  const samples = new Samples(seed)
  const centers = samples.normal([classes, features])
  const labels = samples.labels([rows], classes)
  const noise = samples.normal([rows, features])
  const points = noise.data.map((value, i) => {
    const label = labels.data[Math.floor(i / features)]
    return value + 1.5 * centers.data[label * features + (i % features)]
  })
  return { points: floats([rows, features], points), labels }
}

export const oneHot = ({ data }: HostTensor, classes: number): HostTensor =>
  floats(
    [data.length, classes],
    Float32Array.from({ length: data.length * classes }, (_, i) =>
      data[Math.floor(i / classes)] === i % classes ? 1 : 0,
    ),
  )

/** Two hidden layers, penalised, with momentum and one-hot labels, and as many samples as asked for. */
export function perceptron(rows: number) {
  const { points, labels } = clusters(30, { rows, features: 12, classes: 4 })
  const penalised = { activation: 'relu', kernelRegularizer: regularizers.l2(0.001) } as const
  const model = models.sequential(
    [
      layers.input([12]),
      layers.dense(32, penalised),
      layers.dense(16, penalised),
      layers.dense(4, { activation: 'softmax' }),
    ],
    { seed: 1 },
  )
  model.compile({
    loss: 'categorical_crossentropy',
    optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  })
  const optimizer = object('optimizers.SGD', { learning_rate: 0.05, momentum: 0.9, nesterov: true })
  return { model, compile: { optimizer, loss: 'categorical_crossentropy' }, x: points, y: oneHot(labels, 4) }
}
