/** The courses' LeNet in TensorFlow.js, on its CPU backend: the only one in Node without native code that trains it. */
import '@tensorflow/tfjs-backend-cpu'
import { setBackend, tensor1d, tensor4d, train } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { batch, sampleBatch, serveSteps } from './serveSteps.js'

await setBackend('cpu')
const model = sequential({
  layers: [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 20, kernelSize: 5, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 50, kernelSize: 5, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 500, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
model.compile({ loss: 'sparseCategoricalCrossentropy', optimizer: train.adam(0.001), metrics: ['accuracy'] })

const data = sampleBatch()
const images = tensor4d(data.images, [batch, 28, 28, 1])
const labels = tensor1d(Float32Array.from(data.labels))
serveSteps(async () => (await model.trainOnBatch(images, labels))[0])
