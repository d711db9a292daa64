import { celu } from '../../activations/celu.js'
import { elu } from '../../activations/elu.js'
import { hardSigmoid } from '../../activations/hardSigmoid.js'
import { hardSilu } from '../../activations/hardSilu.js'
import { leakyRelu } from '../../activations/leakyRelu.js'
import { relu6 } from '../../activations/relu6.js'
import { selu } from '../../activations/selu.js'
import { threshold } from '../../activations/threshold.js'
import { type OperationNode, parameter } from '../../graph/node.js'
import type { Tensor } from '../../graph/tensor.js'
import { multiply } from '../../ops/multiply.js'
import { negative } from '../../ops/negative.js'
import { relu } from '../../ops/relu.js'
import { logSoftmax, softmax } from '../../ops/softmax.js'
import { subtract } from '../../ops/subtract.js'
import type { OnnxAttributes } from '../format.js'
import { Operators } from '../kinds/elementwise.js'
import type { Idiom } from '../planner.js'
import { ownOrder } from '../view.js'
import { literalsIn, match, nearby } from './match.js'
import { asItStands } from './write.js'

/** An elementwise operator of ONNX, and the function of Gradus that computes the same. */
interface Rule {
  readonly operator: string
  /** The name of the op that the function ends with. */
  readonly last: string
  /** What the function may have been told: numbers that stand near its end. Default: nothing. */
  readonly isSetting?: boolean
  readonly compute: (x: Tensor, setting: number) => Tensor
  readonly attributes?: (setting: number) => OnnxAttributes
}

const alphaOf = (alpha: number): OnnxAttributes => ({ alpha: { float: alpha } })

const rules: readonly Rule[] = [
  {
    operator: 'LeakyRelu',
    last: 'where',
    isSetting: true,
    compute: (x, negativeSlope) => leakyRelu(x, { negativeSlope }),
    attributes: alphaOf,
  },
  {
    operator: 'Elu',
    last: 'where',
    isSetting: true,
    compute: (x, alpha) => elu(x, { alpha }),
    attributes: alphaOf,
  },
  {
    operator: 'Celu',
    last: 'where',
    isSetting: true,
    compute: (x, alpha) => celu(x, { alpha }),
    attributes: alphaOf,
  },
  {
    operator: 'ThresholdedRelu',
    last: 'where',
    isSetting: true,
    compute: (x, bound) => threshold(x, bound, 0),
    attributes: alphaOf,
  },
  {
    operator: 'Selu',
    last: 'multiply',
    compute: selu,
    attributes: () => ({ alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } }),
  },
  {
    operator: 'HardSigmoid',
    last: 'divide',
    compute: hardSigmoid,
    attributes: () => ({ alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  },
  { operator: 'HardSwish', last: 'multiply', compute: hardSilu },
]

/** How many ops may lie between a function's end and a number it was told. */
const reach = 4

/** Activations that are made of several ops, and have an operator of their own. */
export function activation(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  if (output.dtype !== 'float32') return undefined
  for (const { operator, last, isSetting, compute, attributes } of rules) {
    if (node.op.name !== last) continue
    for (const setting of isSetting ? literalsIn(nearby(node, reach)) : [0]) {
      if (operator === 'Celu' && setting === 0) continue
      const x = parameter('x', output)
      const input = match(compute(x, setting), output)?.get(x.node)
      if (input) return { inputs: [input], write: asItStands(operator, attributes?.(setting)) }
    }
  }
  return undefined
}

/** Softmax and its logarithm along one axis. */
export function alongAxis(node: OperationNode): Idiom | undefined {
  const found = { multiply: 'Softmax', subtract: 'LogSoftmax' }[node.op.name]
  if (found === undefined) return undefined
  const [output] = node.outputs
  const compute = found === 'Softmax' ? softmax : logSoftmax
  for (const { op, attributes } of nearby(node, reach)) {
    const axes = op.kind.kind === 'reduction' ? op.kind.axes(attributes) : []
    if (axes.length !== 1 || axes[0] >= output.rank) continue
    const [axis] = axes
    const x = parameter('x', output)
    const input = match(compute(x, { axis }), output)?.get(x.node)
    if (!input) continue
    return {
      inputs: [input],
      write([view], graph) {
        const from = graph.computed(view, [axis])
        return asItStands(found, { axis: Number(from.axes[axis]) })([from], graph)
      },
    }
  }
  return undefined
}

/** `min(max(x, 0), 6)` */
export function clipped(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  if (node.op.name !== 'where' || output.dtype !== 'float32') return undefined
  const x = parameter('x', output)
  const input = match(relu6(x), output)?.get(x.node)
  if (!input) return undefined
  return {
    inputs: [input],
    write(views, graph) {
      const bounds = [graph.number(0, 'float32', 'least'), graph.number(6, 'float32', 'most')]
      return asItStands('Clip', {}, bounds)(views, graph)
    },
  }
}

/** `relu(x) - slope relu(-x)`, with a slope for each feature. */
export function learnedSlope(node: OperationNode): Idiom | undefined {
  const [output] = node.outputs
  if (node.op.name !== 'subtract') return undefined
  const [x, slope] = [parameter('x', output), parameter('slope', output)]
  const bindings = match(subtract(relu(x), multiply(slope, relu(negative(x)))), output)
  const inputs = [x, slope].flatMap(({ node: bound }) => bindings?.get(bound) ?? [])
  if (inputs.length < 2) return undefined
  return {
    inputs,
    write([view, slopes], graph) {
      // The operator takes slopes that repeat, but numbers that do not.
      const whole = graph.computed(view, ownOrder(output.rank))
      return [new Operators(graph, output.shape).call('PRelu', [whole, slopes], output.dtype)]
    },
  }
}
