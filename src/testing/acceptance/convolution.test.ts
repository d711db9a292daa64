import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configure, grad, layers, models, ops, type Tensor, tensor } from '../../index.js'
import { targets } from '../opTest.js'

/** The facts about convolution and pooling that the courses teach, on each target. */
const image = ['100001', '010010', '001100', '100010', '010010', '001010'].map((row) => [...row].map(Number))
const diagonal = [
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
]
const vertical = [
  [-1, 1, -1],
  [-1, 1, -1],
  [-1, 1, -1],
]

/** Rows of numbers as one picture of one channel. */
const picture = (rows: readonly (readonly number[])[]) =>
  ops.reshape(tensor(rows), [1, rows.length, rows[0].length, 1])
const filter = (rows: readonly (readonly number[])[]) =>
  ops.reshape(tensor(rows), [rows.length, rows[0].length, 1, 1])
const rowsOf = (x: Tensor) => ops.reshape(x, x.shape.slice(1, 3)).array()

/** A picture with a small pattern at a place, zero elsewhere. */
const placed = (pattern: readonly (readonly number[])[], top: number, left: number, size = 16) =>
  Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => pattern[y - top]?.[x - left] ?? 0),
  )

afterAll(() => configure({ target: 'auto' }))

describe.each(targets)('On the target %s', (target) => {
  beforeAll(() => configure({ target, threads: 2 }))

  it("convolution gives the courses' numbers with stride 1", async () => {
    expect(await rowsOf(ops.conv(picture(image), filter(diagonal)))).toEqual([
      [3, -1, -3, -1],
      [-3, 1, 0, -3],
      [-3, -3, 0, 1],
      [3, -2, -2, -1],
    ])
  })

  it("convolution gives the courses' numbers with stride 2", async () => {
    expect(await rowsOf(ops.conv(picture(image), filter(diagonal), { strides: 2 }))).toEqual([
      [3, -3],
      [-3, 0],
    ])
  })

  it("convolution gives the courses' numbers with the filter of vertical lines", async () => {
    expect(await rowsOf(ops.conv(picture(image), filter(vertical)))).toEqual([
      [-1, -1, -1, -1],
      [-1, -1, -2, 1],
      [-1, -1, -2, 1],
      [-1, 0, -4, 3],
    ])
  })

  it('two hard-coded filters give two channels, one beside the other', async () => {
    const both = ops.concatenate([filter(diagonal), filter(vertical)], 3)
    const output = ops.conv(picture(image), both)
    expect(output.shape).toEqual([1, 4, 4, 2])
    const [first] = (await output.array()) as number[][][][]
    expect(first[0]).toEqual([
      [3, -1],
      [-1, -1],
      [-3, -1],
      [-1, -1],
    ])
  })

  it('convolution is equivariant to translation: a moved picture gives the moved result', async () => {
    const pattern = [
      [3, -1, 2],
      [0, 5, 1],
    ]
    const kernel = [
      [1, 2, -1],
      [0, -3, 4],
      [2, 1, 1],
    ]
    const response = (top: number, left: number) =>
      rowsOf(ops.conv(picture(placed(pattern, top, left)), filter(kernel), { padding: 'same' }))
    const original = (await response(3, 2)) as number[][]
    for (const [down, right] of [
      [1, 0],
      [0, 1],
      [6, 7],
    ]) {
      const moved = (await response(3 + down, 2 + right)) as number[][]
      const expected = moved.map((row, y) => row.map((_, x) => original[y - down]?.[x - right] ?? 0))
      expect(moved).toEqual(expected)
    }
    expect(original.flat().some((value) => value !== 0)).toBe(true)
  })

  it('pictures of any size end in global pooling', async () => {
    const model = models.sequential([
      layers.input([null, null, 1]),
      layers.conv2d(3, 3, { activation: 'relu' }),
      layers.globalAveragePooling2d(),
      layers.dense(2),
    ])
    expect(model.outputShape).toEqual([null, 2])
    // Of a picture that is the same everywhere, the size does not matter.
    const [small, wide] = [ops.ones([1, 6, 6, 1]), ops.ones([1, 9, 14, 1])]
    const [first, second] = [await model.predict(small), await model.predict(wide)]
    const expected = (await first.array()) as number[][]
    ;((await second.array()) as number[][])[0].forEach((value, i) =>
      expect(value).toBeCloseTo(expected[0][i], 5),
    )
  })

  it('max pooling absorbs a shift of one pixel inside its window, and no further one', async () => {
    const pooled = (top: number, left: number) =>
      rowsOf(ops.maxPool(picture(placed([[7]], top, left, 8)), { size: 2 }))
    const original = await pooled(2, 4)
    expect(await pooled(3, 4)).toEqual(original)
    expect(await pooled(2, 5)).toEqual(original)
    expect(await pooled(3, 5)).toEqual(original)
    expect(await pooled(1, 4)).not.toEqual(original)
    expect(await pooled(2, 6)).not.toEqual(original)
  })

  it("max pooling's gradient goes to the maximum alone, to the first of equal ones", async () => {
    const x = picture([
      [1, 3, 0, 0],
      [2, -1, 0, 0],
      [-4, -5, 8, 9],
      [-6, -7, 9, 6],
    ])
    const weights = picture([
      [1, 10],
      [100, 1000],
    ])
    const loss = (z: Tensor) => ops.sum(ops.multiply(ops.maxPool(z, { size: 2 }), weights))
    expect(await rowsOf(grad(loss)(x))).toEqual([
      [0, 1, 10, 0],
      [0, 0, 0, 0],
      [100, 0, 0, 1000],
      [0, 0, 0, 0],
    ])
  })

  it("average pooling's gradient is shared by the whole window", async () => {
    const loss = (z: Tensor) => ops.sum(ops.averagePool(z, { size: 2 }))
    expect(await rowsOf(grad(loss)(picture(placed([[1]], 0, 0, 4))))).toEqual(
      Array.from({ length: 4 }, () => [0.25, 0.25, 0.25, 0.25]),
    )
  })

  it('linear layers collapse: f(x) = 2x + 3 after g(x) = 5x - 1 is 10x + 1', async () => {
    const line = (slope: number, offset: number) =>
      layers.dense(1, { kernelInitializer: () => [slope], biasInitializer: () => [offset] })
    const model = models.sequential([layers.input([1]), line(5, -1), line(2, 3)])
    const x = [-2, -1, 0, 0.5, 3]
    const y = await model.predict(x.map((value) => [value]))
    expect(Array.from(await y.data())).toEqual(x.map((value) => 10 * value + 1))
  })

  it('behind sigmoids, all weights of a unit have gradients of one sign; behind tanh they need not', async () => {
    const before = tensor([[-2, 1, 0.5, -0.25, 3]])
    const slope = async (activation: (x: Tensor) => Tensor) => {
      const loss = (w: Tensor) => ops.sum(ops.matmul(activation(before), w))
      return Array.from(await grad(loss)(ops.zeros([5, 1])).data(), Math.sign)
    }
    expect(await slope(ops.sigmoid)).toEqual([1, 1, 1, 1, 1])
    expect(await slope(ops.tanh)).toEqual([-1, 1, 1, -1, 1])
  })
})

