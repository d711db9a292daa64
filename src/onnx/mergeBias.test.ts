import { describe, expect, it } from 'vitest'
import type { OnnxGraph, OnnxNode, OnnxValue } from './format.js'
import { mergeBias } from './mergeBias.js'
import { tidyNames } from './tidyNames.js'

const value = (name: string, ...shape: number[]): OnnxValue => ({ name, dtype: 'float32', shape })
const node = (operator: string, inputs: string[], output: string): OnnxNode => ({
  name: output,
  operator,
  inputs,
  outputs: [output],
  attributes: {},
})
const ones = (...shape: number[]) => ({
  dtype: 'float32' as const,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
})

const convolution = (bias: readonly number[]): OnnxGraph => ({
  name: 'net',
  nodes: [node('Conv', ['x', 'kernel'], 'conv/Conv'), node('Add', ['conv/Conv', 'bias'], 'sum')],
  inputs: [value('x', 1, 2, 5, 5)],
  outputs: [value('sum', 1, 3, 5, 5)],
  values: [value('conv/Conv', 1, 3, 5, 5)],
  initializers: new Map([
    ['kernel', ones(3, 2, 1, 1)],
    ['bias', ones(...bias)],
  ]),
})

describe('mergeBias', () => {
  it('gives a convolution its bias', () => {
    const { nodes, initializers, values } = mergeBias(convolution([3, 1, 1]))
    expect(nodes).toMatchObject([{ operator: 'Conv', inputs: ['x', 'kernel', 'bias'], outputs: ['sum'] }])
    expect(initializers.get('bias')?.shape).toEqual([3])
    expect(values).toEqual([])
  })

  it('leaves what varies along other axes', () => {
    for (const shape of [[5], [3, 5, 5], [1, 3, 1, 5]]) {
      expect(mergeBias(convolution(shape)).nodes.length).toBe(2)
    }
  })

  it('leaves a product that is used elsewhere too', () => {
    const graph = convolution([3, 1, 1])
    const both = { ...graph, outputs: [...graph.outputs, value('conv/Conv', 1, 3, 5, 5)] }
    expect(mergeBias(both).nodes.length).toBe(2)
  })

  it('makes a Gemm of a product of matrices', () => {
    const nodes = [
      node('MatMul', ['x', 'kernel'], 'dense/MatMul'),
      node('Add', ['bias', 'dense/MatMul'], 'sum'),
    ]
    const of = (rank: number): OnnxGraph => ({
      name: 'net',
      nodes,
      inputs: [value('x', ...[4, 5, 2].slice(-rank))],
      outputs: [value('sum', ...[4, 5, 3].slice(-rank))],
      values: [value('dense/MatMul', ...[4, 5, 3].slice(-rank))],
      initializers: new Map([
        ['kernel', ones(2, 3)],
        ['bias', ones(3)],
      ]),
    })
    expect(mergeBias(of(2)).nodes).toMatchObject([{ name: 'dense/Gemm', inputs: ['x', 'kernel', 'bias'] }])
    expect(mergeBias(of(3)).nodes.map(({ operator }) => operator)).toEqual(['MatMul', 'Add'])
  })
})

describe('tidyNames', () => {
  it('numbers what is there, inside of loops too, and leaves outputs their names', () => {
    const body: OnnxGraph = {
      name: 'body',
      nodes: [node('Add', ['state', 'a/Neg_2'], 'a/Add_3')],
      inputs: [value('state', 1)],
      outputs: [value('a/Add_3', 1)],
      values: [],
      initializers: new Map(),
    }
    const scan = { ...node('Scan', ['x'], 'a/Scan_1'), attributes: { body } }
    const graph = tidyNames({
      name: 'net',
      nodes: [node('Neg', ['x'], 'a/Neg_2'), scan, { ...node('Neg', ['a/Scan_1'], 'y'), name: 'a/Neg_4' }],
      inputs: [value('x', 1)],
      outputs: [value('y', 1)],
      values: [value('a/Neg_2', 1)],
      initializers: new Map(),
    })
    expect(graph.nodes.map(({ name, inputs, outputs }) => [name, inputs, outputs])).toEqual([
      ['a/Neg', ['x'], ['a/Neg']],
      ['a/Scan', ['x'], ['a/Scan']],
      ['a/Neg_1', ['a/Scan'], ['y']],
    ])
    expect(graph.nodes[1].attributes.body).toMatchObject({
      nodes: [{ name: 'a/Add', inputs: ['state', 'a/Neg'], outputs: ['a/Add'] }],
      outputs: [{ name: 'a/Add' }],
    })
    expect(graph.values).toEqual([value('a/Neg', 1)])
  })
})
