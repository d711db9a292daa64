import type { OperationNode } from '../../graph/node.js'
import { parameter } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { GRU } from '../../layers/rnn/gru.js'
import { LSTM } from '../../layers/rnn/lstm.js'
import type { RecurrentLayer } from '../../layers/rnn/recurrentLayer.js'
import { SimpleRNN } from '../../layers/rnn/simpleRnn.js'
import type { Tensors } from '../../layers/tensors.js'
import { flatTensors } from '../../layers/tensors.js'
import type { FileGraph } from '../fileGraph.js'
import type { OnnxAttributes } from '../format.js'
import type { Idiom } from '../planner.js'
import { isConstant, type View } from '../view.js'
import { matchNode, nearby } from './match.js'

/** A recurrent operator of ONNX, and the layer of Gradus that computes the same. */
interface Rule {
  readonly operator: string
  readonly states: number
  /** For each gate of the operator, in its order, the place of that gate in Gradus. */
  readonly gates: readonly number[]
  readonly make: (units: number, options: Settings) => RecurrentLayer<Tensors>
  readonly attributes?: OnnxAttributes
}

type Settings = NonNullable<ConstructorParameters<typeof LSTM>[1]>

const rules: readonly Rule[] = [
  // Input, output, forget, candidate; in Gradus, as in Keras, the output comes last.
  {
    operator: 'LSTM',
    states: 2,
    gates: [0, 3, 1, 2],
    make: (units, options) => new LSTM(units, options) as unknown as RecurrentLayer<Tensors>,
  },
  {
    operator: 'GRU',
    states: 1,
    gates: [0, 1, 2],
    make: (units, options) => new GRU(units, options) as unknown as RecurrentLayer<Tensors>,
    attributes: { linear_before_reset: 1 },
  },
  {
    operator: 'GRU',
    states: 1,
    gates: [0, 1, 2],
    make: (units, options) =>
      new GRU(units, { ...options, resetAfter: false }) as unknown as RecurrentLayer<Tensors>,
    attributes: { linear_before_reset: 0 },
  },
  {
    operator: 'RNN',
    states: 1,
    gates: [0],
    make: (units, options) => new SimpleRNN(units, options) as unknown as RecurrentLayer<Tensors>,
  },
]

/** The loop of a recurrent layer with its usual activations and without a mask. Others are written as `Scan`. */
export function recurrent(node: OperationNode): Idiom | undefined {
  const { kind } = node.op
  if (kind.kind !== 'loop') return undefined
  const { graph: body, length, carries, sequences, reverse } = kind.body(node.attributes)
  if (sequences !== 1 || carries < 1) return undefined
  const [state, projected] = [node.inputs[0], node.inputs[carries]]
  if (state.rank !== 2 || projected.rank !== 3) return undefined
  const returnSequences = body.results.length > 2 * carries
  const [batch, units] = state.shape
  for (const { operator, states, gates, make, attributes } of rules) {
    if (states !== carries || projected.shape[2] !== gates.length * units) continue
    for (const useBias of [true, false]) {
      for (const features of featuresNear(projected)) {
        const layer = make(units, {
          name: 'pattern',
          useBias,
          returnSequences,
          goBackwards: reverse,
          kernelInitializer: 'zeros',
          recurrentInitializer: 'zeros',
        })
        const x = parameter('x', { shape: [batch, length, features], dtype: 'float32' })
        const first = node.inputs.slice(0, carries).map((each) => parameter('state', each))
        const loop = loopOf(layer, x, first)
        const bindings = loop && matchNode(loop, node)
        if (!bindings) continue
        const weights = layer.weights.map((weight) => boundTo(weight, bindings))
        const [input, ...initial] = [x, ...first].map((each) => bindings.get(each.node))
        const inputs = [input, ...weights, ...initial].filter((each) => each !== undefined)
        if (inputs.length < 1 + weights.length + carries || !weights.every(isVariable)) continue
        return {
          inputs,
          write: (views, graph) =>
            write(views, graph, {
              operator,
              gates,
              attributes: { ...attributes, hidden_size: units, direction: reverse ? 'reverse' : 'forward' },
              node,
              carries,
              weights: weights.length,
            }),
        }
      }
    }
  }
  return undefined
}

const isVariable = (tensor: Tensor | undefined): boolean => tensor?.node.type === 'variable'

function boundTo(weight: Variable, bindings: ReadonlyMap<unknown, Tensor>): Tensor | undefined {
  for (const [node, tensor] of bindings as ReadonlyMap<Tensor['node'], Tensor>) {
    if (node.type === 'variable' && node.variable === weight) return tensor
  }
  return undefined
}