describe('Sizes', () => {
  const zeros = { kernelInitializer: 'zeros' } as const
  const built = <L extends layers.Layer>(layer: L, inputShape: readonly (number | null)[]): L => {
    layer.build(inputShape)
    return layer
  }

  it('a dense layer from 100x100 to 1,000 units has 10 million weights', () => {
    expect(built(layers.dense(1000, { ...zeros, useBias: false }), [null, 100 * 100]).countParams()).toBe(
      10_000_000,
    )
  })

  it('a 5x5x3 filter has 75 weights, three of them 225', () => {
    const conv = (filters: number) => layers.conv2d(filters, 5, { ...zeros, useBias: false })
    expect(built(conv(1), [null, 32, 32, 3]).countParams()).toBe(75)
    expect(built(conv(3), [null, 32, 32, 3]).countParams()).toBe(225)
  })

  it('pooling makes 224x224x64 to 112x112x64', () => {
    expect(layers.maxPooling2d(2).computeOutputShape([null, 224, 224, 64])).toEqual([null, 112, 112, 64])
  })

  it('a 5x5 filter makes 28x28 to 24x24, and with same padding leaves it', () => {
    expect(layers.conv2d(20, 5).computeOutputShape([null, 28, 28, 1])).toEqual([null, 24, 24, 20])
    expect(layers.conv2d(20, 5, { padding: 'same' }).computeOutputShape([null, 28, 28, 1])).toEqual([
      null,
      28,
      28,
      20,
    ])
  })
})
