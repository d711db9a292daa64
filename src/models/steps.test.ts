import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import * as layers from '../layers/index.js'
import * as metrics from '../metrics/index.js'
import { abs } from '../ops/abs.js'
import { argmax } from '../ops/argmax.js'
import { cast } from '../ops/cast.js'
import { gradients } from '../ops/gradient.js'
import { max } from '../ops/max.js'
import { mean } from '../ops/mean.js'
import { multiply } from '../ops/multiply.js'
import { square } from '../ops/square.js'
import { subtract } from '../ops/subtract.js'
import { sum } from '../ops/sum.js'
import * as optimizers from '../optimizers/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { functional } from './functional.js'
import { type BatchOf, Model, type StepLogs } from './model.js'
import { sequential } from './sequential.js'
import type { TrainingStep } from './trainingStep.js'

const silent = { verbose: 0 } as const
let executor = new ReferenceExecutor()
beforeEach(() => {
  executor = new ReferenceExecutor()
  useExecutor(executor)
  setRandomSeed(1)
})

const x = [-2, -1, 1, 2, 3].map((value) => [value])
const y = x.map(([value]) => [2 * value + 1])
const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const

/** A line, trained by a step that is written out. */
class Line extends Model {
  readonly out = layers.dense(1, zeros)
  readonly meanLoss = new metrics.Mean({ name: 'loss' })

  override call(inputs: Tensor): Tensor {
    return this.out(inputs)
  }

  override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep): StepLogs {
    const errors = subtract(batch.y, this(batch.x, { training: true }))
    const loss = mean(square(errors))
    step.minimize(loss)
    this.meanLoss.update(loss, batch.samples)
    return { loss: this.meanLoss.result(), worst: max(abs(errors)) }
  }
}

describe('a training step of its own', () => {
  it('changes a weight that ops were given as a variable', async () => {
    class Slope extends layers.Layer {
      override build(): void {
        this.addWeight({ name: 'slope', shape: [], initializer: 'zeros' })
      }

      override call(inputs: Tensor): Tensor {
        return multiply(inputs, this.weights[0])
      }
    }
    class Through extends Model {
      readonly slope = new Slope()

      override call(inputs: Tensor): Tensor {
        return this.slope(inputs)
      }

      override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep): StepLogs {
        const loss = mean(square(subtract(batch.y, this(batch.x, { training: true }))))
        step.minimize(loss)
        return { loss }
      }
    }
    const model = new Through()
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    await model.fit([[1], [2]], [[3], [6]], { ...silent, epochs: 50 })
    const [slope] = await model.getWeights()
    expect(await slope.item()).toBeCloseTo(3, 4)
  })

  it('trains as the one that is built in', async () => {
    const own = new Line()
    own.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    const builtIn = sequential([layers.input([1]), layers.dense(1, zeros)])
    builtIn.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    const options = { ...silent, batchSize: 2, epochs: 3, shuffle: false }
    const { history } = await own.fit(x, y, options)
    expect(history.loss).toEqual((await builtIn.fit(x, y, options)).history.loss)
    // Of the last batch alone: the error of the last sample.
    expect(history.worst).toHaveLength(3)
    expect(executor.statistics.programsCompiled).toBe(4)
  })

  it('may take gradients itself, and use several optimizers', async () => {
    class Slow extends Line {
      readonly second = optimizers.sgd({ learningRate: 0.01, name: 'second' })

      override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep): StepLogs {
        const [kernel, bias] = this.out.weights
        const loss = mean(square(subtract(batch.y, this(batch.x))))
        step.apply([kernel], gradients(loss, [kernel]))
        step.minimize(loss, [bias], this.second)
        return { loss }
      }
    }
    const model = new Slow()
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }) })
    await model.fit(x, y, { ...silent, batchSize: 5 })
    const [kernel, bias] = await Promise.all((await model.getWeights()).map((weight) => weight.item()))
    const by = (of: (value: number) => number) => x.reduce((total, [value]) => total + of(value), 0) / 5
    expect(kernel).toBeCloseTo(0.1 * 2 * by((value) => (2 * value + 1) * value), 4)
    expect(bias).toBeCloseTo(0.01 * 2 * by((value) => 2 * value + 1), 4)
    // The rate of the second is an input of the step, too.
    model.second.learningRate = 0.5
    await model.fit(x, y, { ...silent, batchSize: 5 })
    expect(executor.statistics.programsCompiled).toBe(1)
  })

  it('refuses an optimizer that the model does not hold', async () => {
    const stranger = optimizers.sgd({ name: 'stranger' })
    class Wrong extends Line {
      override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep): StepLogs {
        const loss = mean(square(subtract(batch.y, this(batch.x))))
        step.minimize(loss, this.trainableWeights, stranger)
        return { loss }
      }
    }
    const model = new Wrong()
    model.compile()
    await expect(model.fit(x, y, silent)).rejects.toThrow(/'stranger' does not belong to the model/)
  })

  it('may override the loss, or the metrics, alone', async () => {
    class Double extends Line {
      override trainStep(batch: BatchOf<Tensor, Tensor>, step: TrainingStep): StepLogs {
        return Model.prototype.trainStep.call(this, batch as never, step)
      }

      override computeLoss(batch: BatchOf<Tensor, Tensor>, predictions: Tensor): Tensor {
        return multiply(super.computeLoss(batch, predictions), 2)
      }

      override computeMetrics(batch: BatchOf<Tensor, Tensor>, predictions: Tensor, loss: Tensor): StepLogs {
        return { ...super.computeMetrics(batch, predictions, loss), squares: sum(square(predictions)) }
      }
    }
    const model = new Double()
    model.compile({ loss: 'mse', optimizer: optimizers.sgd({ learningRate: 0 }) })
    const { history } = await model.fit(x, y, { ...silent, batchSize: 5 })
    const expected = y.reduce((total, [value]) => total + value * value, 0) / 5
    expect(history.loss[0]).toBeCloseTo(2 * expected, 4)
    expect(history.squares[0]).toBe(0)
    expect((await model.evaluate(x, y, silent)).loss).toBeCloseTo(2 * expected, 4)
  })

  it('may learn without labels, by what layers add to the loss', async () => {
    class Penalty extends layers.Layer {
      override build(): void {
        this.addWeight({ name: 'w', shape: [], initializer: 'ones' })
      }

      override call(inputs: Tensor): Tensor {
        const scaled = multiply(inputs, this.weights[0].value())
        this.addLoss(mean(square(scaled)))
        return scaled
      }
    }
    const model = sequential([layers.input([1]), new Penalty()])
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }) })
    const { history } = await model.fit(x, null, { ...silent, epochs: 20 })
    expect(history.loss[0]).toBeCloseTo(x.reduce((total, [value]) => total + value * value, 0) / 5, 4)
    expect(history.loss[19]).toBeLessThan(history.loss[0] / 2)
    // A term that looks at samples together forbids padding: 4 + 1 samples, each batch as it is.
    const [{ loss }, w] = [
      await model.evaluate(x, null, { ...silent, batchSize: 4 }),
      await model.weights[0].data(),
    ]
    const first = (4 + 1 + 1 + 4) / 4
    expect(loss).toBeCloseTo((w[0] ** 2 * (4 * first + 9)) / 5, 4)
  })
})

