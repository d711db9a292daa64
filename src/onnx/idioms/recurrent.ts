import { type OperationNode, parameter } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Layer } from '../../layers/layer.js'
import { GRU } from '../../layers/rnn/gru.js'
import { LSTM } from '../../layers/rnn/lstm.js'
import type { RecurrentLayer } from '../../layers/rnn/recurrentLayer.js'
import { SimpleRNN } from '../../layers/rnn/simpleRnn.js'
import { flatTensors, type Tensors } from '../../layers/tensors.js'
import type { OnnxAttributes } from '../format.js'
import type { Idiom } from '../planner.js'
import { boundTo, matchNode, nearby } from './match.js'
import { recurrentValues } from './recurrentValues.js'

type OpenLayer = Layer<Tensors, Tensors>
const open = (layer: RecurrentLayer<Tensors>): OpenLayer => layer as unknown as OpenLayer

/** What is told of a layer by the loop that it is. */
interface Settings {
  readonly name: string
  readonly useBias: boolean
  readonly returnSequences: boolean
  readonly goBackwards: boolean
  readonly kernelInitializer: 'zeros'
  readonly recurrentInitializer: 'zeros'
}

/** A recurrent operator of ONNX, and the layer of Gradus that computes the same. */
interface Rule {
  readonly operator: string
  readonly states: number
  /** For each gate of the operator, in its order, the place of that gate in Gradus. */
  readonly gates: readonly number[]
  readonly make: (units: number, settings: Settings) => OpenLayer
  readonly attributes?: OnnxAttributes
}

const rules: readonly Rule[] = [
  {
    operator: 'LSTM',
    states: 2,
    // Input, output, forget, candidate; in Gradus, as in Keras, the output comes last.
    gates: [0, 3, 1, 2],
    make: (units, settings) => open(new LSTM<Tensors>(units, settings)),
  },
  {
    operator: 'GRU',
    states: 1,
    gates: [0, 1, 2],
    make: (units, settings) => open(new GRU<Tensors>(units, settings)),
    attributes: { linear_before_reset: 1 },
  },
  {
    operator: 'GRU',
    states: 1,
    gates: [0, 1, 2],
    make: (units, settings) => open(new GRU<Tensors>(units, { ...settings, resetAfter: false })),
    attributes: { linear_before_reset: 0 },
  },
  {
    operator: 'RNN',
    states: 1,
    gates: [0],
    make: (units, settings) => open(new SimpleRNN<Tensors>(units, settings)),
  },
]

/** The loop of a recurrent layer with its usual activations and without a mask. Others are written as `Scan`. */
export function recurrent(node: OperationNode): Idiom | undefined {
  const { kind } = node.op
  if (kind.kind !== 'loop') return undefined
  const { graph: body, carries, sequences, reverse } = kind.body(node.attributes)
  const [state, projected] = [node.inputs.at(0), node.inputs.at(carries)]
  if (sequences !== 1 || state?.rank !== 2 || projected?.rank !== 3) return undefined
  const units = state.shape[1]
  for (const rule of rules) {
    if (rule.states !== carries || projected.shape[2] !== rule.gates.length * units) continue
    for (const useBias of [true, false]) {
      for (const features of featuresNear(projected)) {
        const layer = rule.make(units, {
          name: 'pattern',
          useBias,
          returnSequences: body.results.length > 2 * carries,
          goBackwards: reverse,
          kernelInitializer: 'zeros',
          recurrentInitializer: 'zeros',
        })
        const operands = operandsOf(layer, node, features, carries)
        if (!operands) continue
        const { operator, gates } = rule
        const direction = reverse ? 'reverse' : 'forward'
        const attributes = { ...rule.attributes, hidden_size: units, direction }
        return {
          inputs: [operands.x, ...operands.states, ...operands.weights],
          write: ([x, ...others], graph) =>
            recurrentValues(graph, node, {
              operator,
              gates,
              attributes,
              x,
              states: others.slice(0, carries),
              weights: others.slice(carries),
            }),
        }
      }
    }
  }
  return undefined
}

interface Operands {
  readonly x: Tensor
  readonly states: readonly Tensor[]
  readonly weights: readonly Tensor[]
}

/** What the layer is given in the graph and what its weights are, if the loop is what it computes on inputs of so many features. */
function operandsOf(
  layer: OpenLayer,
  node: OperationNode,
  features: number,
  carries: number,
): Operands | undefined {
  const [length, batch] = node.inputs[carries].shape
  const x = parameter('x', { shape: [batch, length, features], dtype: 'float32' })
  const states = node.inputs.slice(0, carries).map((each) => parameter('state', each))
  const [output] = flatTensors(layer.invoke([x, ...states]))
  const loop =
    output.node.type === 'operation' && nearby(output.node, 3).find(({ op }) => op.kind.kind === 'loop')
  const bindings = loop ? matchNode(loop, node) : undefined
  if (!bindings) return undefined
  const weights = layer.weights.flatMap((weight) => boundTo(weight, bindings) ?? [])
  const [given, ...first] = [x, ...states].flatMap((each) => bindings.get(each.node) ?? [])
  // Gates are put into another order, so weights must be numbers that are known.
  const isKnown = weights.every((weight) => weight.node.type === 'variable')
  const isWhole = weights.length === layer.weights.length && first.length === carries
  return isKnown && isWhole ? { x: given, states: first, weights } : undefined
}

/** How many features the inputs of a step may have: as many as a matrix near by has rows. */
function featuresNear({ node }: Tensor): number[] {
  if (node.type !== 'operation') return []
  const products = nearby(node, 3).filter(({ op }) => op.kind.kind === 'contraction')
  return [...new Set(products.map(({ inputs }) => inputs[1].shape[0]))]
}
