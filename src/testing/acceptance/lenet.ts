import { layers, models, optimizers } from '../../index.js'

/** The courses' LeNet, written with the public classes as a user writes it. */
export function createLenet(seed?: number): models.Sequential {
  const model = models.sequential(
    [
      layers.input([28, 28, 1]),
      layers.rescaling(1 / 255),
      layers.conv2d(20, 5, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.conv2d(50, 5, { activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dense(500, { activation: 'relu' }),
      layers.dense(10, { activation: 'softmax' }),
    ],
    { name: 'lenet', seed },
  )
  model.compile({
    loss: 'sparse_categorical_crossentropy',
    optimizer: optimizers.adam(),
    metrics: ['accuracy'],
  })
  return model
}
