import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from './format.js'

/** What a name ends in that was given when another had it: `dense/MatMul_1`. */
const numbered = /^(.*[A-Z][A-Za-z]*)_\d+$/

/**
 * The same graph with names as if nothing had been added and dropped again: the first `MatMul` of a layer has no number, and a node's
 * output the node's name, unless it is an output of the graph.
 */
export function tidyNames(graph: OnnxGraph): OnnxGraph {
  const kept = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const taken = new Set([...kept, ...graph.initializers.keys()])
  const values = new Map<string, string>()
  const nodes = new Map<OnnxNode, string>()
  const decide = (each: OnnxNode): void => {
    const base = numbered.exec(each.name)?.[1] ?? each.name
    let name = base
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`
    taken.add(name)
    nodes.set(each, name)
    each.outputs.forEach((output, i) => {
      if (!kept.has(output)) values.set(output, i === 0 ? name : `${name}:${i}`)
    })
    for (const inside of bodiesOf(each)) inside.nodes.forEach(decide)
  }
  graph.nodes.forEach(decide)

  const renamed = (name: string): string => values.get(name) ?? name
  const value = (each: OnnxValue): OnnxValue => ({ ...each, name: renamed(each.name) })
  const attribute = (each: OnnxAttribute): OnnxAttribute =>
    typeof each === 'object' && 'nodes' in each ? rewritten(each) : each
  const rewritten = (each: OnnxGraph): OnnxGraph => ({
    ...each,
    nodes: each.nodes.map((node) => ({
      ...node,
      name: nodes.get(node) ?? node.name,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([key, given]) => [key, attribute(given)]),
      ),
    })),
    inputs: each.inputs.map(value),
    outputs: each.outputs.map(value),
    values: each.values.map(value),
  })
  return rewritten(graph)
}

const bodiesOf = ({ attributes }: OnnxNode): OnnxGraph[] =>
  Object.values(attributes).flatMap((each) => (typeof each === 'object' && 'nodes' in each ? [each] : []))
