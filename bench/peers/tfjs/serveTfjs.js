/** TensorFlow.js on its CPU backend: the only one in Node without native code that trains convolutions. */
import '@tensorflow/tfjs-backend-cpu'
import { matMul, setBackend, tensor, tensor1d, tidy, train } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { random, repeated, samples, serve, timed, versionOf } from '../serve.js'

const models = {
  lenet: () =>
    sequential({
      layers: [
        layers.conv2d({ inputShape: [28, 28, 1], filters: 20, kernelSize: 5, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 50, kernelSize: 5, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 500, activation: 'relu' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  mlp: () =>
    sequential({
      layers: [
        layers.dense({ inputShape: [784], units: 300, activation: 'relu' }),
        layers.dense({ units: 100, activation: 'relu' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
}

const makers = {
  train(task) {
    const model = models[task.model]?.()
    if (!model) return undefined
    model.compile({
      loss: 'sparseCategoricalCrossentropy',
      optimizer: train.adam(0.001),
      metrics: ['accuracy'],
    })
    const { shape, images, labels } = samples(task)
    const [x, y] = [tensor(images, shape), tensor1d(Float32Array.from(labels))]
    return repeated(() => model.trainOnBatch(x, y))
  },
  predict(task) {
    const model = models[task.model]?.()
    if (!model) return undefined
    const { shape, images } = samples(task)
    const x = tensor(images, shape)
    return timed(async () => {
      const y = model.predict(x, { batchSize: task.batch })
      await y.data()
      y.dispose()
    })
  },
  matmul({ size }) {
    const [a, b] = [1, 2].map(() => tensor(random(size * size), [size, size]))
    return repeated(() => tidy(() => matMul(a, b).data()))
  },
}

await setBackend('cpu')
await serve(async (task) => makers[task.kind]?.(task), versionOf('@tensorflow/tfjs-core', import.meta.url))
