import { describe, expect, it } from 'vitest'
import { type OperationNode, operation, parameter } from '../../graph/node.js'
import { defineOp, type WindowGeometry } from '../../graph/op.js'
import { type Shape, sizeOf, stridesOf } from '../../graph/shape.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import { windowGradientTemplate } from './windowGradient.cpu.js'

type Attributes = {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
}

/** All coordinates below `sizes`, in row-major order. */
const coordinates = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (outer, size) => outer.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  )

const windowOp = (combine: 'sum' | 'max') =>
  defineOp<Attributes>({
    name: `testWindowGradient.${combine}`,
    kind: { kind: 'window', form: 'gradient', combine, geometry: (attributes) => attributes },
    infer: ([x]) => [x],
    reference(inputs, { size, strides, padding }, [{ shape }]) {
      const gradient = inputs[inputs.length - 1]
      const imageStrides = stridesOf(shape)
      const data = new Float64Array(sizeOf(shape))
      coordinates(gradient.shape).forEach((at, o) => {
        const places = coordinates(size)
          .map((k) => k.map((offset, a) => at[a + 1] * strides[a] + offset - padding[a][0]))
          .filter((place) => place.every((position, a) => position >= 0 && position < shape[a + 1]))
          .map((place) => [at[0], ...place, at[at.length - 1]])
          .map((place) => place.reduce((sum, position, a) => sum + position * imageStrides[a], 0))
        if (combine === 'sum') for (const place of places) data[place] += gradient.data[o]
        else if (places.length > 0) {
          const x = inputs[0].data
          const best = places.reduce((a, b) =>
            x[b] > x[a] || (Number.isNaN(x[b]) && !Number.isNaN(x[a])) ? b : a,
          )
          data[best] += gradient.data[o]
        }
      })
      return [{ shape, data }]
    },
  })

const windows = (length: number, size: number, stride: number, [before, after]: readonly [number, number]) =>
  Math.max(Math.floor((length + before + after - size) / stride) + 1, 0)

const nodeOf = (combine: 'sum' | 'max', shape: Shape, geometry: WindowGeometry): OperationNode => {
  const { size, strides, padding } = geometry
  const counts = size.map((k, a) => windows(shape[a + 1], k, strides[a], padding[a]))
  const type = (of: Shape) => ({ shape: of, dtype: 'float32' as const })
  const gradient = parameter('gradient', type([shape[0], ...counts, shape[shape.length - 1]]))
  const inputs = combine === 'max' ? [parameter('x', type(shape)), gradient] : [gradient]
  const [output] = operation(windowOp(combine) as never, inputs, { size, strides, padding }, [type(shape)])
  return output.node as OperationNode
}

/** Thirds of small integers, so that windows hold equal values; some are NaN. */
const pooled = (count: number): Float32Array<ArrayBuffer> =>
  testFloats(count, 3).map((v, i) => (i % 41 === 7 ? Number.NaN : Math.round(v * 6) / 3))

const dataFor = (node: OperationNode): Float32Array<ArrayBuffer>[] => {
  const gradient = node.inputs[node.inputs.length - 1]
  // Small integers add up exactly.
  const integers = testFloats(gradient.size).map((v) => Math.round(v * 9))
  return node.inputs.length === 2 ? [pooled(node.inputs[0].size), integers] : [integers]
}

const check = (
  shape: Shape,
  size: readonly number[],
  strides: readonly number[],
  padding: readonly (readonly [number, number])[] = size.map(() => [0, 0]),
  combines: readonly ('sum' | 'max')[] = ['sum', 'max'],
): void => {
  for (const combine of combines) {
    const node = nodeOf(combine, shape, { size, strides, padding })
    checkTemplate(windowGradientTemplate, node, dataFor(node), { tolerance: 0 })
  }
}

const launchOf = (
  shape: Shape,
  size: readonly number[],
  strides: readonly number[],
  combine: 'sum' | 'max',
) => {
  const node = nodeOf(combine, shape, { size, strides, padding: size.map(() => [0, 0]) })
  return runTemplate(windowGradientTemplate, node, dataFor(node), {
    traits: testTraits(16),
    engine: interpreterEngine,
  }).launches[0]
}

