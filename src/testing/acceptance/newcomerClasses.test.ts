import { describe } from 'vitest'
import { ArgumentError, layers, losses, metrics, models, ops, type Tensor, tensor } from '../../index.js'
import { any, checkAttempts } from './attempts.js'

const silent = { verbose: 0 } as const
/** Trains a layer of one unit. */
const train = (options: models.CompileOptions) => {
  const model = models.sequential([layers.input([2]), layers.dense(1)], { name: 'net' })
  model.compile({ loss: 'mse', ...options })
  const [x, y] = [[[1, 2]], [[3]]]
  return model.fit(x, y, silent)
}
const failed = () => Promise.reject(new Error('nobody looks at this'))

describe('Classes without a method that they must have', () => {
  class NoLayer extends layers.Layer {
    declare call: layers.Layer['call']
  }
  class NoModel extends models.Model {
    declare call: layers.Layer['call']
  }
  class NoLoss extends losses.Loss {
    declare call: losses.Loss['call']
  }
  class NoUpdate extends metrics.Metric {
    declare updateState: metrics.Metric['updateState']
    override result() {
      return tensor(0)
    }
  }
  class Keras extends NoUpdate {
    update_state() {}
  }
  class NoResult extends metrics.Metric {
    declare result: metrics.Metric['result']
    override updateState() {}
  }
  class NoCell extends layers.RecurrentCell {
    declare call: layers.RecurrentCell['call']
    override readonly stateSizes = [1]
  }

  checkAttempts([
    [
      'a layer',
      () => new NoLayer({ name: 'mine' })([[1]]),
      ArgumentError,
      "Layer 'mine' (NoLayer)",
      'the class NoLayer to have a method call(inputs)',
      'received none',
      'which gives the outputs',
    ],
    [
      'a layer in a graph',
      () => new NoLayer({ name: 'mine' })(layers.input([1])),
      ArgumentError,
      "Layer 'mine' (NoLayer)",
      'the class NoLayer to have a method call(inputs)',
      'received none',
      'which gives the outputs',
    ],
    [
      'a recurrent cell',
      () => layers.rnn(new NoCell({ name: 'cell' }))([[[1]]]),
      ArgumentError,
      "Layer 'cell' (NoCell)",
      'the class NoCell to have a method call(inputs)',
      'received none',
      'which gives the outputs',
    ],
    [
      'a model',
      () => {
        const model = new NoModel({ name: 'net' })
        model.compile({ loss: 'mse' })
        return model.fit([[1]], [1], silent)
      },
      ArgumentError,
      "Model 'net'",
      'the class NoModel to have a method call(inputs)',
      'received none',
      'which gives the outputs',
    ],
    [
      'a loss',
      () => train({ loss: new NoLoss({ name: 'mine' }) }),
      ArgumentError,
      "loss 'mine'",
      'the class NoLoss to have a method call(yTrue, yPred)',
      'received none',
      'which gives a value for each sample',
    ],
    [
      'a metric',
      () => train({ metrics: [new NoUpdate('mine')] }),
      ArgumentError,
      "metric 'mine'",
      'the class NoUpdate to have a method updateState(yTrue, yPred, sampleWeight)',
      'received none',
      'which takes in a batch',
    ],
    [
      'a metric as it is written in Keras',
      () => train({ metrics: [new Keras('mine')] }),
      ArgumentError,
      "metric 'mine'",
      'the class Keras to have a method updateState(yTrue, yPred, sampleWeight)',
      'received update_state',
      'did you mean updateState?',
    ],
    [
      'a metric that observes alone',
      () => new Keras('mine').observe([1], [1]),
      ArgumentError,
      "metric 'mine'",
      'the class Keras to have a method updateState(yTrue, yPred, sampleWeight)',
      'received update_state',
      'did you mean updateState?',
    ],
    [
      'a metric without a value',
      () => train({ metrics: [new NoResult('mine')] }),
      ArgumentError,
      "metric 'mine'",
      'the class NoResult to have a method result()',
      'received none',
      'which gives the value',
    ],
  ])
})

