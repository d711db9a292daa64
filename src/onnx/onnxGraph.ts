import { ArgumentError } from '../errors.js'
import { getExecutor } from '../graph/executor.js'
import type { Node } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import type { Trace, TraceInput } from '../graph/trace.js'
import type { Variable } from '../graph/variable.js'
import { FileGraph } from './fileGraph.js'
import type { OnnxGraph } from './format.js'
import { GraphWriter, type Scope } from './graphWriter.js'
import { mergeBias } from './mergeBias.js'
import { type OnnxInput, OpenSizes } from './openSizes.js'
import { Planner } from './planner.js'
import { firstDifference } from './sameTrace.js'
import { tidyNames } from './tidyNames.js'
import { type ConstantSource, ownOrder, plainView, type View } from './view.js'

/** A trace of a model in inference. */
export interface ModelTrace {
  readonly trace: Trace
  /** The layer that made a node. */
  readonly scopeOf: (node: Node) => Scope
}

/** What is exported: a function of named inputs that can be traced on sizes of any kind. */
export interface OnnxSource {
  readonly name: string
  /** How errors name it: `Model 'lenet'`. */
  readonly title: string
  readonly inputs: readonly OnnxInput[]
  /** Names of the outputs. */
  readonly outputs: readonly string[]
  trace(inputs: readonly TraceInput[]): ModelTrace
}

/**
 * The graph of an ONNX file that computes what the source does. Sizes that are open stay open.
 * @throws ArgumentError naming the layer that ONNX cannot express, or that depends on an open size
 */
export async function onnxGraph(source: OnnxSource): Promise<OnnxGraph> {
  const { inputs, title } = source
  const sizes = new OpenSizes(inputs)
  if (sizes.all.length > OpenSizes.most) {
    throw new ArgumentError(
      `${title}: has ${sizes.all.length} sizes that are open, and ${OpenSizes.most} can be exported. Make it with sizes that are known: ` +
        'layers.input([50, 8]).',
    )
  }
  const [{ trace, scopeOf }, other] = ([0, 1] as const).map((which) =>
    source.trace(inputs.map(({ name, dtype }, i) => ({ name, dtype, shape: sizes.shape(inputs, i, which) }))),
  )
  const [assigned] = trace.assignments.keys()
  if (assigned) {
    throw new ArgumentError(
      `${title}: cannot be exported, because a step of it changes '${assigned.name}', and an ONNX model keeps nothing from one ` +
        'call to the next. Make the layer without stateful, and give states as inputs: returnState.',
    )
  }
  const different = firstDifference(trace.graph, other.trace.graph, sizes)
  if (different) throw new ArgumentError(dependence(scopeOf(different), sizes))

  const planner = new Planner(sizes)
  const constants = await readConstants(trace.graph.results, planner, scopeOf)
  const parts = { sizes, initializers: new Map(), names: new Map<string, number>(), scope: '' }
  const graph = new FileGraph(parts)
  for (const name of [...inputs, ...source.outputs.map((each) => ({ name: each }))])
    graph.freshName(name.name)
  const parameters = trace.graph.parameters.map(({ dtype, shape }, i) =>
    plainView({ name: graph.input(inputs[i].name, dtype, shape), graph }, shape, dtype),
  )
  const views = new GraphWriter(planner, constants, scopeOf).write(graph, trace.graph, parameters)
  return tidyNames(mergeBias(named(graph, source, views)))
}

function dependence({ title }: Scope, sizes: OpenSizes): string {
  const names = sizes.all.map(({ name }) => (name === 'batch' ? 'the number of samples' : name)).join(', ')
  return (
    `${title} cannot be exported: what it computes depends on sizes that are open in the file (${names}) in a way that ONNX's operators ` +
    'do not follow. Make the model with sizes that are known, layers.input(shape, { batchSize }), or leave the layer out.'
  )
}

/** The numbers of weights, and of what is computed of them alone. */
async function readConstants(
  results: readonly Tensor[],
  planner: Planner,
  scopeOf: (node: Node) => Scope,
): Promise<ReadonlyMap<Tensor, ConstantSource>> {
  const leaves = [...constantsOf(results, planner)]
  const computed = leaves.filter(({ node }) => node.type === 'operation')
  const arrays = computed.length > 0 ? await (await getExecutor()).evaluate(computed) : []
  const variables = new Map<Variable, Promise<ConstantSource>>()
  const sourceOf = async (tensor: Tensor): Promise<ConstantSource> => {
    const { node, dtype, shape } = tensor
    const hint = hintFor(tensor, scopeOf)
    if (node.type === 'variable') {
      // A weight is one value of the file, wherever it is used.
      const known = variables.get(node.variable)
      const source =
        known ??
        node.variable.data().then((data): ConstantSource => ({ array: { dtype, shape, data }, hint }))
      variables.set(node.variable, source)
      return source
    }
    const data = node.type === 'constant' ? node.data : arrays[computed.indexOf(tensor)]
    return { array: { dtype, shape, data }, hint }
  }
  return new Map(await Promise.all(leaves.map(async (leaf) => [leaf, await sourceOf(leaf)] as const)))
}

function constantsOf(results: readonly Tensor[], planner: Planner): Set<Tensor> {
  const { steps, constants } = planner.stepsTo(results)
  const found = new Set(constants)
  for (const { node, idiom } of steps) {
    const { kind } = node.op
    if (idiom || kind.kind !== 'loop') continue
    for (const each of constantsOf(kind.body(node.attributes).graph.results, planner)) found.add(each)
  }
  return found
}

/** A variable's name in the layers around it, also where its axes alone are changed; else the layer's. */
function hintFor(tensor: Tensor, scopeOf: (node: Node) => Scope): string {
  const { path } = scopeOf(tensor.node)
  const inLayer = (name: string) => (path === '' ? name : `${path}/${name}`)
  let { node } = tensor
  while (node.type === 'operation' && node.op.kind.kind === 'movement' && node.inputs.length === 1) {
    node = node.inputs[0].node
  }
  if (node.type !== 'variable') return inLayer('constant')
  const [owner, ...weight] = node.variable.name.split('/')
  return path.split('/').at(-1) === owner ? inLayer(weight.join('/')) : inLayer(node.variable.name)
}

/** The graph with its outputs under their names. */
function named(graph: FileGraph, { name, outputs }: OnnxSource, views: readonly View[]): OnnxGraph {
  const taken = new Set<string>()
  const results = views.map((view, i) => {
    const value = graph.value(view, ownOrder(view.shape.length))
    const isOwn = graph.producer(value) !== undefined && !taken.has(value)
    taken.add(value)
    return isOwn
      ? { from: value, to: outputs[i] }
      : { from: graph.one('Identity', [value], { dtype: view.dtype, sizes: view.shape }), to: outputs[i] }
  })
  for (const { from, to } of results) graph.rename(from, to)
  return graph.finish(
    name,
    results.map(({ to }) => to),
  )
}
