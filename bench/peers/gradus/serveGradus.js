/** Gradus itself, as programs load it, served like its peers. `GRADUS_TARGET` says on what it runs. */
import { configure, getExecutor, ops, trace, Variable } from '../../../dist/node/index.js'
import { random, repeated, samples, serve, timed } from '../serve.js'
import { suiteModels } from './suiteModels.js'

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
  // Operands change in reality, as peers must take them to do.
  const executable = await (await getExecutor()).compile(traced, { prepares: false })
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
    let [x, y] = [images, labels]
    return async (units) => {
      const [size, count] = [units * images.length, units * labels.length]
      // Kept for later samples, as data are that somebody trains with.
      if (y.length < count) {
        ;[x, y] = [new Float32Array(size), new Int32Array(count)]
        for (let i = 0; i < units; i++) {
          x.set(images, i * images.length)
          y.set(labels, i * labels.length)
        }
      }
      const options = { batchSize: task.batch, epochs: 1, shuffle: false, verbose: 0 }
      await model.fit(x.subarray(0, size), y.subarray(0, count), options)
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
