import { describe, expect, it, vi } from 'vitest'
import { maxNorm } from '../constraints/maxNorm.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import { subtract } from '../ops/subtract.js'
import { gradientOf, startOf, walk } from '../testing/walkOptimizer.js'
import * as optimizers from './index.js'

const shape = [6]
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((a, b) => a + b * b, 0))
const last = <T>(list: readonly T[]) => list[list.length - 1]

function near(received: readonly number[], expected: readonly number[], tolerance = 1e-6) {
  expect(received.length).toBe(expected.length)
  expected.forEach((value, i) =>
    expect(Math.abs(received[i] - value), `element ${i}`).toBeLessThan(tolerance),
  )
}

/** Where plain descent arrives with gradients changed by `change`. */
function descend(steps: number, change: (g: number[], step: number) => readonly number[], rate = 0.1) {
  let w = startOf(shape)
  for (let i = 0; i < steps; i++) {
    const g = change(gradientOf(shape, i), i)
    w = w.map((value, j) => value - rate * g[j])
  }
  return w
}

describe('clipping', () => {
  const options = { learningRate: 0.1 }

  it('clipnorm scales each gradient', async () => {
    // Gradients of six normal numbers have norms around 2.4.
    const clip = (g: readonly number[]) => g.map((value) => value * Math.min(1, 2.4 / norm(g)))
    const path = await walk(optimizers.sgd({ ...options, clipnorm: 2.4 }), { steps: 10 })
    near(last(path), descend(10, clip))
    expect(norm(last(path).map((value, i) => value - descend(10, (g) => g)[i]))).toBeGreaterThan(0.01)
  })

  it('clipvalue cuts off each element', async () => {
    const clip = (g: readonly number[]) => g.map((value) => Math.min(Math.max(value, -0.5), 0.5))
    near(last(await walk(optimizers.sgd({ ...options, clipvalue: 0.5 }), { steps: 10 })), descend(10, clip))
  })

  it('globalClipnorm scales all gradients together', async () => {
    const { stepTwo } = twoWeights()
    const [a, b] = await stepTwo(optimizers.sgd({ learningRate: 1, globalClipnorm: 1 }), [3], [0, 4])
    near([...a, ...b], [-0.6, 0, -0.8])
    const [c, d] = await stepTwo(optimizers.sgd({ learningRate: 1, globalClipnorm: 10 }), [3], [0, 4])
    near([...c, ...d], [-3, 0, -4])
    const [e, f] = await stepTwo(optimizers.sgd({ learningRate: 1, clipnorm: 1 }), [3], [0, 4])
    near([...e, ...f], [-1, 0, -1])
  })

  it('globalClipnorm shows an infinite gradient in all weights', async () => {
    const { stepTwo } = twoWeights()
    const [a, b] = await stepTwo(optimizers.sgd({ globalClipnorm: 1 }), [Number.POSITIVE_INFINITY], [0, 4])
    expect([...a, ...b]).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  it('leaves gradients of zeros alone', async () => {
    const { stepTwo } = twoWeights()
    for (const option of [{ clipnorm: 1 }, { globalClipnorm: 1 }]) {
      const [a, b] = await stepTwo(optimizers.sgd(option), [0], [0, 0])
      expect([...a, ...b].map(Math.abs)).toEqual([0, 0, 0])
    }
  })
})

describe('weight decay', () => {
  it('goes before the update, by the learning rate', async () => {
    let w = startOf(shape)
    for (let i = 0; i < 10; i++) {
      const g = gradientOf(shape, i)
      w = w.map((value, j) => value * (1 - 0.5 * 0.1) - 0.1 * g[j])
    }
    near(last(await walk(optimizers.sgd({ learningRate: 0.1, weightDecay: 0.5 }), { steps: 10 })), w)
  })

  it('can leave weights out', async () => {
    const plain = await walk(optimizers.sgd(), { steps: 3, weightName: 'dense/bias' })
    const excluding = optimizers.sgd({ weightDecay: 0.5 })
    excluding.excludeFromWeightDecay({ names: ['bias'] })
    expect(await walk(excluding, { steps: 3, weightName: 'dense/bias' })).toEqual(plain)
    expect(
      await walk(optimizers.sgd({ weightDecay: 0.5 }), { steps: 3, weightName: 'dense/bias' }),
    ).not.toEqual(plain)
  })
})

describe('moving average', () => {
  it('follows the weights from the first update on', async () => {
    const optimizer = optimizers.sgd({ useEma: true, emaMomentum: 0.8 })
    const path = await walk(optimizer, { steps: 5 })
    const average = path.reduce(
      (mean, w, i) => w.map((value, j) => (i === 0 ? value : 0.8 * mean[j] + 0.2 * value)),
      [...path[0]],
    )
    const [slot] = optimizer.variables.filter(({ name }) => name.endsWith('_average'))
    near(Array.from(await slot.data()), average)
    // The weights themselves are as without.
    expect(path).toEqual(await walk(optimizers.sgd(), { steps: 5 }))
  })

  it('goes into the weights every so many steps', async () => {
    const plain = await walk(optimizers.sgd(), { steps: 3 })
    const path = await walk(optimizers.sgd({ useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 3 }), {
      steps: 4,
    })
    expect(path.slice(0, 2)).toEqual(plain.slice(0, 2))
    const average = plain[0].map((value, i) => 0.25 * value + 0.25 * plain[1][i] + 0.5 * plain[2][i])
    near(path[2], average)
    const g = gradientOf(shape, 3)
    near(
      path[3],
      average.map((value, i) => value - 0.01 * g[i]),
    )
  })

  it('goes into the weights at the end', async () => {
    const optimizer = optimizers.sgd({ useEma: true })
    let weight: Variable | undefined
    await walk(optimizer, {
      steps: 3,
      before: (_, variable) => {
        weight = variable
      },
    })
    await optimizer.finalizeVariableValues([weight as Variable])
    const average = optimizer.variables.find(({ name }) => name === 'sgd/w_average') as Variable
    expect(await (weight as Variable).data()).toEqual(await average.data())
  })
})

describe('gradient accumulation', () => {
  it('updates every so many steps by the mean, with any rule', async () => {
    for (const make of [optimizers.sgd, optimizers.adam, optimizers.nadam]) {
      const optimizer = make({ learningRate: 0.1, gradientAccumulationSteps: 3 })
      const path = await walk(optimizer, { steps: 9 })
      expect(path[0]).toEqual(startOf(shape))
      expect(path[1]).toEqual(startOf(shape))
      expect(path[3]).toEqual(path[2])
      expect(path[4]).toEqual(path[2])
      expect(path[5]).not.toEqual(path[2])
      expect((await optimizer.iterations.data())[0]).toBe(9)
    }
    const means = (step: number) =>
      [0, 1, 2]
        .map((i) => gradientOf(shape, 3 * step + i))
        .reduce((a, b) => a.map((value, i) => value + b[i]))
        .map((value) => value / 3)
    const path = await walk(optimizers.sgd({ learningRate: 0.1, gradientAccumulationSteps: 3 }), { steps: 9 })
    near(
      path[8],
      descend(3, (_, i) => means(i)),
    )
  })

  it("counts updates, not steps, in Adam's correction", async () => {
    const path = await walk(
      optimizers.adam({
        learningRate: 0.1,
        epsilon: 0,
        beta1: 0.5,
        beta2: 0.5,
        gradientAccumulationSteps: 2,
      }),
      { steps: 4 },
    )
    const g = [0, 1].map((update) => {
      const [a, b] = [gradientOf(shape, 2 * update), gradientOf(shape, 2 * update + 1)]
      return a.map((value, i) => (value + b[i]) / 2)
    })
    const start = startOf(shape)
    // First update: sign of the gradient. Second: weighted means over 3 / 4.
    near(
      path[3],
      start.map((value, i) => {
        const m = (0.25 * g[0][i] + 0.5 * g[1][i]) / 0.75
        const v = (0.25 * g[0][i] ** 2 + 0.5 * g[1][i] ** 2) / 0.75
        return value - 0.1 * Math.sign(g[0][i]) - (0.1 * m) / Math.sqrt(v)
      }),
    )
  })
})

describe('loss scale', () => {
  it('is taken out of the gradients', async () => {
    const optimizer = optimizers.sgd({ learningRate: 0.1, lossScaleFactor: 4 })
    near(
      last(await walk(optimizer, { steps: 10 })),
      descend(10, (g) => g.map((value) => value / 4)),
    )
  })
})

describe('constraints', () => {
  it('hold after each update', async () => {
    const constraint = maxNorm(0.5)
    const path = await walk(optimizers.sgd({ learningRate: 0.1 }), { steps: 10, constraint })
    const free = startOf(shape).map((value, i) => value - 0.1 * gradientOf(shape, 0)[i])
    near(
      path[0],
      free.map((value) => (value * 0.5) / norm(free)),
    )
    for (const w of path) expect(norm(w)).toBeLessThan(0.5 + 1e-6)
  })
})

describe('learning rates', () => {
  const rates = [0.1, 0.2, 0.3]

  it('may be set before each step', async () => {
    const optimizer = optimizers.sgd()
    const path = await walk(optimizer, {
      steps: 3,
      before: (step) => {
        optimizer.learningRate = rates[step]
      },
    })
    let w = startOf(shape)
    for (const [i, rate] of rates.entries()) w = w.map((value, j) => value - rate * gradientOf(shape, i)[j])
    near(last(path), w)
  })

  it('may follow a schedule or a function, from step 0', async () => {
    const scheduled = optimizers.sgd({
      learningRate: optimizers.schedules.piecewiseConstantDecay([0, 1], rates),
    })
    const path = await walk(scheduled, { steps: 3 })
    expect(scheduled.learningRate).toBe(0.3)
    expect(await walk(optimizers.sgd({ learningRate: (step) => rates[step] }), { steps: 3 })).toEqual(path)
    let w = startOf(shape)
    for (const [i, rate] of rates.entries()) w = w.map((value, j) => value - rate * gradientOf(shape, i)[j])
    near(last(path), w)
  })

  it('go on in the schedule where training was resumed', async () => {
    const optimizer = optimizers.adam({ learningRate: optimizers.schedules.powerDecay(0.1, 10) })
    optimizer.iterations.write([20])
    expect(optimizer.learningRate).toBe(0.1)
    await optimizer.synchronize()
    expect(optimizer.learningRate).toBeCloseTo(0.1 / 3, 15)
    expect(optimizer.takeLearningRate()).toBeCloseTo(0.1 / 3, 15)
    expect(optimizer.learningRate).toBeCloseTo(0.1 / 3.1, 15)
  })

  it('refuse what is no object of options, and options that nobody reads', () => {
    const { adam, adamw, ftrl, lamb, muon, rmsprop, scheduleFreeAdamw, sgd } = optimizers
    for (const [name, make] of Object.entries({
      adam,
      adamw,
      ftrl,
      lamb,
      muon,
      rmsprop,
      scheduleFreeAdamw,
      sgd,
    })) {
      const construct = make as (options: unknown) => unknown
      expect(() => construct(0.1), name).toThrow(
        /: expected an object of options, such as \{ learningRate: 0.1 \}, received 0.1/,
      )
      expect(() => construct({ learningrate: 0.1 }), name).toThrow(
        /has no option 'learningrate'. Did you mean 'learningRate'/,
      )
    }
  })

  it('refuse numbers where a schedule rules, and schedules that fail', () => {
    const optimizer = optimizers.sgd({ learningRate: optimizers.schedules.powerDecay(0.1, 10) })
    expect(() => {
      optimizer.learningRate = 0.5
    }).toThrow(/follows a schedule, so it cannot be set to 0.5/)
    optimizer.learningRate = optimizers.schedules.powerDecay(0.7, 10)
    expect(optimizer.learningRate).toBe(0.7)
    expect(() => optimizers.sgd({ learningRate: () => Number.NaN }).learningRate).toThrow(
      /received NaN for step 0/,
    )
  })

  it('decay the old way, with a hint', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      const optimizer = optimizers.sgd({ lr: 0.1, decay: 0.5, momentum: 0.9 })
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('schedules.inverseTimeDecay(0.1, 1, 0.5)'))
      const taken = [0, 1, 2].map(() => optimizer.takeLearningRate())
      near(taken, [0.1, 0.1 / 1.5, 0.1 / 2], 1e-15)
    } finally {
      warn.mockRestore()
    }
  })
})

