// Trains a small network with the gradus that is installed here, on the target that is named, and fails if it learns nothing.
import { configure, getExecutor, layers, models, optimizers } from 'gradus'

const [, , target] = process.argv
await configure({ target })
const model = models.sequential(
  [layers.input([2]), layers.dense(8, { activation: 'tanh' }), layers.dense(1, { activation: 'sigmoid' })],
  { seed: 1 },
)
model.compile({ loss: 'binary_crossentropy', optimizer: optimizers.adam({ learningRate: 0.05 }) })
const x = Array.from({ length: 64 }, (_, i) => [i & 1, (i >> 1) & 1])
const y = x.map(([a, b]) => a ^ b)
const { history } = await model.fit(x, y, { epochs: 60, batchSize: 16, verbose: 0 })
const used = (await getExecutor()).statistics.target
const [first, last] = [history.loss[0], history.loss.at(-1)]
if (used !== target || !(last < 0.5 * first))
  throw new Error(`${target}: ran on ${used}, loss ${first} to ${last}`)
console.log(`trained on ${used}: loss ${first.toFixed(3)} to ${last.toFixed(3)}`)
