/** The courses' LeNet in jax-js, on its WebAssembly backend, as one jitted step with Adam. */
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { batch, sampleBatch, serveSteps } from './serveSteps.js'

await init('wasm')
defaultDevice('wasm')

/** A weight with Glorot's uniform distribution. */
function glorot(shape, fanIn, fanOut) {
  const limit = Math.sqrt(6 / (fanIn + fanOut))
  const size = shape.reduce((a, b) => a * b)
  return np.array(Float32Array.from({ length: size }, () => (2 * Math.random() - 1) * limit)).reshape(shape)
}

// Images are NCHW, as its convolutions want them.
let weights = {
  conv1: glorot([20, 1, 5, 5], 25, 500),
  bias1: np.zeros([20, 1, 1]),
  conv2: glorot([50, 20, 5, 5], 500, 1250),
  bias2: np.zeros([50, 1, 1]),
  dense1: glorot([800, 500], 800, 500),
  bias3: np.zeros([500]),
  dense2: glorot([500, 10], 500, 10),
  bias4: np.zeros([10]),
}
let firstMoments = tree.map((w) => np.zeros(w.shape), tree.ref(weights))
let secondMoments = tree.map((w) => np.zeros(w.shape), tree.ref(weights))
let steps = 0

const maxPool = (x) => {
  const [n, c, h, w] = x.shape
  return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5])
}

const loss = (w, x, y) => {
  const pooled1 = maxPool(nn.relu(lax.conv(x, w.conv1, [1, 1], 'VALID').add(w.bias1)))
  const pooled2 = maxPool(nn.relu(lax.conv(pooled1, w.conv2, [1, 1], 'VALID').add(w.bias2)))
  const hidden = nn.relu(np.dot(pooled2.reshape([batch, 800]), w.dense1).add(w.bias3))
  const logits = np.dot(hidden, w.dense2).add(w.bias4)
  return nn
    .logSoftmax(logits, -1)
    .mul(nn.oneHot(y, 10))
    .sum()
    .mul(-1 / batch)
}

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

const data = sampleBatch()
const images = np.array(data.images).reshape([batch, 1, 28, 28])
const labels = np.array(data.labels)

serveSteps(async () => {
  steps++
  const rate = np.array((0.001 * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps))
  let value
  ;[weights, firstMoments, secondMoments, value] = step(
    weights,
    firstMoments,
    secondMoments,
    rate,
    images.ref,
    labels.ref,
  )
  await Promise.all(tree.leaves(tree.ref(weights)).map((leaf) => leaf.data()))
  return (await value.data())[0]
})