describe('your own optimizer', () => {
  class Forgetful extends optimizers.Optimizer {
    protected override update(weight: Variable, gradient: Tensor): Tensor {
      return subtract(this.slot(weight, 'memory').value(), gradient)
    }
  }

  it('is told how to make slots', async () => {
    await expect(walk(new Forgetful())).rejects.toThrow(
      /Forgetful: weight w has no slot 'memory'. Make it in makeSlots/,
    )
  })

  it('works with slots', async () => {
    class Remembering extends Forgetful {
      protected override makeSlots(weights: readonly Variable[]): void {
        this.addSlots(weights, ['memory'], 1)
      }
    }
    near(
      (await walk(new Remembering(), { steps: 1 }))[0],
      gradientOf(shape, 0).map((value) => 1 - value),
    )
  })
})

/** A step over two weights that start at 0. */
function twoWeights() {
  return {
    async stepTwo(optimizer: optimizers.Optimizer, first: readonly number[], second: readonly number[]) {
      const { useExecutor } = await import('../graph/executor.js')
      const { trace } = await import('../graph/trace.js')
      const { literal } = await import('../ops/tensor.js')
      const { tensor } = await import('../ops/tensor.js')
      const { ReferenceExecutor } = await import('../testing/referenceExecutor.js')
      const executor = new ReferenceExecutor()
      useExecutor(executor)
      const weights = [first, second].map(
        (gradient) =>
          new Variable(
            gradient.map(() => 0),
            [gradient.length],
          ),
      )
      const step = trace([], () => {
        optimizer.apply(weights, [tensor([...first]), tensor([...second])], literal(optimizer.learningRate))
        return []
      })
      await (await executor.compile(step)).run([])
      return Promise.all(weights.map(async (weight) => Array.from(await weight.data())))
    },
  }
}
