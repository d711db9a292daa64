import { describe, expect, it } from 'vitest'
import type { Shape } from '../graph/shape.js'
import { gradientOf, startOf, type Walk, walk } from '../testing/walkOptimizer.js'
import { getOptimizer } from './get.js'
import * as optimizers from './index.js'
import type { Optimizer } from './optimizer.js'

type Numbers = readonly number[]

/** The new weight from the old, the gradient and the number of the step, from 1. Keeps state of its own. */
type Rule = (w: Numbers, g: Numbers, step: number) => number[]

/** A rule for one element at a time, with a few numbers of state for each. */
function each(
  size: number,
  initial: Numbers,
  rule: (w: number, g: number, state: number[], step: number) => number,
): Rule {
  const states = Array.from({ length: size }, () => [...initial])
  return (w, g, step) => w.map((value, i) => rule(value, g[i], states[i], step))
}

const sum = (values: Numbers) => values.reduce((a, b) => a + b, 0)
const norm = (values: Numbers) => Math.sqrt(sum(values.map((value) => value * value)))
const rms = (values: Numbers) => norm(values) / Math.sqrt(values.length)

/** The rule's own path in float64 from the same start along the same gradients. */
function pathOf(rule: Rule, shape: Shape, steps: number): number[][] {
  let w = startOf(shape)
  return Array.from({ length: steps }, (_, i) => {
    w = rule(w, gradientOf(shape, i), i + 1)
    return w
  })
}

async function compare(optimizer: Optimizer, rule: Rule, options: Walk = {}, tolerance = 2e-6) {
  const { shape = [6], steps = 30 } = options
  const received = await walk(optimizer, options)
  pathOf(rule, shape, steps).forEach((expected, step) => {
    expected.forEach((value, i) => {
      const error = Math.abs(received[step][i] - value) / Math.max(1, Math.abs(value))
      expect(error, `element ${i} after step ${step + 1}`).toBeLessThan(tolerance)
    })
  })
}

describe('SGD', () => {
  it('is plain descent by default', () =>
    compare(
      optimizers.sgd(),
      each(6, [], (w, g) => w - 0.01 * g),
    ))

  it('has momentum', () =>
    compare(
      optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
      each(6, [0], (w, g, s) => {
        s[0] = 0.9 * s[0] - 0.1 * g
        return w + s[0]
      }),
    ))

  it("has Nesterov's momentum", () =>
    compare(
      optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
      each(6, [0], (w, g, s) => {
        s[0] = 0.9 * s[0] - 0.1 * g
        return w + 0.9 * s[0] - 0.1 * g
      }),
    ))
})

/** Adam's averages in `s[0]` and `s[1]`, both corrected for their start at 0. */
function moments(s: number[], g: number, t: number, beta1 = 0.9, beta2 = 0.999) {
  s[0] += (g - s[0]) * (1 - beta1)
  s[1] += (g * g - s[1]) * (1 - beta2)
  return { m: s[0] / (1 - beta1 ** t), v: s[1] / (1 - beta2 ** t) }
}

