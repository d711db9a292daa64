/** jax-js on its WebAssembly backend, each step one jitted function. */
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { random, repeated, samples, serve, timed, versionOf } from '../serve.js'

await init('wasm')
defaultDevice('wasm')

/** A weight with Glorot's uniform distribution. */
function glorot(shape, fanIn, fanOut) {
  const limit = Math.sqrt(6 / (fanIn + fanOut))
  const size = shape.reduce((a, b) => a * b)
  return np.array(Float32Array.from({ length: size }, () => (2 * Math.random() - 1) * limit)).reshape(shape)
}

const maxPool = (x) => {
  const [n, c, h, w] = x.shape
  return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5])
}

const dense = (x, kernel, bias) => np.dot(x, kernel).add(bias)

/** Weights, and logits by weights and images; images are NCHW, as its convolutions want them. */
const models = {
  lenet: {
    image: [1, 28, 28],
    weights: () => ({
      conv1: glorot([20, 1, 5, 5], 25, 500),
      bias1: np.zeros([20, 1, 1]),
      conv2: glorot([50, 20, 5, 5], 500, 1250),
      bias2: np.zeros([50, 1, 1]),
      dense1: glorot([800, 500], 800, 500),
      bias3: np.zeros([500]),
      dense2: glorot([500, 10], 500, 10),
      bias4: np.zeros([10]),
    }),
    logits(w, x) {
      const batch = x.shape[0]
      const pooled1 = maxPool(nn.relu(lax.conv(x, w.conv1, [1, 1], 'VALID').add(w.bias1)))
      const pooled2 = maxPool(nn.relu(lax.conv(pooled1, w.conv2, [1, 1], 'VALID').add(w.bias2)))
      return dense(nn.relu(dense(pooled2.reshape([batch, 800]), w.dense1, w.bias3)), w.dense2, w.bias4)
    },
  },
  mlp: {
    image: [784],
    weights: () => ({
      dense1: glorot([784, 300], 784, 300),
      bias1: np.zeros([300]),
      dense2: glorot([300, 100], 300, 100),
      bias2: np.zeros([100]),
      dense3: glorot([100, 10], 100, 10),
      bias3: np.zeros([10]),
    }),
    logits: (w, x) =>
      dense(nn.relu(dense(nn.relu(dense(x, w.dense1, w.bias1)), w.dense2, w.bias2)), w.dense3, w.bias3),
  },
}

const makers = {
  train(task) {
    const model = models[task.model]
    if (!model) return undefined
    const { batch } = task
    const loss = (w, x, y) =>
      nn
        .logSoftmax(model.logits(w, x), -1)
        .mul(nn.oneHot(y, 10))
        .sum()
        .mul(-1 / batch)
    /** Keras's Adam, its correction of both moments in the step size `rate`. */
    const step = jit((w, m, v, rate, x, y) => {
      const [value, g] = valueAndGrad(loss)(tree.ref(w), x, y)
      const m1 = tree.map((a, b) => a.mul(0.9).add(b.mul(0.1)), m, tree.ref(g))
      const v1 = tree.map((a, b) => a.mul(0.999).add(np.square(b).mul(0.001)), v, g)
      const updated = tree.map(
        (a, b, c) => a.sub(b.mul(rate.ref).div(np.sqrt(c).add(1e-7))),
        w,
        tree.ref(m1),
        tree.ref(v1),
      )
      rate.dispose()
      return [updated, m1, v1, value]
    })
    let weights = model.weights()
    let firstMoments = tree.map((w) => np.zeros(w.shape), tree.ref(weights))
    let secondMoments = tree.map((w) => np.zeros(w.shape), tree.ref(weights))
    let steps = 0
    const { images, labels } = samples(task)
    const [x, y] = [np.array(images).reshape([batch, ...model.image]), np.array(labels)]
    return repeated(async () => {
      steps++
      const rate = np.array((0.001 * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps))
      let value
      ;[weights, firstMoments, secondMoments, value] = step(
        ...[weights, firstMoments, secondMoments],
        ...[rate, x.ref, y.ref],
      )
      await Promise.all(tree.leaves(tree.ref(weights)).map((leaf) => leaf.data()))
      await value.data()
    })
  },
  predict(task) {
    const model = models[task.model]
    if (!model) return undefined
    const weights = model.weights()
    const x = np.array(samples(task).images).reshape([task.batch, ...model.image])
    const predict = jit((w, images) => nn.softmax(model.logits(w, images), -1))
    return timed(() => predict(tree.ref(weights), x.ref).data())
  },
  matmul({ size }) {
    const [a, b] = [1, 2].map(() => np.array(random(size * size)).reshape([size, size]))
    const multiply = jit((x, y) => np.dot(x, y))
    return repeated(() => multiply(a.ref, b.ref).data())
  },
}

await serve(async (task) => makers[task.kind]?.(task), versionOf('@jax-js/jax', import.meta.url))
