import { layers, models, optimizers } from '../../../dist/node/index.js'

const compiled = (model, optimizer) => {
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer, metrics: ['accuracy'] })
  return model
}

/** A convolution without biases, and batch normalisation. */
function convolution(x, filters, size, strides) {
  const options = { strides, padding: 'same', useBias: false, kernelInitializer: 'he_normal' }
  return layers.batchNormalization()(layers.conv2d(filters, size, options)(x))
}

/** The models that are measured, compiled for training. */
export const suiteModels = {
  lenet: () =>
    compiled(
      models.sequential([
        layers.input([28, 28, 1]),
        layers.conv2d(20, 5, { activation: 'relu' }),
        layers.maxPooling2d(2),
        layers.conv2d(50, 5, { activation: 'relu' }),
        layers.maxPooling2d(2),
        layers.flatten(),
        layers.dense(500, { activation: 'relu' }),
        layers.dense(10, { activation: 'softmax' }),
      ]),
      optimizers.adam(),
    ),
  mlp: () =>
    compiled(
      models.sequential([
        layers.input([784]),
        layers.dense(300, { activation: 'relu' }),
        layers.dense(100, { activation: 'relu' }),
        layers.dense(10, { activation: 'softmax' }),
      ]),
      optimizers.adam(),
    ),
  resnet20() {
    const inputs = layers.input([32, 32, 3])
    let x = layers.relu()(convolution(inputs, 16, 3, 1))
    for (const filters of [16, 32, 64]) {
      for (let block = 0; block < 3; block++) {
        const strides = filters > 16 && block === 0 ? 2 : 1
        const y = layers.relu()(convolution(x, filters, 3, strides))
        const shortcut = strides === 1 ? x : convolution(x, filters, 1, strides)
        x = layers.relu()(layers.add([convolution(y, filters, 3, 1), shortcut]))
      }
    }
    const outputs = layers.dense(10, { activation: 'softmax' })(layers.globalAveragePooling2d()(x))
    const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })
    return compiled(models.functional({ inputs, outputs }), optimizer)
  },
  resnet50() {
    const inputs = layers.input([224, 224, 3])
    let x = layers.relu()(convolution(inputs, 64, 7, 2))
    x = layers.maxPooling2d(3, { strides: 2, padding: 'same' })(x)
    for (const [filters, blocks] of [
      [64, 3],
      [128, 4],
      [256, 6],
      [512, 3],
    ]) {
      for (let block = 0; block < blocks; block++) {
        const strides = filters > 64 && block === 0 ? 2 : 1
        let y = layers.relu()(convolution(x, filters, 1, strides))
        y = layers.relu()(convolution(y, filters, 3, 1))
        const shortcut = block === 0 ? convolution(x, 4 * filters, 1, strides) : x
        x = layers.relu()(layers.add([convolution(y, 4 * filters, 1, 1), shortcut]))
      }
    }
    const outputs = layers.dense(1000, { activation: 'softmax' })(layers.globalAveragePooling2d()(x))
    const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })
    return compiled(models.functional({ inputs, outputs }), optimizer)
  },
}
