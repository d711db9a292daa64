import { describe, expect, it } from 'vitest'
import { FileGraph } from './fileGraph.js'
import type { OnnxArray } from './format.js'
import { OpenSizes } from './openSizes.js'
import { channelsFirst, commonOrder, orderedView, plainView, type View } from './view.js'

const inputs = [{ name: 'x', dtype: 'float32', shape: [null, 4] }] as const

function emptyGraph(): FileGraph {
  const sizes = new OpenSizes(inputs)
  return new FileGraph({
    sizes,
    initializers: new Map<string, OnnxArray>(),
    names: new Map(),
    scope: 'layer',
  })
}

const operatorsOf = ({ nodes }: FileGraph) => nodes.map(({ operator }) => operator)

/** The numbers 0, 1, ... as a constant of this shape. */
function counted(shape: readonly number[]): View {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)
  return plainView({ array: { dtype: 'float32', shape, data }, hint: 'counted' }, shape, 'float32')
}

describe('values of a file', () => {
  it('are transposed only where another order of axes is asked for', () => {
    const graph = emptyGraph()
    const type = { shape: [2, 5, 6, 3], dtype: 'float32' } as const
    const order = channelsFirst(4)
    const image = orderedView({ name: graph.input('image', 'float32', [2, 3, 5, 6]), graph }, type, order)
    expect(graph.value(image, order)).toBe('image')
    expect(graph.nodes).toEqual([])
    const own = graph.value(image)
    expect(graph.nodes).toMatchObject([{ operator: 'Transpose', attributes: { perm: [0, 2, 3, 1] } }])
    expect(graph.value(image)).toBe(own)
    expect(graph.nodes.length).toBe(1)
  })

  it('of constants are arranged on the host', () => {
    const graph = emptyGraph()
    const name = graph.value(counted([2, 3]), [1, 0])
    expect(graph.parts.initializers.get(name)).toEqual({
      dtype: 'float32',
      shape: [3, 2],
      data: Float32Array.of(0, 3, 1, 4, 2, 5),
    })
    expect(graph.nodes).toEqual([])
  })

  it('lack axes along which a tensor repeats, until these are needed', () => {
    const graph = emptyGraph()
    const row = plainView({ name: graph.input('row', 'float32', [3]), graph }, [3], 'float32')
    const stretched: View = { ...row, shape: [2, 3], axes: [null, 0] }
    expect(graph.broadcastable(stretched, [0, 1])).toEqual({ name: 'row', rank: 1 })
    expect(operatorsOf(graph)).toEqual([])
    graph.value(stretched)
    expect(operatorsOf(graph)).toEqual(['Unsqueeze', 'Expand'])
  })

  it('have shapes with one place left open, or computed from the inputs', () => {
    const graph = emptyGraph()
    const [batch] = graph.parts.sizes.shape(inputs, 0, 0)
    graph.input('x', 'float32', [batch, 4])
    const shape = graph.parts.initializers.get(graph.shape([2 * batch, 3]))
    expect(shape?.data).toEqual(BigInt64Array.of(-1n, 3n))
    graph.computedShape([2 * batch, 3])
    expect(operatorsOf(graph)).toEqual(['Shape', 'Mul', 'Concat'])
  })

  it('that nothing depends on are left out', () => {
    const graph = emptyGraph()
    graph.input('x', 'float32', [1])
    const used = graph.one('Neg', ['x'], { dtype: 'float32', sizes: [1] })
    graph.one('Abs', [used], { dtype: 'float32', sizes: [1] })
    expect(graph.finish('net', [used]).nodes.map(({ operator }) => operator)).toEqual(['Neg'])
  })
})

describe('commonOrder', () => {
  const graph = emptyGraph()
  const type = { shape: [2, 5, 6, 3], dtype: 'float32' } as const
  const source = { name: 'x', graph }

  it('is that of images with their channels first, if one is', () => {
    const first = orderedView(source, type, channelsFirst(4))
    const last = plainView(source, type.shape, type.dtype)
    expect(commonOrder([last, first])).toEqual([0, 3, 1, 2])
  })

  it('is that of the value with most axes', () => {
    const few: View = { ...plainView(source, [3], 'float32'), shape: type.shape, axes: [null, null, null, 0] }
    expect(commonOrder([few, plainView(source, type.shape, type.dtype)])).toEqual([0, 1, 2, 3])
    expect(commonOrder([few])).toEqual([0, 1, 2, 3])
  })
})