describe('windowGradient', () => {
  it('covers channels of every tail', () => {
    for (const channels of [1, 2, 3, 4, 5, 8, 16, 17, 20, 50]) check([2, 4, 6, channels], [2, 2], [2, 2])
    check([1, 2, 2, 150], [2, 2], [2, 2])
  })

  it('leaves zero what no window covers', () => {
    check([2, 5, 7, 3], [2, 2], [2, 2])
    check([1, 9, 8, 5], [2, 1], [4, 3])
    check([1, 3, 3, 2], [1, 1], [2, 2])
    check([2, 9, 4], [2], [3])
  })

  it('never counts padding', () => {
    check(
      [1, 5, 5, 6],
      [2, 2],
      [2, 2],
      [
        [0, 1],
        [1, 0],
      ],
    )
    check(
      [1, 4, 4, 3],
      [3, 3],
      [3, 3],
      [
        [2, 2],
        [1, 1],
      ],
    )
    check(
      [2, 5, 6, 5],
      [3, 3],
      [1, 1],
      [
        [1, 1],
        [1, 1],
      ],
    )
    check(
      [1, 2, 3, 2],
      [3, 2],
      [3, 2],
      [
        [3, 4],
        [2, 2],
      ],
    )
  })

  it('adds up where windows overlap', () => {
    check([2, 7, 9, 5], [3, 3], [2, 2])
    check([1, 6, 6, 40], [3, 2], [2, 1])
    check([17, 4, 4, 6], [2, 2], [1, 1])
    check(
      [2, 7, 7, 3],
      [3, 3],
      [2, 2],
      [
        [0, 1],
        [0, 1],
      ],
    )
    check([1, 8, 8, 21], [3, 2], [1, 3])
  })

  it('takes one and three spatial axes', () => {
    check([3, 8, 5], [2], [2])
    check([2, 9, 6], [3], [2], [[1, 1]])
    check([1, 4, 4, 6, 3], [2, 2, 2], [2, 2, 2])
    check([1, 4, 5, 4, 2], [2, 3, 2], [2, 1, 1])
  })

  it('walks large windows by loops', () => {
    check([2, 7, 7, 5], [7, 7], [7, 7])
    check(
      [1, 9, 8, 18],
      [6, 6],
      [2, 1],
      [
        [1, 1],
        [0, 0],
      ],
    )
  })

  it('gives the gradient to the first of equal maxima, and to NaN before all numbers', () => {
    const node = nodeOf('max', [1, 2, 4, 1], {
      size: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    })
    const x = Float32Array.of(1, 5, Number.NaN, 9, 5, 5, 2, Number.NaN)
    for (const width of [4, 8, 16] as const) {
      const { outputs } = runTemplate(windowGradientTemplate, node, [x, Float32Array.of(3, 4)], {
        traits: testTraits(width),
        engine: interpreterEngine,
      })
      expect(outputs[0]).toEqual(Float32Array.of(0, 3, 4, 0, 0, 0, 0, 0))
    }
  })

  it('gives the gradient to a place whose value is the lowest there is', () => {
    const node = nodeOf('max', [1, 3, 3, 2], {
      size: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 1],
        [1, 0],
      ],
    })
    const x = new Float32Array(18).fill(Number.NEGATIVE_INFINITY)
    checkTemplate(windowGradientTemplate, node, [x, testFloats(8)], { tolerance: 0 })
  })

  it('is zero where no window fits, and nothing where there is no image', () => {
    check([2, 2, 3, 5], [3, 3], [1, 1])
    check([0, 4, 4, 5], [2, 2], [2, 2])
    check([2, 4, 4, 0], [2, 2], [2, 2])
  })

  it('writes each place once, in lanes and by many threads, where windows stand side by side', () => {
    const launch = launchOf([2, 8, 8, 50], [2, 2], [2, 2], 'max')
    expect(launch.grid).toBe(8)
    expect(launch.report.lanes).toBe('vector')
    expect(launch.report.algorithm).toContain('do not overlap')
    expect(launch.inPlace).toHaveLength(1)
  })

  it('splits one image with overlapping windows by channels', () => {
    expect(launchOf([1, 6, 6, 64], [3, 3], [2, 2], 'sum').grid).toBe(4)
    expect(launchOf([32, 6, 6, 64], [3, 3], [2, 2], 'sum').grid).toBe(32)
    expect(launchOf([1, 6, 6, 3], [3, 3], [2, 2], 'max').report.singleThreaded).toBeDefined()
  })
})
