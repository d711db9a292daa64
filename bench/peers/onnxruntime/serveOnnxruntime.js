/** ONNX Runtime for Node: predictions and products of matrices, as it trains nothing. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { random, repeated, samples, serve, timed, versionOf } from '../serve.js'
import { OnnxModel } from './onnxModel.js'

const threads = Number(process.env.GRADUS_BENCH_THREADS)

function convolution(model, x, { channels, filters, size, strides = 1, padding = 0, norm = false }) {
  const weights = [model.weight([filters, channels, size, size])]
  const pads = [padding, padding, padding, padding]
  const attributes = { kernel_shape: [size, size], strides: [strides, strides], pads }
  if (!norm) return model.node('Conv', [x, ...weights, model.weight([filters])], attributes)
  const y = model.node('Conv', [x, ...weights], attributes)
  const statistics = [1, 0, 0, 1].map((value) => model.constant(filters, value))
  return model.node('BatchNormalization', [y, ...statistics])
}

const dense = (model, x, inputs, units) =>
  model.node('Gemm', [x, model.weight([inputs, units]), model.weight([units])])

const relu = (model, x) => model.node('Relu', [x])

const builders = {
  lenet(model) {
    const pooled = (x) => model.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] })
    let x = pooled(relu(model, convolution(model, 'x', { channels: 1, filters: 20, size: 5 })))
    x = pooled(relu(model, convolution(model, x, { channels: 20, filters: 50, size: 5 })))
    x = model.node('Reshape', [x, model.shape(-1, 800)])
    return dense(model, relu(model, dense(model, x, 800, 500)), 500, 10)
  },
  resnet20(model) {
    let x = relu(
      model,
      convolution(model, 'x', { channels: 3, filters: 16, size: 3, padding: 1, norm: true }),
    )
    let channels = 16
    for (const filters of [16, 32, 64]) {
      for (let block = 0; block < 3; block++) {
        const strides = filters > 16 && block === 0 ? 2 : 1
        const form = { filters, size: 3, padding: 1, norm: true }
        const y = relu(model, convolution(model, x, { ...form, channels, strides }))
        const sum = convolution(model, y, { ...form, channels: filters })
        const shortcut =
          strides === 1 ? x : convolution(model, x, { channels, filters, size: 1, strides, norm: true })
        x = relu(model, model.node('Add', [sum, shortcut]))
        channels = filters
      }
    }
    const pooled = model.node('GlobalAveragePool', [x])
    return dense(model, model.node('Reshape', [pooled, model.shape(-1, 64)]), 64, 10)
  },
}

const session = (bytes) =>
  InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1 })

const makers = {
  async predict(task) {
    const build = builders[task.model]
    if (!build) return undefined
    const { shape, images } = samples(task)
    const [batch, height, width, channels] = shape
    const inputShape = [batch, channels, height, width]
    const model = new OnnxModel()
    const output = model.node('Softmax', [build(model)], { axis: 1 })
    const running = await session(model.bytes(inputShape, output, [batch, 10]))
    // Values do not change the work, so neither does their order.
    const x = new Tensor('float32', images, inputShape)
    return timed(() => running.run({ x }))
  },
  async matmul({ size }) {
    const model = new OnnxModel()
    const output = model.node('MatMul', ['x', model.weight([size, size])])
    const running = await session(model.bytes([size, size], output, [size, size]))
    const x = new Tensor('float32', random(size * size), [size, size])
    return repeated(() => running.run({ x }))
  },
}

await serve((task) => makers[task.kind]?.(task), versionOf('onnxruntime-node', import.meta.url))