describe('Classes that give no tensors', () => {
  const lossOf = (value: unknown) =>
    class Own extends losses.Loss {
      override call(): Tensor {
        return any(value)
      }
    }
  const metricOf = (value: unknown) =>
    class Own extends metrics.Metric {
      override updateState() {}
      override result(): Tensor {
        return any(value)
      }
    }
  class Waiting extends metrics.Metric {
    override async updateState(): Promise<void> {
      await failed()
    }
    override result() {
      return tensor(0)
    }
  }
  class Steps extends models.Model {
    constructor(readonly logs: () => unknown) {
      super({ name: 'net' })
    }
    override call(x: Tensor) {
      return x
    }
    override trainStep() {
      return any(this.logs())
    }
  }
  const step = (logs: () => unknown) => {
    const model = new Steps(logs)
    model.compile({ loss: 'mse' })
    return model.fit([[1]], [1], silent)
  }

  checkAttempts([
    [
      'a loss that gives a number',
      () => train({ loss: new (lossOf(3))({ name: 'mine' }) }),
      ArgumentError,
      "loss 'mine'",
      'expected call to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    [
      'a metric that gives a number',
      () => train({ metrics: [new (metricOf(3))('mine')] }),
      ArgumentError,
      "metric 'mine'",
      'expected result to give a tensor',
      'received 3',
      'Compute with ops',
    ],
    // A promise that fails after it was refused would end the run, were it not left alone.
    [
      'a loss that waits',
      () => train({ loss: any(async () => failed()) }),
      ArgumentError,
      "loss 'loss'",
      'expected the function to give a tensor',
      'received a Promise',
      'Compute with ops',
    ],
    [
      'a layer that waits',
      () => layers.lambda(any(failed), { name: 'mine' })([[1]]),
      ArgumentError,
      "Layer 'mine' (Lambda)",
      'expected call to give a tensor',
      'received a Promise',
      'compute with ops',
    ],
    [
      'a layer that gives a list of promises',
      () =>
        layers.lambda(
          any(() => [failed()]),
          { name: 'mine' },
        )([[1]]),
      ArgumentError,
      "Layer 'mine' (Lambda)",
      'expected call to give a tensor',
      'received [a Promise',
      'Compute with ops',
    ],
    [
      'a metric that waits',
      () => train({ metrics: [new Waiting('mine')] }),
      ArgumentError,
      "metric 'mine'",
      'expected updateState to be done when it returns',
      'received a Promise',
      'compute with ops',
    ],
    [
      'a metric function that waits',
      () =>
        train({
          metrics: [
            any(async function mine() {
              return failed()
            }),
          ],
        }),
      ArgumentError,
      "metric 'mine'",
      'expected the function to give a tensor',
      'received a Promise',
      'Compute with ops',
    ],
    [
      'a training step that waits',
      () => step(failed),
      ArgumentError,
      "Model 'net'",
      'expected trainStep to give tensors',
      'received a Promise',
      'such as { loss }',
    ],
    [
      'a training step whose loss waits',
      () => step(() => ({ loss: failed() })),
      ArgumentError,
      "Model 'net'",
      'expected trainStep to give tensors',
      'received { loss: a Promise',
      'such as { loss }',
    ],
    [
      'an initializer that waits',
      () => layers.dense(1, { kernelInitializer: any(async () => failed()) })([[1]]),
      ArgumentError,
      'initializer',
      'expected the function to give the numbers of a weight of shape [1, 1]',
      'received a Promise',
      'is await missing?',
    ],
  ])
})

describe("Parts of a training step with Keras's arguments", () => {
  const step = (own: (model: models.Model, batch: models.BatchOf<Tensor, Tensor>, p: Tensor) => unknown) => {
    class Own extends models.Model {
      override call(x: Tensor) {
        return ops.multiply(x, 2)
      }
      override trainStep(batch: models.BatchOf<Tensor, Tensor>) {
        return any(own(this, batch, this(batch.x)))
      }
    }
    const model = new Own({ name: 'net' })
    model.compile({ loss: 'mse' })
    return model.fit([[1]], [1], silent)
  }
  checkAttempts([
    [
      'computeLoss of x, y and predictions',
      () => step((model, { x, y }) => model.computeLoss(any(x), y)),
      ArgumentError,
      "Model 'net'",
      'expected computeLoss(batch, predictions) with the batch that the step was given',
      'received Tensor(float32 [1, 1]) and Tensor(float32 [1])',
      'The batch holds x, y',
    ],
    [
      'computeLoss without predictions',
      () => step((model, batch) => model.computeLoss(batch, any(undefined))),
      ArgumentError,
      "Model 'net'",
      'expected computeLoss(batch, predictions)',
      'and undefined',
      'The batch holds x, y',
    ],
    [
      'computeMetrics of x, y and predictions',
      () => step((model, { x, y }, predictions) => model.computeMetrics(any(x), y, predictions)),
      ArgumentError,
      "Model 'net'",
      'expected computeMetrics(batch, predictions, loss)',
      'received Tensor(float32 [1, 1]) and Tensor(float32 [1])',
      'The batch holds x, y',
    ],
  ])
})
