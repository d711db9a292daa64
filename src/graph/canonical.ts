import { StateError } from '../errors.js'
import type { DType } from './dtype.js'
import { Graph } from './graph.js'
import type { Node } from './node.js'
import type { Attributes, OpDefinition } from './op.js'
import type { Tensor } from './tensor.js'
import type { Trace } from './trace.js'
import type { Variable } from './variable.js'

/** A trace with everything listed that a Program is fed, and an exact key: equal keys mean the same computation. */
export interface CanonicalTrace {
  readonly key: string
  readonly trace: Trace
  /** Variables read or assigned, in the order of the Program's bases. */
  readonly variables: readonly Variable[]
  /** Constants that are data, not program text, in the order of the Program's bases. */
  readonly constants: readonly Tensor[]
}

/**
 * Writes a trace as text in which nodes are numbered in order of use, so that two traces of the same function get the
 * same text. Parameters, variables and constants stand in it by position and type only; literals by value.
 * @throws StateError if it depends on a parameter of another function
 */
export function canonicalize(trace: Trace): CanonicalTrace {
  const variables: Variable[] = []
  const constants: Tensor[] = []
  const variableAt = (variable: Variable): number => {
    const at = variables.indexOf(variable)
    return at >= 0 ? at : variables.push(variable) - 1
  }
  const parameterAt = new Map(trace.graph.parameters.map((tensor, i) => [tensor.node, i] as const))
  const tensorsOf = new Map<Node, Tensor>()
  const results = [...trace.graph.results, ...trace.assignments.values()]
  const nodes = new Graph(trace.graph.parameters, results).nodes()
  for (const tensor of results) tensorsOf.set(tensor.node, tensor)
  for (const node of nodes)
    if (node.type === 'operation') for (const input of node.inputs) tensorsOf.set(input.node, input)

  const numbers = new Map<Node, number>()
  const name = (tensor: Tensor): string => `${numbers.get(tensor.node)}.${tensor.index}`
  const lines = trace.graph.parameters.map((tensor) => `parameter ${typeText(tensor)}`)
  for (const node of nodes) {
    numbers.set(node, numbers.size)
    lines.push(describe(node))
  }
  lines.push(`results ${trace.graph.results.map(name).join(' ')}`)
  for (const [variable, value] of trace.assignments)
    lines.push(`assign ${variableAt(variable)} ${typeText(variable)} ${name(value)}`)
  return { key: lines.join('\n'), trace, variables, constants }

  function describe(node: Node): string {
    switch (node.type) {
      case 'operation':
        return `${opName(node.op)}(${node.inputs.map(name).join(' ')}) ${attributesText(node.attributes)} ${node.outputs.map(typeText).join(' ')}`
      case 'parameter': {
        const at = parameterAt.get(node)
        if (at === undefined) throw outsideError(node.name)
        return `parameter#${at}`
      }
      case 'variable':
        return `variable#${variableAt(node.variable)} ${typeText(node.variable)}`
      case 'constant': {
        const tensor = tensorsOf.get(node) as Tensor
        if (node.literal && node.data.length === 1)
          return `literal ${typeText(tensor)} ${literalText(node.data[0])}`
        return `constant#${constants.push(tensor) - 1} ${typeText(tensor)}`
      }
    }
  }
}

const outsideError = (name: string): StateError =>
  new StateError(
    `'${name}' is a value inside a loop or a traced function, and has none outside of it. Return it from its body.`,
  )

const namesakes = new Map<string, OpDefinition[]>()

/** A name that no other definition has: its own, numbered if several ops were given the same. */
function opName(op: OpDefinition): string {
  const known = namesakes.get(op.name) ?? []
  namesakes.set(op.name, known)
  const at = known.indexOf(op)
  const number = at >= 0 ? at : known.push(op) - 1
  return number === 0 ? op.name : `${op.name}#${number}`
}

const typeText = (type: { readonly shape: readonly number[]; readonly dtype: DType }): string =>
  `${type.dtype}[${type.shape.join(',')}]`

const literalText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** Attributes as text, with numbers that JSON cannot write. */
export function attributesText(attributes: Attributes): string {
  return JSON.stringify(attributes, (_, value) => {
    if (value instanceof Graph) return canonicalize({ graph: value, assignments: new Map() }).key
    if (typeof value === 'number' && !Number.isFinite(value)) return `number:${value}`
    if (Object.is(value, -0)) return 'number:-0'
    return value
  })
}
