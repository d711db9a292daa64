import { describe, expect, it } from 'vitest'
import { type OperationNode, parameter } from '../../graph/node.js'
import { sizeOf } from '../../graph/shape.js'
import { conv } from '../../ops/conv.js'
import { convImageGradient } from '../../ops/convImageGradient.js'
import { convKernelGradient } from '../../ops/convKernelGradient.js'
import type { ConvOptions } from '../../ops/convolutionGeometry.js'
import {
  checkTemplate,
  interpreterEngine,
  runTemplate,
  type TemplateCheck,
  testFloats,
  testTraits,
} from '../../testing/templateHarness.js'
import { convolutionTemplate } from './convolution.cpu.js'

interface Case extends ConvOptions {
  readonly image: readonly number[]
  readonly kernel: readonly number[]
}

const float32 = (shape: readonly number[]) => parameter('x', { shape, dtype: 'float32' })

/** The nodes of a convolution and its two gradients. */
function nodes({ image, kernel, ...options }: Case): OperationNode[] {
  const [x, w] = [float32(image), float32(kernel)]
  const y = conv(x, w, options)
  const dy = float32(y.shape)
  return [y, convImageGradient(dy, w, image, options), convKernelGradient(x, dy, kernel, options)].map(
    (tensor) => tensor.node as OperationNode,
  )
}

function check(size: Case, widths: TemplateCheck['widths'] = [4, 16], cache?: TemplateCheck['cache']): void {
  for (const node of nodes(size)) {
    const inputs = node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1))
    checkTemplate(convolutionTemplate, node, inputs, { tolerance: 2e-5, widths, cache })
  }
}

/** What is reported of the heaviest launch, by form. */
function algorithms(size: Case, width: 4 | 8 | 16 = 4): string[] {
  return nodes(size).map((node) => {
    const inputs = node.inputs.map(({ shape }) => new Float32Array(sizeOf(shape)))
    const options = { traits: testTraits(width), engine: () => {} }
    const { launches } = runTemplate(convolutionTemplate, node, inputs, options)
    const heaviest = launches.toSorted((a, b) => b.report.flops - a.report.flops)[0]
    return `${heaviest.name}: ${heaviest.report.algorithm}`
  })
}

