import { callbacks, datasets, layers, models, ops, optimizers, type Tensor, type Variable } from 'gradus'
import { exactly } from './exactly.js'

const model = models.sequential([layers.input([2]), layers.dense(1)])
const optimizer = optimizers.adam()
model.compile({ loss: 'mse', optimizer })

// Data: nested arrays, typed arrays, tensors.
await model.fit([[1, 2]], [3])
await model.fit(new Uint8Array(2), new Float32Array(1))
await model.fit([new Uint8Array(2), new Uint8Array(2)], [1, 0])
await model.fit(ops.ones([1, 2]), ops.ones([1]))
// @ts-expect-error
await model.fit('images', [3])
const { train } = await datasets.digits.load({ train: 1, test: 1 })
exactly<Tensor>()(train.images)

// What callbacks return is not looked at, but awaited.
const { history } = await model.fit([[1, 2]], [3], {
  verbose: 0,
  callbacks: [
    {
      onEpochBegin: () => (optimizer.learningRate *= 0.9),
      onEpochEnd: async (epoch, logs) => {
        exactly<number>()(epoch)
        exactly<number | undefined>()(logs?.loss)
      },
    },
  ],
})
exactly<number[] | undefined>()(history.loss?.slice())

// Callbacks of a class know the model that they follow.
class StopAt extends callbacks.Callback<models.Sequential> {
  override onEpochEnd(epoch: number, logs: callbacks.Logs) {
    exactly<number | undefined>()(logs.loss)
    exactly<number>()(this.params.epochs)
    exactly<Promise<Tensor[]>>()(this.model.getWeights())
    if (epoch > 3) this.model.stopTraining = true
  }
}
await model.fit([[1, 2]], [3], { callbacks: [new StopAt()] })
// @ts-expect-error There is no such moment.
await model.fit([[1, 2]], [3], { callbacks: [{ onEpochFinish: () => {} }] })

// Keys of logs are not known before; with `noUncheckedIndexedAccess` each may be missing.
const { loss } = await model.evaluate([[1, 2]], [3])
exactly<number | undefined>()(loss)

// Several inputs and outputs: lists as long as declared, or objects.
const [a, b] = [layers.input([1], { name: 'a' }), layers.input([1], { name: 'b' })]
const pair = models.functional({ inputs: [a, b], outputs: [layers.add([a, b]), layers.multiply([a, b])] })
pair.compile({ loss: ['mse', 'mae'], lossWeights: [0.9, 0.1] })
await pair.fit([[[1]], [[2]]], [[[3]], [[2]]])
await pair.fit({ a: [[1]], b: [[2]] }, [[[3]], null])
await pair.fit([[[1]], [[2]]], [[[3]], [[2]]], { sampleWeight: [1], classWeight: { 0: 2 } })
// @ts-expect-error The model takes two inputs.
await pair.fit(new Float32Array(2), [[[3]], [[2]]])

// Streams of batches, at once or asynchronously.
async function* batches() {
  yield [[[1, 2]], [3]] as const
}
await model.fit(batches, { epochs: 2, stepsPerEpoch: 1 })
await model.fit([{ x: [[1, 2]], y: [3] }].values())
await model.evaluate(batches)

// Layers and steps of one's own.
class Scale extends layers.Layer {
  declare factor: Variable

  override build() {
    this.factor = this.addWeight({ name: 'factor', shape: [], initializer: 'ones' })
  }

  override call(x: Tensor) {
    return ops.multiply(x, this.factor.value())
  }
}
exactly<Tensor>()(new Scale({ name: 'scale' })([[1]]))

class Own extends models.Model {
  readonly scale = new Scale()

  override call(x: Tensor) {
    return this.scale(x)
  }

  override trainStep(batch: models.BatchOf<Tensor, Tensor>, step: models.TrainingStep) {
    const loss = ops.mean(ops.square(ops.subtract(batch.y, this(batch.x, { training: true }))))
    step.minimize(loss)
    return { loss }
  }
}
exactly<Tensor>()(await new Own().predict([[1]]))
