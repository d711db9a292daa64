import { Constraint } from '../../constraints/index.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { Initializer } from '../../initializers/index.js'
import { Layer } from '../../layers/index.js'
import { Loss } from '../../losses/index.js'
import { MeanMetricWrapper, Metric } from '../../metrics/index.js'
import * as ops from '../../ops/index.js'
import { Optimizer, schedules, type UpdateContext } from '../../optimizers/index.js'
import { Regularizer } from '../../regularizers/index.js'
import { compareAll } from '../compare.js'
import { compareFunction } from '../compareFunction.js'
import { compareLayer } from '../compareLayer.js'
import { compareMetric } from '../compareMetric.js'
import { compareOptimizer } from '../compareOptimizer.js'
import type { HostTensor } from '../hostTensor.js'
import { KerasObject, object } from '../kerasObject.js'
import { floats, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

/**
 * The base classes, which compute nothing themselves: of each a subclass as a user writes it, which must give the same
 * numbers as the class of Keras's that it imitates.
 */

const samples = new Samples(50)
const matrix = samples.normal([6, 5])
const [targets, predictions] = [samples.normal([8, 5]), samples.normal([8, 5])]

class OwnLoss extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return ops.mean(ops.square(ops.subtract(yTrue, yPred)), { axis: -1 })
  }
}

class OwnMetric extends Metric {
  private readonly total = this.addState('total')
  private readonly count = this.addState('count')

  override updateState(yTrue: Tensor, yPred: Tensor): void {
    const errors = ops.abs(ops.subtract(yTrue, yPred))
    this.total.assign(ops.add(this.total.value(), ops.sum(errors)))
    this.count.assign(ops.add(this.count.value(), errors.size))
  }

  override result(): Tensor {
    return ops.divide(this.total.value(), this.count.value())
  }
}

class OwnDense extends Layer {
  private kernel: Variable | undefined

  override build(inputShape: readonly (number | null)[]): void {
    const inputs = inputShape[inputShape.length - 1] ?? 0
    this.kernel = this.addWeight({ name: 'kernel', shape: [inputs, 4] })
  }

  override call(inputs: Tensor): Tensor {
    return this.kernel ? ops.tanh(ops.matmul(inputs, this.kernel.value())) : inputs
  }
}

class OwnDescent extends Optimizer {
  protected override update(weight: Variable, gradient: Tensor, { learningRate }: UpdateContext): Tensor {
    return ops.subtract(weight.value(), ops.multiply(gradient, learningRate))
  }
}

class OwnInitializer extends Initializer {
  override generate(shape: readonly number[]): number[] {
    return Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.25)
  }
}

class OwnRegularizer extends Regularizer {
  override call(x: Tensor): Tensor {
    return ops.multiply(ops.sum(ops.square(x)), 0.01)
  }
}

class OwnConstraint extends Constraint {
  override call(weight: Tensor): Tensor {
    return ops.relu(weight)
  }
}

class OwnSchedule extends schedules.LearningRateSchedule {
  override call(step: number): number {
    return 0.1 * 0.5 ** (step / 30)
  }
}

const meanSquaredError = (yTrue: Tensor, yPred: Tensor): Tensor => new OwnLoss().call(yTrue, yPred)

const equal = async (what: string, gradus: HostTensor, keras: HostTensor) =>
  compareAll({ [what]: gradus }, { [what]: keras }, async () => ({ [what]: keras }))

const subclass = (entry: string, run: ConformanceCase['run']): ConformanceCase => ({
  entries: [entry],
  name: `a subclass of ${entry}`,
  run,
})

export const subclassSuite: Suite = {
  name: 'subclasses',
  cases: [
    subclass('losses.Loss', (peer) =>
      compareFunction(peer, {
        keras: object('losses.MeanSquaredError'),
        gradus: (yTrue, yPred) => new OwnLoss().compute(yTrue, yPred),
        inputs: [targets, predictions],
        differentiate: [1],
      }),
    ),
    subclass('metrics.Metric', (peer) =>
      compareMetric(peer, {
        keras: object('metrics.MeanAbsoluteError'),
        metric: new OwnMetric(),
        updates: [[targets, predictions]],
        hasConfig: false,
      }),
    ),
    {
      entries: ['metrics.MeanMetricWrapper'],
      name: 'MeanMetricWrapper of a function',
      run: (peer) =>
        compareMetric(peer, {
          keras: object('metrics.MeanMetricWrapper', { fn: new KerasObject('losses.mean_squared_error') }),
          metric: new MeanMetricWrapper(meanSquaredError),
          updates: [
            [targets, predictions],
            [predictions, targets],
          ],
          hasConfig: false,
        }),
    },
    subclass('layers.Layer', (peer) =>
      compareLayer(peer, {
        keras: object('layers.Dense', { units: 4, use_bias: false, activation: 'tanh' }),
        layer: new OwnDense(),
        inputs: matrix,
        hasConfig: false,
      }),
    ),
    subclass('optimizers.Optimizer', (peer) =>
      compareOptimizer(peer, object('optimizers.SGD', { learning_rate: 0.05, clipnorm: 0.5 }), {
        optimizer: new OwnDescent({ learningRate: 0.05, clipnorm: 0.5 }),
        hasConfig: false,
      }),
    ),
    subclass('initializers.Initializer', async (peer) => {
      const initializer = object('initializers.Constant', { value: 0.25 })
      const { values } = await peer.ask<{ values: HostTensor }>('initializer', { initializer, shape: [3, 4] })
      return equal('values', floats([3, 4], new OwnInitializer().generate([3, 4])), values)
    }),
    subclass('regularizers.Regularizer', (peer) =>
      compareFunction(peer, {
        keras: object('regularizers.L2', { l2: 0.01 }),
        gradus: new OwnRegularizer(),
        inputs: [matrix],
        differentiate: [0],
      }),
    ),
    subclass('constraints.Constraint', (peer) =>
      compareFunction(peer, {
        keras: object('constraints.NonNeg'),
        gradus: new OwnConstraint(),
        inputs: [matrix],
      }),
    ),
    subclass('optimizers.schedules.LearningRateSchedule', async (peer) => {
      const settings = { initial_learning_rate: 0.1, decay_steps: 30, decay_rate: 0.5 }
      const schedule = object('optimizers.schedules.ExponentialDecay', settings)
      const steps = Float32Array.from({ length: 50 }, (_, step) => step)
      const request = { schedule, steps: floats([50], steps) }
      const { values } = await peer.ask<{ values: HostTensor }>('schedule', request)
      const own = new OwnSchedule()
      return equal(
        'rates',
        floats(
          [50],
          steps.map((step) => own(step)),
        ),
        values,
      )
    }),
  ],
}