describe('convolutionTemplate', () => {
  for (const filters of [1, 3, 4, 5, 8, 9, 17])
    it(`${filters} filters`, () => check({ image: [2, 6, 7, 3], kernel: [3, 3, 3, filters] }, [4, 8, 16]))

  it('filters of which a last vector would hold few', () => {
    const size = { image: [2, 10, 11, 12], kernel: [3, 3, 12, 18] } as const
    for (const options of [{}, { strides: [2, 1] }, { dilation: [3, 1] }, { padding: 'same' }] as const) {
      check({ ...size, ...options }, [8, 16])
    }
    // Several panels before them, runs that are whole vectors, one filter, and images of one row and of three axes.
    check({ image: [1, 6, 10, 16], kernel: [2, 3, 16, 52] }, [8, 16])
    check({ image: [1, 4, 9, 16], kernel: [2, 2, 16, 33] }, [16])
    check({ image: [1, 4, 9, 16], kernel: [2, 2, 16, 82] }, [16])
    check({ image: [2, 19, 16], kernel: [5, 16, 17] }, [8, 16])
    check({ image: [1, 4, 5, 10, 16], kernel: [2, 2, 2, 16, 18] }, [8, 16])
    const forward = (given: Case, width: 4 | 8 | 16) => algorithms(given, width)[0]
    expect(forward(size, 16)).toContain('the last 2 columns with k in lanes, 4 rows at once')
    expect(forward(size, 8)).toContain('the last 2 columns with k in lanes')
    expect(forward(size, 4)).not.toContain('k in lanes')
    // A tile takes several rows of it; too few channels; groups.
    expect(forward({ ...size, image: [2, 10, 9, 12] }, 16)).not.toContain('k in lanes')
    expect(forward({ image: [2, 10, 11, 3], kernel: [3, 3, 3, 18] }, 16)).not.toContain('k in lanes')
    expect(forward({ image: [2, 10, 11, 24], kernel: [3, 3, 12, 36], groups: 2 }, 16)).not.toContain(
      'k in lanes',
    )
  })

  for (const channels of [1, 2, 4, 5, 8, 13])
    it(`${channels} channels`, () => check({ image: [2, 5, 6, channels], kernel: [2, 3, channels, 6] }))

  for (const width of [3, 4, 5, 6, 7, 9, 11, 18])
    it(`images of width ${width}`, () => check({ image: [1, 4, width, 2], kernel: [3, 3, 2, 5] }, [4, 8, 16]))

  it('strides', () => {
    check({ image: [2, 9, 8, 3], kernel: [3, 3, 3, 5], strides: 2 })
    check({ image: [1, 11, 10, 2], kernel: [2, 3, 2, 4], strides: [3, 2] })
    check({ image: [1, 7, 9, 2], kernel: [2, 1, 2, 4], strides: [3, 2] })
  })

  it('dilation', () => {
    check({ image: [1, 9, 9, 3], kernel: [3, 3, 3, 5], dilation: 2 })
    check({ image: [1, 9, 12, 2], kernel: [2, 3, 2, 4], dilation: [3, 1], strides: [2, 3] })
    check({ image: [1, 9, 12, 2], kernel: [3, 2, 2, 4], dilation: [1, 3], strides: [2, 3] })
  })

  it('padding', () => {
    check({ image: [2, 5, 6, 3], kernel: [3, 3, 3, 5], padding: 'same' })
    check({ image: [2, 7, 6, 3], kernel: [5, 2, 3, 5], padding: 'same', strides: 2 })
    check({
      image: [1, 4, 5, 2],
      kernel: [3, 3, 2, 3],
      padding: [
        [3, 0],
        [1, 4],
      ],
    })
    check({ image: [1, 6, 6, 4], kernel: [3, 3, 4, 6], padding: 'same', dilation: 2 })
  })

  it('groups', () => {
    check({ image: [2, 5, 6, 6], kernel: [3, 3, 3, 4], groups: 2 })
    check({ image: [1, 5, 6, 10], kernel: [3, 2, 2, 15], groups: 5, padding: 'same', strides: 2 })
    check({ image: [2, 5, 5, 5], kernel: [3, 3, 1, 5], groups: 5, padding: 'same' })
    check({ image: [1, 5, 5, 3], kernel: [3, 3, 1, 6], groups: 3, dilation: 2 })
  })

  it('one filter for each channel', () => {
    for (const channels of [2, 4, 5, 8, 17]) {
      const size = { image: [2, 5, 6, channels], kernel: [3, 3, 1, channels], groups: channels } as const
      check({ ...size, padding: 'same' }, [4, 8, 16])
      check({ ...size, strides: 2 })
    }
    const six = { image: [2, 9, 8, 6], groups: 6 } as const
    check({ ...six, kernel: [5, 5, 1, 6], padding: 'same' })
    check({ ...six, kernel: [7, 7, 1, 6], padding: 'same', strides: 2 })
    check({ ...six, kernel: [8, 8, 1, 6] })
    check({ ...six, kernel: [3, 3, 1, 12] })
    check({ ...six, kernel: [3, 2, 1, 6], dilation: [2, 3], padding: 'same' })
    check({ image: [0, 9, 8, 6], kernel: [3, 3, 1, 6], groups: 6 })
    check({ image: [2, 9, 6], kernel: [3, 1, 6], groups: 6, padding: 'same' })
    check({ image: [1, 4, 5, 6, 3], kernel: [2, 3, 2, 1, 3], groups: 3, strides: [2, 1, 2] })
    for (const algorithm of algorithms({ ...six, kernel: [3, 3, 1, 6], padding: 'same' })) {
      expect(algorithm).toContain('lanes on channels')
    }
  })

  it('one spatial axis', () => {
    check({ image: [2, 13, 3], kernel: [4, 3, 5], strides: 2, padding: 'same' })
    check({ image: [2, 13, 3], kernel: [4, 3, 5] })
  })

  it('three spatial axes', () => {
    check({ image: [2, 4, 5, 6, 2], kernel: [2, 3, 3, 2, 5] })
    check({ image: [1, 5, 4, 6, 2], kernel: [3, 2, 3, 2, 3], strides: [2, 1, 2], padding: 'same' })
    check({ image: [1, 5, 6, 5, 2], kernel: [2, 2, 2, 2, 3], dilation: 2 })
  })

  it('kernels of one tap, which are matrix products', () => {
    check({ image: [2, 3, 5, 6], kernel: [1, 1, 6, 9] })
    check({ image: [2, 5, 5, 6], kernel: [1, 1, 6, 9], strides: 2 })
    expect(algorithms({ image: [2, 3, 5, 6], kernel: [1, 1, 6, 9] })[0]).toContain('as product')
  })

  it('short rows, of which a tile takes several', () => {
    check({ image: [2, 5, 2, 3], kernel: [2, 2, 3, 6] }, [4, 8, 16])
    check({ image: [1, 9, 4, 3], kernel: [2, 3, 3, 6] }, [4, 8, 16])
    check({ image: [1, 3, 3, 3], kernel: [3, 3, 3, 6] }, [4, 8, 16])
  })

  it('empty batches', () => check({ image: [0, 5, 5, 2], kernel: [3, 3, 2, 4] }))

  it('rows of pixels larger than the cache, cut into chunks', () => {
    const size = { image: [2, 21, 30, 20], kernel: [1, 2, 20, 4] } as const
    check(size, [4])
    expect(algorithms(size)[2]).toContain('pixels in 6 chunks')
  })

  it('kernels of so many rows that pixels are not dealt out', () => {
    const size = { image: [3, 6, 5, 48], kernel: [3, 3, 48, 9] } as const
    check(size, [4, 16])
    check(size, [4, 16], { l1: 1024, l2: 8192 })
    const [, , gradient] = algorithms(size)
    expect(gradient).toContain('pixels in 1 chunks')
    expect(gradient).not.toContain('shares')
  })

  it('copies gradients of many filters into panels where many rows use them', () => {
    const size: Case = { image: [2, 2, 2, 82], kernel: [5, 5, 82, 257], padding: 'same' }
    expect(algorithms(size)[2]).toContain('gradient packed')
    expect(algorithms({ ...size, kernel: [3, 3, 82, 257] })[2]).toContain('gradient read in place')
    const node = nodes(size)[2]
    const inputs = node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1))
    checkTemplate(convolutionTemplate, node, inputs, { tolerance: 2e-5, widths: [16] })
  })

  it('copies images of many channels into bands for the gradients of their kernels', () => {
    const size: Case = { image: [2, 5, 4, 33], kernel: [3, 2, 33, 37], padding: 'same' }
    check(size, [4, 8, 16])
    // The last panel is of one vector, and its tiles are as tall as two bands.
    check({ ...size, kernel: [3, 2, 33, 35], strides: 2 }, [16])
    check({ image: [3, 7, 6, 50], kernel: [2, 3, 50, 20], dilation: [1, 2] }, [4, 16], { l1: 1024, l2: 8192 })
    check({ image: [1, 3, 4, 4, 32], kernel: [2, 2, 1, 32, 18], padding: 'same' }, [16])
    check({ image: [0, 5, 4, 33], kernel: [3, 2, 33, 37] }, [4])
    expect(algorithms(size)[2]).toContain('image in bands of channels')
    for (const other of [
      { ...size, kernel: [3, 2, 33, 4] },
      { ...size, kernel: [1, 1, 33, 37] },
      { ...size, image: [2, 5, 4, 66], kernel: [3, 2, 33, 36], groups: 2 },
    ])
      expect(algorithms(other)[2]).toContain('image read in place')
  })

  it('gives the same bits with every tile, as which one is used depends on a probe', () => {
    const sizes: Case[] = [
      { image: [2, 7, 9, 5], kernel: [3, 4, 5, 13] },
      { image: [2, 9, 9, 8], kernel: [3, 3, 8, 9], padding: 'same', strides: 2 },
      { image: [5, 12, 12, 1], kernel: [5, 5, 1, 6] },
      { image: [2, 5, 4, 33], kernel: [3, 3, 33, 13], padding: 'same' },
    ]
    for (const node of sizes.flatMap(nodes)) {
      const inputs = node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1))
      const results = [
        [4, 2],
        [3, 3],
        [2, 4],
        [6, 2],
        [1, 1],
      ].map(([rows, vectors]) => {
        const traits = { ...testTraits(4), tile: { rows, vectors }, accumulators: rows * vectors }
        return runTemplate(convolutionTemplate, node, inputs, { traits, engine: interpreterEngine })
          .outputs[0]
      })
      for (const result of results) expect(result).toEqual(results[0])
    }
  })

  it('takes for each form the algorithm that counts fewest cycles', () => {
    const wide = algorithms({ image: [2, 12, 12, 20], kernel: [5, 5, 20, 50] })
    expect(wide[1]).toContain('products added where windows overlap')
    const few = algorithms({ image: [2, 12, 12, 32], kernel: [3, 3, 32, 1], padding: 'same' })
    expect(few[1]).toContain('flipped')
    check({ image: [2, 12, 12, 32], kernel: [3, 3, 32, 1], padding: 'same' }, [4])
    check({ image: [1, 8, 9, 16], kernel: [3, 2, 8, 2], groups: 2, padding: 'same' }, [4])
  })

  it('takes several images with one panel of filters, where these are larger than the cache', () => {
    const [node] = nodes({ image: [16, 4, 4, 8], kernel: [3, 3, 8, 64], padding: 'same' })
    const inputs = node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1))
    const [small, large] = [{ l1: 1024, l2: 8192 }, testTraits(4).cache].map((cache) => {
      const traits = { ...testTraits(4), cache }
      return runTemplate(convolutionTemplate, node, inputs, { traits, engine: interpreterEngine, parts: 3 })
    })
    expect(small.launches.at(-1)?.report.algorithm).toContain('3 images together')
    expect(large.launches.at(-1)?.report.algorithm).not.toContain('together')
    expect(small.outputs[0]).toEqual(large.outputs[0])
  })

  it('deals pixels out to threads where the kernel has few rows', () => {
    const first = { image: [8, 28, 28, 1], kernel: [5, 5, 1, 20] }
    expect(algorithms(first)[2]).toContain('shares as rows are few')
    const [, , node] = nodes(first)
    const inputs = node.inputs.map(({ shape }, i) => testFloats(sizeOf(shape), i + 1))
    const { launches } = runTemplate(convolutionTemplate, node, inputs, {
      traits: testTraits(4),
      engine: interpreterEngine,
    })
    expect(launches[0].grid).toBeGreaterThanOrEqual(8)
  })
})