describe('A loss', () => {
  it.each<[string, (labels: Tensor, predictions: Tensor) => Tensor]>([
    ['of labels alone', (labels) => mean(labels)],
    ['of what has no gradient', (_, predictions) => mean(cast(argmax(predictions, { axis: -1 }), 'float32'))],
  ])('%s is refused, as it would train nothing', async (_, loss) => {
    const model = sequential([layers.input([1]), layers.dense(2)])
    model.compile({ loss, optimizer: 'sgd' })
    await expect(model.fit(x, y, silent)).rejects.toThrow(/received one without gradients for any of the 2/)
  })

  it('names once the weights that it does not depend on, and trains the others', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      const inputs = layers.input([1])
      const used = layers.dense(1, { ...zeros, name: 'used' })(inputs)
      const unused = layers.dense(1, { ...zeros, name: 'unused' })(inputs)
      const model = functional({ inputs, outputs: [used, unused] })
      model.compile({ loss: ['mse', null], optimizer: 'sgd' })
      await model.fit(x, [y, null], { ...silent, batchSize: 2, epochs: 2 })
      expect(warn.mock.calls.flat()).toEqual([
        expect.stringMatching(
          /no gradients for unused\/kernel, unused\/bias: it does not depend on them, and does not train them/,
        ),
      ])
      const [moved, , still] = model.weights
      expect([...(await moved.data())]).not.toEqual([0])
      expect([...(await still.data())]).toEqual([0])
    } finally {
      warn.mockRestore()
    }
  })
})

it('A metric may be given as configs hold it', async () => {
  const model = sequential([layers.input([1]), layers.dense(1, { activation: 'sigmoid' })])
  const area = metrics.serialize(new metrics.AUC({ name: 'area' })) as unknown as metrics.Metric
  model.compile({ loss: 'binary_crossentropy', optimizer: 'sgd', metrics: [area] })
  const { history } = await model.fit([[0], [1]], [0, 1], silent)
  expect(Object.keys(history)).toEqual(['area', 'loss'])
})
