import { inputsOf } from './fileGraph.js'
import type { OnnxArray, OnnxGraph, OnnxNode } from './format.js'

/** Operators that add a bias themselves, what they are called then, and how their bias lies in what is added to their output. */
const takers: Readonly<Record<string, { readonly operator: string; readonly isBias: BiasTest }>> = {
  Conv: { operator: 'Conv', isBias: alongChannels },
  ConvTranspose: { operator: 'ConvTranspose', isBias: alongChannels },
  MatMul: { operator: 'Gemm', isBias: (array, rank) => rank === 2 && array.shape.length === 1 },
}

type BiasTest = (array: OnnxArray, rank: number) => boolean

/** Whether an array varies along the second axis of a value of this rank alone. */
function alongChannels({ shape }: OnnxArray, rank: number): boolean {
  const channels = shape.length - rank + 1
  return channels >= 0 && shape.every((size, axis) => axis === channels || size === 1)
}

/** The same graph, in which biases are inputs of the operators before them: `Gemm` in place of `MatMul` and `Add`. */
export function mergeBias(graph: OnnxGraph): OnnxGraph {
  const readers = new Map<string, number>()
  for (const value of [...graph.nodes.flatMap(inputsOf), ...graph.outputs.map(({ name }) => name)]) {
    readers.set(value, (readers.get(value) ?? 0) + 1)
  }
  const ranks = new Map([...graph.values, ...graph.outputs].map(({ name, shape }) => [name, shape.length]))
  const rankOf = (value: string) =>
    ranks.get(value) ?? graph.inputs.find(({ name }) => name === value)?.shape.length
  const initializers = new Map(graph.initializers)
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node])))
  const merged = new Map<OnnxNode, OnnxNode>()
  const gone = new Set<OnnxNode>()
  for (const node of graph.nodes) {
    if (node.operator !== 'Add') continue
    for (const [product, bias] of [node.inputs, node.inputs.toReversed()]) {
      const producer = producers.get(product)
      const taker = producer && takers[producer.operator]
      const array = initializers.get(bias)
      const rank = rankOf(product)
      if (!taker || !array || rank === undefined || producer.inputs.length !== 2) continue
      const isMatrix = producer.operator !== 'MatMul' || rankOf(producer.inputs[0]) === 2
      if (readers.get(product) !== 1 || merged.has(producer) || !isMatrix || !taker.isBias(array, rank))
        continue
      const name = array.shape.length === 1 || readers.get(bias) === 1 ? bias : `${bias}:flat`
      initializers.set(name, { ...array, shape: [array.data.length] })
      merged.set(producer, {
        ...producer,
        name: producer.name.replace(/MatMul(?=(_\d+)?$)/, 'Gemm'),
        operator: taker.operator,
        inputs: [...producer.inputs, name],
        outputs: node.outputs,
      })
      gone.add(node)
      break
    }
  }
  const nodes = graph.nodes.filter((node) => !gone.has(node)).map((node) => merged.get(node) ?? node)
  const used = new Set(nodes.flatMap(inputsOf))
  const computed = new Set(nodes.flatMap(({ outputs }) => outputs))
  return {
    ...graph,
    nodes,
    values: graph.values.filter(({ name }) => computed.has(name)),
    initializers: new Map([...initializers].filter(([name]) => used.has(name))),
  }
}
