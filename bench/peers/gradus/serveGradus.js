/** Gradus itself, as programs load it, served like its peers. `GRADUS_TARGET` says on what it runs. */
import {
  configure,
  getExecutor,
  layers,
  models,
  ops,
  optimizers,
  trace,
  Variable,
} from '../../../dist/node/index.js'
import { random, repeated, samples, serve, timed } from '../serve.js'

const compiled = (model, optimizer) => {
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer, metrics: ['accuracy'] })
  return model
}

const suiteModels = {
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
    const convolution = (x, filters, size, strides) => {
      const options = { strides, padding: 'same', useBias: false, kernelInitializer: 'he_normal' }
      return layers.batchNormalization()(layers.conv2d(filters, size, options)(x))
    }
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
}

/** Ops on operands that stay on the device, and results that do too. */
async function opWork(shapes, compute) {
  const variables = shapes.map((shape) => {
    const values = random(shape.reduce((a, b) => a * b)).map((value) => 2 * value - 1)
    return new Variable(values, shape)
  })
  const traced = trace([], () => {
    for (const tensor of compute(variables.map((variable) => variable.value()))) {
      new Variable(new Float32Array(tensor.size), tensor.shape).assign(tensor)
    }
    return []
  })
  const executable = await (await getExecutor()).compile(traced)
  return repeated(() => executable.run([]))
}

/** Forward, and the gradients to image and kernel. */
function convolutionWork({ kind, batch, size, channels }) {
  const groups = kind === 'depthwise' ? channels : 1
  const [image, kernel] = [
    [batch, size, size, channels],
    [3, 3, channels / groups, channels],
  ]
  const options = { padding: 'same', groups }
  return opWork([image, kernel, image], ([x, w, dy]) => [
    ops.conv(x, w, options),
    ops.convImageGradient(dy, w, image, options),
    ops.convKernelGradient(x, dy, kernel, options),
  ])
}

const makers = {
  /** Steps of `fit`, as Keras is measured. */
  train(task) {
    const model = suiteModels[task.model]()
    const { images, labels } = samples(task)
    return async (units) => {
      const [x, y] = [new Float32Array(units * images.length), new Int32Array(units * labels.length)]
      for (let i = 0; i < units; i++) {
        x.set(images, i * images.length)
        y.set(labels, i * labels.length)
      }
      await model.fit(x, y, { batchSize: task.batch, epochs: 1, shuffle: false, verbose: 0 })
    }
  },
  predict(task) {
    const model = suiteModels[task.model]()
    const { images } = samples(task)
    return timed(async () => (await model.predictOnBatch(images)).data())
  },
  matmul: ({ size }) =>
    opWork(
      [
        [size, size],
        [size, size],
      ],
      ([a, b]) => [ops.matmul(a, b)],
    ),
  convolution: convolutionWork,
  depthwise: convolutionWork,
}

const threads = Number(process.env.GRADUS_BENCH_THREADS)
await configure({ threads })
const { target } = (await getExecutor()).statistics
await serve(async (task) => makers[task.kind](task), `${target}`)