describe('the family of Adam', () => {
  // Keras and Gradus add epsilon to the uncorrected root; with epsilon 0 the corrected form is the same.
  it('Adam', () =>
    compare(
      optimizers.adam({ learningRate: 0.02, epsilon: 0 }),
      each(6, [0, 0], (w, g, s, t) => {
        const { m, v } = moments(s, g, t)
        return w - (0.02 * m) / Math.sqrt(v)
      }),
    ))

  it('Adam with a large epsilon', () =>
    compare(
      optimizers.adam({ learningRate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 0.3 }),
      each(6, [0, 0], (w, g, s, t) => {
        moments(s, g, t, 0.8, 0.99)
        const rate = (0.02 * Math.sqrt(1 - 0.99 ** t)) / (1 - 0.8 ** t)
        return w - (rate * s[0]) / (Math.sqrt(s[1]) + 0.3)
      }),
    ))

  it('Adam with AMSGrad', () =>
    compare(
      optimizers.adam({ learningRate: 0.02, beta2: 0.5, amsgrad: true }),
      each(6, [0, 0, 0], (w, g, s, t) => {
        moments(s, g, t, 0.9, 0.5)
        s[2] = Math.max(s[2], s[1])
        const rate = (0.02 * Math.sqrt(1 - 0.5 ** t)) / (1 - 0.9 ** t)
        return w - (rate * s[0]) / (Math.sqrt(s[2]) + 1e-7)
      }),
    ))

  it('AdamW', () =>
    compare(
      optimizers.adamw({ learningRate: 0.02, weightDecay: 0.1, epsilon: 0 }),
      each(6, [0, 0], (w, g, s, t) => {
        const { m, v } = moments(s, g, t)
        return w * (1 - 0.1 * 0.02) - (0.02 * m) / Math.sqrt(v)
      }),
    ))

  it('Adamax', () =>
    compare(
      optimizers.adamax({ learningRate: 0.02 }),
      each(6, [0, 0], (w, g, s, t) => {
        s[0] = 0.9 * s[0] + 0.1 * g
        s[1] = Math.max(0.999 * s[1], Math.abs(g))
        return w - ((0.02 / (1 - 0.9 ** t)) * s[0]) / (s[1] + 1e-7)
      }),
    ))

  it('Nadam', () =>
    compare(
      optimizers.nadam({ learningRate: 0.02 }),
      each(6, [0, 0, 1], (w, g, s, t) => {
        const { v } = moments(s, g, t)
        const u = (step: number) => 0.9 * (1 - 0.5 * 0.96 ** step)
        s[2] *= u(t)
        const m = (u(t + 1) * s[0]) / (1 - s[2] * u(t + 1)) + ((1 - u(t)) * g) / (1 - s[2])
        return w - (0.02 * m) / (Math.sqrt(v) + 1e-7)
      }),
    ))

  it('Lamb', () => {
    const states = Array.from({ length: 6 }, () => [0, 0])
    return compare(optimizers.lamb({ learningRate: 0.02 }), (w, g, t) => {
      const direction = states.map((s, i) => {
        const { m, v } = moments(s, g[i], t)
        return m / (Math.sqrt(v) + 1e-7)
      })
      const ratio = norm(w) / norm(direction)
      return w.map((value, i) => value - 0.02 * ratio * direction[i])
    })
  })

  it('ScheduleFreeAdamW', () => {
    const shape = [6]
    const z = [...startOf(shape)]
    const x = [...startOf(shape)]
    const squares = z.map(() => 0)
    // In the paper's own form, with x and z kept side by side.
    return compare(optimizers.scheduleFreeAdamw({ learningRate: 0.02, warmupSteps: 10 }), (_, g, t) =>
      g.map((gradient, i) => {
        squares[i] = 0.999 * squares[i] + 0.001 * gradient ** 2
        z[i] -= (0.02 * Math.min(1, t / 10) * gradient) / (Math.sqrt(squares[i] / (1 - 0.999 ** t)) + 1e-8)
        x[i] += (z[i] - x[i]) / t
        return 0.1 * z[i] + 0.9 * x[i]
      }),
    )
  })
})

describe('adaptive rates', () => {
  it('Adagrad', () =>
    compare(
      optimizers.adagrad({ learningRate: 0.1 }),
      each(6, [0.1], (w, g, s) => {
        s[0] += g * g
        return w - (0.1 * g) / Math.sqrt(s[0] + 1e-7)
      }),
    ))

  it('Adadelta', () =>
    compare(
      optimizers.adadelta({ learningRate: 1, rho: 0.9, epsilon: 1e-3 }),
      each(6, [0, 0], (w, g, s) => {
        s[0] = 0.9 * s[0] + 0.1 * g * g
        const step = g * Math.sqrt((s[1] + 1e-3) / (s[0] + 1e-3))
        s[1] = 0.9 * s[1] + 0.1 * step * step
        return w - step
      }),
    ))

  it('RMSprop', () =>
    compare(
      optimizers.rmsprop({ learningRate: 0.02 }),
      each(6, [0], (w, g, s) => {
        s[0] = 0.9 * s[0] + 0.1 * g * g
        return w - (0.02 * g) / Math.sqrt(s[0] + 1e-7)
      }),
    ))

  it('RMSprop, centered, with momentum', () =>
    compare(
      optimizers.rmsprop({ learningRate: 0.02, rho: 0.8, momentum: 0.5, centered: true, epsilon: 0.01 }),
      each(6, [0, 0, 0], (w, g, s) => {
        s[0] = 0.8 * s[0] + 0.2 * g * g
        s[1] = 0.8 * s[1] + 0.2 * g
        s[2] = 0.5 * s[2] + (0.02 * g) / Math.sqrt(s[0] - s[1] ** 2 + 0.01)
        return w - s[2]
      }),
    ))

  it.each([
    ['RMSprop', 0, 0.9, 0.1],
    ['Adagrad', 0.1, 1, 1],
  ])('the %s of older files adds epsilon to the root', (class_name, initial, kept, added) => {
    const config = { learning_rate: 0.1, epsilon: 0.5 }
    return compare(
      getOptimizer({ module: 'keras.optimizers.legacy', class_name, config, registered_name: null }),
      each(6, [initial], (w, g, s) => {
        s[0] = kept * s[0] + added * g * g
        return w - (0.1 * g) / (Math.sqrt(s[0]) + 0.5)
      }),
    )
  })

  it('Adafactor, for vectors', () => {
    const squares = new Array<number>(6).fill(0)
    return compare(optimizers.adafactor({ learningRate: 0.5 }), (w, g, t) => {
      const decay = 1 - t ** -0.8
      const direction = g.map((value, i) => {
        squares[i] = decay * squares[i] + (1 - decay) * value ** 2
        return value / Math.sqrt(squares[i])
      })
      const scale =
        Math.max(0.001, rms(w)) * Math.min(0.5, 1 / Math.sqrt(t)) * (1 / Math.max(1, rms(direction)))
      return w.map((value, i) => value - scale * direction[i])
    })
  })

  it('Adafactor, for matrices', () => {
    const [rows, columns] = [
      [0, 0, 0],
      [0, 0],
    ]
    return compare(
      optimizers.adafactor({ learningRate: 0.05, clipThreshold: 0.5 }),
      (w, g, t) => {
        const decay = 1 - t ** -0.8
        const mean = (values: Numbers) => sum(values) / values.length
        rows.forEach((r, i) => {
          rows[i] = decay * r + (1 - decay) * mean([g[2 * i] ** 2, g[2 * i + 1] ** 2])
        })
        columns.forEach((c, j) => {
          columns[j] = decay * c + (1 - decay) * mean([g[j] ** 2, g[2 + j] ** 2, g[4 + j] ** 2])
        })
        const direction = g.map(
          (value, i) => value / Math.sqrt((rows[Math.floor(i / 2)] * columns[i % 2]) / mean(rows)),
        )
        const clip = Math.max(1, rms(direction) / 0.5)
        const scale = (Math.max(0.001, rms(w)) * Math.min(0.05, 1 / Math.sqrt(t))) / clip
        return w.map((value, i) => value - scale * direction[i])
      },
      { shape: [3, 2] },
    )
  })
})