/** The sizes that the inputs of a step may have: those of the matrices near by. */
function featuresNear(projected: Tensor): number[] {
  const { node } = projected
  if (node.type !== 'operation') return []
  const products = nearby(node, 3).filter(({ op }) => op.kind.kind === 'contraction')
  return [...new Set(products.map(({ inputs }) => inputs[1].shape[0]))]
}

/** The loop in what a layer computes. */
function loopOf(
  layer: RecurrentLayer<Tensors>,
  x: Tensor,
  states: readonly Tensor[],
): OperationNode | undefined {
  layer.build([x.shape, ...states.map(({ shape }) => shape)] as never)
  const outputs = flatTensors(
    (layer as unknown as { invoke(inputs: readonly Tensor[]): Tensors }).invoke([x, ...states]),
  )
  const [{ node }] = outputs
  return node.type === 'operation' ? nearby(node, 3).find(({ op }) => op.kind.kind === 'loop') : undefined
}

interface Found {
  readonly operator: string
  readonly gates: readonly number[]
  readonly attributes: OnnxAttributes
  readonly node: OperationNode
  readonly carries: number
  readonly weights: number
}

/** ONNX's operators have the steps first, and an axis for the directions, of which there is one here. */
function write(
  [x, ...others]: readonly View[],
  graph: FileGraph,
  { operator, gates, attributes, node, carries, weights }: Found,
): (View | undefined)[] {
  const [kernel, recurrentKernel, bias] = others.slice(0, weights)
  const initial = others.slice(weights)
  const [batch, units] = node.outputs[0].shape
  const [, length] = x.shape
  const rows = (view: View) => gateRows(view, gates, units)
  const named = (view: View, data: Float32Array, shape: readonly number[]) =>
    graph.constant({ dtype: 'float32', shape, data }, hintOf(view))
  const biases = bias && gateBiases(bias, gates, units)
  const inputs = [
    graph.value(x, [1, 0, 2]),
    named(kernel, rows(kernel), [1, gates.length * units, kernel.shape[0]]),
    named(recurrentKernel, rows(recurrentKernel), [1, gates.length * units, units]),
    biases ? named(bias, biases, [1, biases.length]) : '',
  ]
  if (!initial.every(isZero)) {
    const sizes = [1, batch, units]
    const axes = graph.integers([0], 'axes')
    const states = initial.map((view) =>
      graph.one('Unsqueeze', [graph.value(view), axes], { dtype: 'float32', sizes }),
    )
    inputs.push('', ...states)
  }
  const types = [[length, 1, batch, units], ...new Array(carries).fill([1, batch, units])].map((sizes) => ({
    dtype: 'float32' as const,
    sizes,
  }))
  while (inputs.at(-1) === '') inputs.pop()
  const [sequence, ...last] = graph.add(operator, inputs, types, attributes)
  return node.outputs.map(({ shape, dtype }, i) => {
    if (i < carries)
      return { shape, dtype, axes: [1, 2], sizes: types[1].sizes, source: { name: last[i], graph } }
    const isSequence = i === carries && node.outputs.length > 2 * carries
    return isSequence
      ? { shape, dtype, axes: [0, 2, 3], sizes: types[0].sizes, source: { name: sequence, graph } }
      : undefined
  })
}

const numbersOf = (view: View): Float32Array =>
  'array' in view.source ? (view.source.array.data as Float32Array) : new Float32Array()

const hintOf = (view: View): string => ('array' in view.source ? view.source.hint : 'constant')

const isZero = (view: View): boolean => isConstant(view) && numbersOf(view).every((value) => value === 0)

/** A kernel `[features, gates * units]` as `[gates * units, features]`, its gates in another order. */
function gateRows(view: View, gates: readonly number[], units: number): Float32Array {
  const [features, width] = view.shape
  const data = numbersOf(view)
  const rows = new Float32Array(data.length)
  for (let row = 0; row < width; row++) {
    const column = gates[Math.floor(row / units)] * units + (row % units)
    for (let i = 0; i < features; i++) rows[row * features + i] = data[i * width + column]
  }
  return rows
}

/** The biases of the inputs, then those of the states, which are zero where the layer has one for both. */
function gateBiases(view: View, gates: readonly number[], units: number): Float32Array {
  const width = gates.length * units
  const data = numbersOf(view)
  const biases = new Float32Array(2 * width)
  for (let at = 0; at < data.length; at++) {
    const place = at % width
    const column = gates[Math.floor(place / units)] * units + (place % units)
    biases[at] = data[at - place + column]
  }
  return biases
}
