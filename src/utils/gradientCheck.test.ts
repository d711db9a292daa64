import { beforeAll, describe, expect, it } from 'vitest'
import { ArgumentError, ShapeError } from '../errors.js'
import { useExecutor } from '../graph/executor.js'
import type { Tensor } from '../graph/tensor.js'
import { Variable } from '../graph/variable.js'
import * as ops from '../ops/index.js'
import { ReferenceExecutor } from '../testing/referenceExecutor.js'
import { gradientCheck } from './gradientCheck.js'

beforeAll(() => useExecutor(new ReferenceExecutor()))

const cube = (x: Tensor) => ops.sum(ops.power(x, 3))
/** The gradient of `x^2` in place of that of `x^3`: what a rule mistyped looks like. */
const wrongCube = (x: Tensor) =>
  ops.add(ops.sum(ops.square(x)), ops.stopGradient(ops.subtract(cube(x), ops.sum(ops.square(x)))))

describe('gradientCheck', () => {
  it('finds the gradient with respect to each argument, in both ways', async () => {
    const check = await gradientCheck(
      (x, y) => ops.sum(ops.multiply(ops.square(x), y)),
      [
        [
          [1, 2],
          [3, 4],
        ],
        10,
      ],
    )
    expect(await check.gradients[0].array()).toEqual([
      [20, 40],
      [60, 80],
    ])
    expect(await check.gradients[1].array()).toBe(30)
    expect(await check.estimates[1].array()).toBeCloseTo(30, 2)
    expect(check.error).toBeLessThan(1e-3)
  })

  it('shows a gradient that is wrong, and a kink', async () => {
    expect((await gradientCheck(cube, [[1, 2, 3]])).error).toBeLessThan(1e-3)
    expect((await gradientCheck(wrongCube, [[1, 2, 3]])).error).toBeGreaterThan(0.1)
    expect((await gradientCheck((x) => ops.relu(x), [0.001])).error).toBeGreaterThan(0.1)
  })

  it('moves large numbers by more, and looks at numbers of any type as float32', async () => {
    expect((await gradientCheck(cube, [Int32Array.of(1000, -2000)])).error).toBeLessThan(1e-3)
  })

  it('has no error where nothing depends on anything, and leaves variables alone', async () => {
    expect((await gradientCheck(() => ops.tensor(2), [[1, 2]])).error).toBe(0)
    const seen = new Variable([0], [])
    await gradientCheck(
      (x) => {
        seen.assign(ops.sum(x))
        return ops.sum(ops.multiply(x, seen.value()))
      },
      [[1, 2]],
    )
    expect(await seen.data()).toEqual(new Float32Array([0]))
  })

  it('refuses what is no scalar, and steps of 0', async () => {
    await expect(gradientCheck((x) => x, [[1, 2]])).rejects.toThrow(ShapeError)
    await expect(gradientCheck(cube, [1], { step: 0 })).rejects.toThrow(ArgumentError)
  })
})

/** The course's graph: `sum (w2 max(0, w1 x) - y)^2 + lambda (w1^2 + w2^2)`. */
describe("The course's compute graph", () => {
  const lambda = 0.1
  const [x, y] = [
    [1, 2, -1],
    [2, 1, 0.5],
  ]
  const [w1, w2] = [0.5, 1.5]

  /** Its parts from the inputs on, in the order in which they are computed. */
  const parts = (x: Tensor, y: Tensor, w1: Tensor, w2: Tensor) => {
    const product = ops.multiply(w1, x)
    const hidden = ops.maximum(0, product)
    const output = ops.multiply(w2, hidden)
    const error = ops.subtract(output, y)
    const data = ops.sum(ops.square(error))
    const penalty = ops.multiply(lambda, ops.add(ops.square(w1), ops.square(w2)))
    return { product, hidden, output, error, data, penalty, loss: ops.add(data, penalty) }
  }
  const loss = (...given: Parameters<typeof parts>) => parts(...given).loss

  it('has these values', async () => {
    const { product, hidden, output, error, data, penalty, loss } = parts(
      ops.tensor(x),
      ops.tensor(y),
      ops.tensor(w1),
      ops.tensor(w2),
    )
    expect(await product.array()).toEqual([0.5, 1, -0.5])
    expect(await hidden.array()).toEqual([0.5, 1, 0])
    expect(await output.array()).toEqual([0.75, 1.5, 0])
    expect(await error.array()).toEqual([-1.25, 0.5, -0.5])
    expect(await data.item()).toBe(1.5625 + 0.25 + 0.25)
    expect(await penalty.item()).toBeCloseTo(0.1 * (0.25 + 2.25), 6)
    expect(await loss.item()).toBeCloseTo(2.0625 + 0.25, 6)
  })

  it('has these gradients: none through the hidden unit that is off', async () => {
    const { value, gradients } = ops.valueAndGrad(loss)(x, y, w1, w2)
    const [dx, dy, dw1, dw2] = await Promise.all(gradients.map((gradient) => gradient.array()))
    expect(await value.item()).toBeCloseTo(2.3125, 6)
    // 2 error w2 w1 where w1 x > 0.
    expect(dx).toEqual([-1.875, 0.75, 0])
    expect(dy).toEqual([2.5, -1, 1])
    // 2 error w2 x where w1 x > 0, and 2 lambda w1.
    expect(dw1).toBeCloseTo(-3.75 + 3 + 0.1, 6)
    // 2 error hidden, and 2 lambda w2.
    expect(dw2).toBeCloseTo(-1.25 + 1 + 0.3, 6)
  })

  it('passes the gradient check', async () => {
    expect((await gradientCheck(loss, [x, y, w1, w2])).error).toBeLessThan(1e-3)
  })
})