describe('Ftrl', () => {
  it('with all strengths', () =>
    compare(
      optimizers.ftrl({
        learningRate: 0.1,
        l1RegularizationStrength: 0.3,
        l2RegularizationStrength: 0.2,
        l2ShrinkageRegularizationStrength: 0.05,
        beta: 0.4,
      }),
      each(6, [0.1, 0], (w, g, s) => {
        const squares = s[0] + g * g
        s[1] += g + 2 * 0.05 * w - ((Math.sqrt(squares) - Math.sqrt(s[0])) / 0.1) * w
        s[0] = squares
        // Soft thresholding: exactly 0 within l1.
        const shrunk = Math.sign(s[1]) * Math.max(Math.abs(s[1]) - 0.3, 0)
        return -shrunk / ((Math.sqrt(squares) + 0.4) / 0.1 + 2 * 0.2)
      }),
    ))

  it('with a fixed rate', () =>
    compare(
      optimizers.ftrl({ learningRate: 0.1, learningRatePower: 0 }),
      each(6, [0], (_, g, s) => {
        s[0] += g
        return -0.1 * s[0]
      }),
    ))
})

describe('Lion', () => {
  it('steps by sign', () =>
    compare(
      optimizers.lion({ learningRate: 0.02 }),
      each(6, [0], (w, g, s) => {
        const step = 0.02 * Math.sign(0.9 * s[0] + 0.1 * g)
        s[0] = 0.99 * s[0] + 0.01 * g
        return w - step
      }),
    ))
})

describe('Muon', () => {
  const multiply = (a: Numbers, b: Numbers, inner: number) => {
    const [rows, columns] = [a.length / inner, b.length / inner]
    return Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      return sum(Array.from({ length: inner }, (__, k) => a[row * inner + k] * b[k * columns + column]))
    })
  }
  const transpose = (a: Numbers, columns: number) => {
    const rows = a.length / columns
    return Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)])
  }

  it.each([true, false])('takes orthogonal steps for matrices, Nesterov %s', (nesterov) => {
    const momentum = new Array<number>(6).fill(0)
    const rule: Rule = (w, g) => {
      const direction = g.map((value, i) => {
        momentum[i] = 0.95 * momentum[i] + value
        return nesterov ? value + 0.95 * momentum[i] : momentum[i]
      })
      let x = transpose(direction, 2).map((value) => value / (norm(direction) + 1e-7))
      for (let i = 0; i < 5; i++) {
        const a = multiply(x, transpose(x, 3), 3)
        const squared = multiply(a, a, 2)
        const b = a.map((value, j) => -4.775 * value + 2.0315 * squared[j])
        const next = multiply(b, x, 2)
        x = x.map((value, j) => 3.4445 * value + next[j])
      }
      const step = transpose(x, 3)
      return w.map((value, i) => value * (1 - 0.004 * 0.02) - 0.02 * 0.2 * Math.sqrt(3) * step[i])
    }
    return compare(optimizers.muon({ learningRate: 0.02, nesterov }), rule, { shape: [3, 2] })
  })

  it.each([
    ['a vector', [6], 'w'],
    ['an embedding', [3, 2], 'embedding/embeddings'],
    ['an excluded layer', [3, 2], 'head/kernel'],
  ] as const)('updates %s as AdamW does', async (_, shape, weightName) => {
    const muon = optimizers.muon({ learningRate: 0.02, adamWeightDecay: 0.1, excludeLayers: ['^head/'] })
    const adamw = optimizers.adamw({ learningRate: 0.02, weightDecay: 0.1 })
    expect(await walk(muon, { shape, weightName })).toEqual(await walk(adamw, { shape, weightName }))
  })
})
